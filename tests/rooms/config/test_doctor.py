"""`registret doctor` in a running installation: well when it is well, and for each fault the line that mends it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from registret.config.doctor import database
from registret.config.doctor.examining import NotUsed
from registret.demo.pki import DemoAuthority
from tests.journeys.commands import Operator
from tests.journeys.running import House

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("doctor")]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    built = House.build(tmp_path_factory.mktemp("house"), authority, f"doctor_{os.getpid()}")
    built.migrate()
    with built:
        built.start()
        yield built


def examined(house: House, *arguments: str, **settings: str) -> tuple[int, dict[str, dict[str, str]]]:
    """How it ended, and what it says of each thing."""
    operator = Operator(house.environment | settings)
    try:
        code, said, complained = operator.run(("doctor", "--json", *arguments))
    finally:
        operator.close()
    assert complained == ""
    return code, {one["name"]: one for one in map(json.loads, said.splitlines())}


def outside(house: House) -> tuple[str, str]:
    return "--ca-file", str(house.authority.web_root)


def test_an_installation_that_is_well_is_told_so_in_each_line(house: House) -> None:
    code, found = examined(house, *outside(house), "--letter-to", "drift@regionnorrvik.se")
    verdicts = {name: one["verdict"] for name, one in found.items()}
    # Where PostgreSQL has its files is for the machine to say.
    not_used = {name for name, verdict in verdicts.items() if verdict == "not used"} - {"database's disk"}
    assert not_used == {
        *(
            "opt-outs",
            "identity provider",
            "national platform",
            "population service",
            "checkpoint",
            "slow requests",
            "security.txt",
        ),
        *("last backup", "last base backup", "WAL archive"),
    }
    assert {name: found[name]["told"] for name, verdict in verdicts.items() if verdict == "wrong"} == {}
    assert code == 0
    assert house.letter_to("drift@regionnorrvik.se").subject.endswith("registret doctor")


def test_operators_read_it_as_lines(house: House) -> None:
    said = house.run("doctor", *outside(house))
    assert [line.split()[0] for line in said.splitlines()].count("well") >= 15
    assert "its certificate ends in" in said
    assert house.environment["REGISTRET_SEAL_KEY"] not in said


def test_each_thing_that_is_wrong_has_a_line_that_says_what(house: House) -> None:
    code, found = examined(
        house,
        *outside(house),
        REGISTRET_SMTP_PORT="1",
        REGISTRET_CARD_HOST="kort.invalid",
        REGISTRET_OPT_OUT_FILE="/nowhere/marks",
        REGISTRET_TRUST_DIR="/nowhere",
        REGISTRET_POPULATION_ADDRESS="https://127.0.0.1:1/people",
        REGISTRET_NKRR_ADDRESS="https://127.0.0.1:1/nkrr",
        REGISTRET_NKRR_CERTIFICATE="/nowhere/function.pem",
        REGISTRET_NKRR_KEY="/nowhere/function.key",
    )
    told = {name: one["told"] for name, one in found.items() if one["verdict"] == "wrong"}
    assert code == 1
    assert told.keys() >= {"mail server", "names", "opt-outs", "trust"}
    assert "https://127.0.0.1:1/people does not answer (network)" in told["population service"]
    assert told["national platform"] == "/nowhere/function.pem: No such file or directory"
    assert {found[name]["told"] for name in ("site", "card door")} == {"first mend: names", "first mend: names, trust"}
    assert "127.0.0.1 port 1: connection: ConnectionRefusedError" in told["mail server"]
    assert "kort.invalid is not found" in told["names"]
    assert "bring back patients who opted out" in told["opt-outs"]
    assert "/nowhere" in told["trust"]


def test_a_certificate_that_no_browser_takes_and_a_door_that_is_closed_are_told(house: House) -> None:
    code, found = examined(house, REGISTRET_CARD_PORT="1")
    assert code == 1
    assert "shows a certificate that no browser takes" in found["site"]["told"]
    assert "kort.registret.localhost:1 cannot be reached: Connection refused" in found["card door"]["told"]


def test_a_door_that_asks_for_other_cards_than_are_trusted_is_told(house: House, tmp_path: Path) -> None:
    folder = house.authority.write_trust(tmp_path / "trust")
    file = folder / "trust.toml"
    # As if an operator had taken away all but the first CA, and not told the front.
    file.write_text("[[anchor]]" + file.read_text().split("[[anchor]]")[1])
    code, found = examined(house, *outside(house), REGISTRET_TRUST_DIR=str(folder))
    assert code == 1
    assert "asks browsers for cards of" in found["card door"]["told"]


def test_a_secret_that_others_can_read_is_told_by_its_file_and_not_by_what_it_says(
    house: House, tmp_path: Path
) -> None:
    key = tmp_path / "seal"
    key.write_text(house.environment["REGISTRET_SEAL_KEY"])
    key.chmod(0o644)
    environment = {name: value for name, value in house.environment.items() if name != "REGISTRET_SEAL_KEY"}
    operator = Operator(environment | {"REGISTRET_SEAL_KEY_FILE": str(key)})
    try:
        code, said, _ = operator.run(("doctor", "--only-here"))
    finally:
        operator.close()
    assert code == 1
    assert f"wrong      secrets            {key} has a secret" in said
    assert house.environment["REGISTRET_SEAL_KEY"] not in said
    key.chmod(0o640)


def test_a_database_that_is_gone_is_one_line_and_the_rest_is_not_asked(house: House) -> None:
    gone = "postgresql://registret:hush-hush@127.0.0.1:1/registret"
    code, found = examined(house, "--only-here", DATABASE_URL=gone)
    assert code == 1
    assert "refused" in found["database"]["told"]
    assert {one["verdict"] for name, one in found.items() if name in ("clock", "workers", "log")} == {"not asked"}
    assert "hush" not in str(found)


def test_a_checkpoint_of_the_log_that_is_no_longer_fetched_is_told(house: House) -> None:
    house.change_database(
        "INSERT INTO heartbeats_heartbeat (worker, every, began_at, succeeded_at, fault, failures)"
        " VALUES ('checkpoint', 86400, now(), now() - interval '3 days', '', 0)"
    )
    code, found = examined(house, "--only-here")
    house.change_database("DELETE FROM heartbeats_heartbeat WHERE worker = 'checkpoint'")
    assert code == 1
    assert "does the timer on the other machine run?" in found["checkpoint"]["told"]
    assert found["workers"]["verdict"] == "well"


def test_a_security_txt_that_has_ended_is_told(house: House) -> None:
    code, found = examined(house, "--only-here", REGISTRET_SECURITY_EXPIRES="2026-01-31")
    assert code == 1
    assert "security.txt ended 2026-01-31" in found["security.txt"]["told"]


def test_a_database_on_another_machine_has_a_disk_that_is_watched_there(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "HOST", "db.example")
    with pytest.raises(NotUsed, match=r"^the database has \d+ MB on a disk that is not seen from here"):
        database.disk()


def test_work_that_stands_still_is_told(house: House) -> None:
    house.change_database(
        "UPDATE heartbeats_heartbeat SET succeeded_at = now() - interval '1 day' WHERE worker = 'months'"
    )
    code, found = examined(house, "--only-here")
    assert code == 1
    assert "work stands still: months since" in found["workers"]["told"]
    assert "registret work" in found["workers"]["told"]
