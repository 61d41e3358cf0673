"""What the units of deploy/systemd keep from the program."""

from __future__ import annotations

from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_no_unit_lets_the_program_see_the_history_of_the_code(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    [folder] = [line.removeprefix("WorkingDirectory=") for line in lines if line.startswith("WorkingDirectory=")]
    assert f"InaccessiblePaths=-{folder}/.git" in lines
