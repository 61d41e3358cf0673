"""Help is for those who have set nothing yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

REGISTRET = str(Path(sys.executable).with_name("registret"))
LISTS: tuple[list[str], ...] = ([], ["help"], ["--help"], ["-h"])
COMMANDS = ("appoint", "import-clinics", "serve", "demo", "demo-browser")
# Anyone who asks for help starts the program for each question; here one process answers all of them.
ASK = """
import contextlib, io, json, sys
from registret.config.cli import main
answers = []
for words in json.loads(sys.argv[1]):
    sys.argv[1:], code = words, 0
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as complained:
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    answers.append([words, code, out.getvalue(), complained.getvalue()])
print(json.dumps(answers))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    code: int
    said: str
    complained: str


def without_settings(*command: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRET_") and k != "DATABASE_URL"}
    return subprocess.run(command, env=plain, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def helped() -> dict[str, Answer]:
    """What help says, by what was asked."""
    questions = [
        *LISTS,
        *([command, "--help"] for command in COMMANDS),
        ["help", "import-clinics"],
        ["help", "no-such"],
    ]
    done = without_settings(sys.executable, "-c", ASK, json.dumps(questions))
    assert done.returncode == 0, done.stderr
    return {
        " ".join(words): Answer(code=code, said=said, complained=complained)
        for words, code, said, complained in json.loads(done.stdout)
    }


@pytest.mark.parametrize("arguments", LISTS)
def test_all_commands_are_listed_without_settings(helped: dict[str, Answer], arguments: list[str]) -> None:
    answer = helped[" ".join(arguments)]
    assert (answer.code, answer.complained) == (0, "")
    for command in (
        "demo",
        "demo-browser",
        "demo-reset",
        "demo-run",
        "serve",
        "work",
        "forget",
        "appoint",
        "import-clinics",
    ):
        assert f"\n  {command} " in answer.said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_explains_itself_without_settings(helped: dict[str, Answer], command: str) -> None:
    answer = helped[f"{command} --help"]
    assert (answer.code, answer.complained) == (0, "")
    assert "usage: registret" in answer.said
    assert "not-set" not in answer.said
    assert f"usage: registret {command} " in answer.said, "spelt as it is documented"


def test_a_command_with_dashes_is_found_by_help_as_well(helped: dict[str, Answer]) -> None:
    assert "usage: registret import-clinics " in helped["help import-clinics"].said
    assert "Unknown command: 'no-such'" in helped["help no-such"].complained.replace("_", "-")


def test_the_program_itself_explains_a_command() -> None:
    done = without_settings(REGISTRET, "appoint", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: registret appoint " in done.stdout


def test_definitions_are_checked_without_settings(tmp_path: Path) -> None:
    done = without_settings(REGISTRET, "check-definitions")
    assert (done.returncode, done.stderr) == (0, "")
    assert "pneumoni 1: open, 4 steps" in done.stdout
    broken = tmp_path / "malaria" / "1" / "register.toml"
    broken.parent.mkdir(parents=True)
    broken.write_text("name = 1\n", encoding="utf-8")
    refused = without_settings(REGISTRET, "check-definitions", str(tmp_path))
    assert refused.returncode == 1
    assert "malaria/1/register.toml, line 1: code is missing" in refused.stderr


@pytest.mark.parametrize("command", ["serve", "appoint", "import-clinics"])
def test_doing_something_still_needs_them(command: str) -> None:
    done = without_settings(REGISTRET, command)
    assert done.returncode == 2
    assert done.stderr.startswith("registret: REGISTRET_SITE_HOST is not set: host name of the site\n")
