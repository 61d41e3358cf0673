"""What the units of deploy/systemd keep from the program, and what its image and containers are made of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registret.config.doctor.here import SECRETS
from registret.config.settings import env

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_no_unit_lets_the_program_see_the_history_of_the_code(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    [folder] = [line.removeprefix("WorkingDirectory=") for line in lines if line.startswith("WorkingDirectory=")]
    assert f"InaccessiblePaths=-{folder}/.git" in lines


def test_for_each_alarm_a_chapter_says_what_to_do() -> None:
    alarms = re.findall(r"alert: (\w+)", (DEPLOY / "prometheus-alerts.yml").read_text(encoding="utf-8"))
    incidents = (DEPLOY.parent / "docs" / "incidents.md").read_text(encoding="utf-8")
    assert len(alarms) > 10
    assert [name for name in alarms if f"`{name}`" not in incidents] == []


def test_what_the_containers_are_told_is_a_setting_and_each_secret_is_a_file() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    told = dict(re.findall(r"^ +((?:REGISTRET|DATABASE)_\w+): (.+)$", text, re.MULTILINE))
    assert told.keys() <= env.known
    assert {name for name in told if name.removesuffix("_FILE").endswith(SECRETS)} >= {
        "DATABASE_URL_FILE",
        *(f"REGISTRET_{key}_KEY_FILE" for key in ("SECRET", "LINK", "SEAL", "OPT_OUT", "RESEARCH", "FILE")),
    }
    files = re.findall(r"^  ([\w-]+): \{file: \./secrets/\1\}$", text, re.MULTILINE)
    assert {f"/run/secrets/{name}" for name in files} == set(re.findall(r"/run/secrets/[\w-]+", text))


def test_only_what_changes_tables_is_told_the_owners_password_and_the_database_is_reached_from_inside() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    blocks = re.split(r"\n  (?=\w+:\n)", text.partition("\nservices:")[2].partition("\nnetworks:")[0])
    services = {block.partition(":")[0]: block for block in blocks}
    assert services.keys() >= {"database", "registret", "migrate"}
    assert [name for name, block in services.items() if "owner-database-url, " in block] == ["migrate"]
    assert "ports:" not in services["database"]
    assert "networks: [inside]" in services["database"]


def test_the_image_is_made_of_hashed_packages_and_files_that_are_there_and_does_not_run_as_root() -> None:
    text = re.sub(r" *\\\n *", " ", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert {line.partition(" ")[0] for line in lines} <= {
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "ENV",
        "USER",
        "ENTRYPOINT",
        "CMD",
    }
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not (DEPLOY.parent / name).exists()] == []
    installs = [part for line in lines for part in line.split("&&") if "pip install" in part]
    assert all("--require-hashes" in one or "--no-deps" in one for one in installs)
    assert [line for line in lines if line.startswith("USER")] == ["USER registret"]
    assert lines[-1] == 'CMD ["serve"]'
