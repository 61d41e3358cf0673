"""The units of `deploy/systemd`, as systemd's own tool judges them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
TOOL = shutil.which("systemd-analyze")


@pytest.mark.skipif(TOOL is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", [file.name for file in UNITS.glob("*.service")])
def test_a_unit_gives_its_service_little_to_attack_with(unit: str) -> None:
    told = subprocess.run(
        [str(TOOL), "security", "--offline=yes", "--no-pager", str(UNITS / unit)], capture_output=True, text=True
    )
    exposure = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", told.stdout)
    assert exposure is not None, told.stdout + told.stderr
    assert float(exposure[1]) < 2.0
