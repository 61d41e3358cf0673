"""Help is for those who have set nothing yet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REGISTRET = str(Path(sys.executable).with_name("registret"))


def without_settings(*arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith("REGISTRET_") and k != "DATABASE_URL"}
    return subprocess.run([REGISTRET, *arguments], env=plain, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"]])
def test_all_commands_are_listed_without_settings(arguments: list[str]) -> None:
    done = without_settings(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
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
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("command", ["appoint", "import-clinics", "serve", "demo", "demo-browser"])
def test_a_command_explains_itself_without_settings(command: str) -> None:
    done = without_settings(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: registret" in done.stdout
    assert "not-set" not in done.stdout
    assert f"usage: registret {command} " in done.stdout, "spelt as it is documented"


def test_a_command_with_dashes_is_found_by_help_as_well() -> None:
    assert "usage: registret import-clinics " in without_settings("help", "import-clinics").stdout
    assert "Unknown command: 'no-such'" in without_settings("help", "no-such").stderr.replace("_", "-")


@pytest.mark.parametrize("command", ["serve", "appoint", "import-clinics"])
def test_doing_something_still_needs_them(command: str) -> None:
    done = without_settings(command)
    assert done.returncode == 2
    assert done.stderr == "registret: REGISTRET_SITE_HOST is not set: host name of the site\n"
