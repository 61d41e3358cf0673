"""Run the tests: `python tools/run_tests.py [--checks] [arguments of pytest]`.

With --checks, tools/check.sh runs beside them and its output is printed at the end.

A test of real browsers or servers that fails is run once more by itself, and both runs are printed: on a machine that
others use too, a browser now and then answers after its time. A test within one process is never run again, and neither
are more than MOST: that is a fault.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
MOST: Final = 5
_FAILED: Final = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
# Folders whose tests start servers, browsers or programs.
_REAL: Final = ("tests/journeys/", "tests/fronts/", "tests/slow/", "tests/rooms/serving/", "tests/rooms/demo/")


def may_run_again(failed: Sequence[str]) -> bool:
    """Return whether all tests that failed, by node id, are few and may have failed because the machine was busy."""
    return 0 < len(failed) <= MOST and all(test.startswith(_REAL) for test in failed)


def without_group(test: str) -> str:
    """Return the node id as pytest takes it: pytest-xdist writes `@` and the test's group behind it."""
    return test.rpartition("@")[0] if test.rfind("@") > test.rfind("]") else test


def run_tests(arguments: Sequence[str]) -> int:
    """Return pytest's exit code: of the second run, if there was one."""
    pytest = [str(ROOT / ".venv" / "bin" / "pytest")]
    _FAILED.unlink(missing_ok=True)
    code = subprocess.run([*pytest, *arguments], cwd=ROOT, check=False).returncode
    told = json.loads(_FAILED.read_text(encoding="utf-8")) if code == 1 and _FAILED.exists() else []
    failed = sorted(map(without_group, told))
    if not may_run_again(failed):
        return code
    print("\nFailed, and run once more by themselves:", *failed, sep="\n  ", flush=True)
    return subprocess.run([*pytest, *failed], cwd=ROOT, check=False).returncode


def main(arguments: Sequence[str]) -> int:
    if arguments[:1] != ["--checks"]:
        return run_tests(arguments)
    with tempfile.TemporaryFile(mode="w+") as said:
        checks = subprocess.Popen(["sh", "tools/check.sh"], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        try:
            code = run_tests(arguments[1:])
            checks.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached them as well.
            return 130
        said.seek(0)
        print(said.read(), end="")
    if checks.returncode != 0:
        print("The checks failed: see above.", file=sys.stderr)
    return code or checks.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
