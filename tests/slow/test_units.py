"""The units of `deploy/systemd`, and what docs/keys.md adds to them, as systemd's own tool judges them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
NAMES = sorted(file.name for file in UNITS.glob("*.service"))
TOOL = shutil.which("systemd-analyze")

pytestmark = pytest.mark.skipif(TOOL is None, reason="systemd-analyze is not installed")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units, with programs that are there, and with the keys of docs/keys.md as credentials."""
    for file in UNITS.iterdir():
        text = re.sub(r"(?m)^(Exec\w+=)/opt\S+", r"\1/bin/true", file.read_text(encoding="utf-8"))
        (tmp_path / file.name).write_text(text.replace("WorkingDirectory=/opt/registret", "WorkingDirectory=/"))
    keys = (ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    found = re.search(r"```\n(\[Service\]\nLoadCredential=.*?)```", keys, re.DOTALL)
    assert found is not None
    for unit in NAMES:
        folder = tmp_path / f"{unit}.d"
        folder.mkdir()
        (folder / "keys.conf").write_text(found[1])
    return tmp_path


def analyzed(installed: Path, *words: str) -> subprocess.CompletedProcess[str]:
    # The machine's own units may be named by these, and are none of their business.
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{installed}:"}
    return subprocess.run([str(TOOL), *words], env=environment, capture_output=True, text=True, check=False)


def test_systemd_understands_every_line(installed: Path) -> None:
    verified = analyzed(installed, "verify", "--man=no", *(str(one) for one in installed.glob("*.*") if one.is_file()))
    assert (verified.returncode, verified.stderr) == (0, "")
    with (installed / "registret.service.d" / "keys.conf").open("a") as file:
        file.write("LoadCredental=misspelt:/x\n")
    assert "LoadCredental" in analyzed(installed, "verify", "--man=no", str(installed / "registret.service")).stderr


@pytest.mark.parametrize("unit", NAMES)
def test_a_unit_gives_its_service_little_to_attack_with(installed: Path, unit: str) -> None:
    told = analyzed(installed, "security", "--offline=yes", "--no-pager", str(installed / unit))
    exposure = re.search(r"Overall exposure level for \S+: (\d+\.\d+)", told.stdout)
    assert exposure is not None, told.stdout + told.stderr
    assert float(exposure[1]) < 2.0
