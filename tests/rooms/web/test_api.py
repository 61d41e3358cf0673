"""The API of record systems: a file is sent, tried and brought in; what is not the system's own does not exist."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

import registret
from registret.access.models import Grant
from registret.access.roles import Role
from registret.access.staff.changing_grants import revoke_grant
from registret.access.systems.appointing import confirm_system
from registret.exchange.importing import batches, deliveries, jobs
from registret.exchange.models import Delivery, ImportJob, ImportRun, KeptPart
from registret.exchange.saved_mappings import save_mapping
from registret.ledger.queries import Wanted, entries
from registret.rate_limits.services import Limit
from registret.records.scope import all_providers
from registret.web import gate
from registret.web.api import views
from registret.web.gate import views as addresses
from tests import cast
from tests.cast import ANNA, BERTIL, KARIN
from tests.rooms.access.systems import Journal, connected, proposed
from tests.rooms.exchange.journal_x import COLUMNS, MAPPING, file_of, recent
from tests.rooms.exchange.odm import JOURNAL_MAPPING, journal_of
from tests.rooms.exchange.scene import INES
from tests.rooms.records.scene import DAY, SAMORDNAD, counted
from tests.rooms.web.api import IMPORTS, Machine
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

DESCRIPTION = json.loads((Path(registret.__file__).parent / "web/api/openapi.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def now(module_db: None) -> datetime:
    now = timezone.now()
    place = cast.country(now - 30 * DAY)
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    save_mapping(actor=cast.actor(INES, at=now), text=MAPPING, at=now)
    return now


@pytest.fixture
def machine(now: datetime) -> Machine:
    return Machine(connected(at=timezone.now()))


def work() -> None:
    while batches.work_on_one(at=timezone.now()):
        pass


def code(answer: Any, status: int) -> str:
    """Of problem details, which are in both languages and lead to the help."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    told: dict[str, Any] = answer.json()
    fits(told, "Problem")
    assert told["type"].endswith(f"/hjalp/fel/{told['code']}")
    assert told["title"] != told["en"]["title"]
    assert "Set-Cookie" not in answer.headers
    return str(told["code"])


def fits(value: Any, schema: str | Mapping[str, Any]) -> None:
    """The value is as the description says; only with what ours uses of JSON Schema."""
    rule = DESCRIPTION["components"]["schemas"][schema] if isinstance(schema, str) else schema
    if "$ref" in rule:
        fits(value, str(rule["$ref"]).rpartition("/")[2])
        return
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}
    if "enum" in rule:
        assert value in rule["enum"]
        return
    names = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
    assert isinstance(value, tuple(kinds[name] for name in names)), (value, rule)
    if isinstance(value, dict):
        assert set(rule["required"]) <= set(value)
        assert rule["additionalProperties"] or set(value) == set(rule["properties"])
        for name, inner in rule["properties"].items():
            fits(value[name], inner)
    elif isinstance(value, list):
        for one in value:
            fits(one, rule["items"])


# --- the way it should go --------------------------------------------------------------------------


def test_a_file_is_tried_and_then_brought_in_and_the_system_is_told_of_each_row(
    machine: Machine, now: datetime
) -> None:
    wrong = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD, Puls="hög")
    content = file_of(recent(now), wrong)
    sent = machine.send(content)
    assert sent.status_code == 202
    fits(sent.json(), "Import")
    assert (sent.json()["state"], sent.json()["dry_run"]) == ("running", True)
    work()
    tried = machine.get(sent.headers["Location"]).json()
    assert (tried["state"], tried["rows"]["new"], tried["rows"]["refused"]) == ("done", 1, 1)
    assert counted()[2] == 0

    rows = machine.get(f"{sent.headers['Location']}/rows").json()
    fits(rows, "Rows")
    (fault,) = rows["rows"]
    assert (fault["line"], fault["column"], fault["value"], fault["code"], fault["source_id"]) == (
        *(3, "J Puls", "hög", "import.answer_impossible"),
        "X-1002",
    )
    assert fault["text"] != fault["en"]["text"]
    assert rows["next"] is None

    brought = machine.send(content, more="")
    work()
    done = machine.get(brought.headers["Location"]).json()
    assert (done["state"], done["dry_run"], done["rows"]["new"]) == ("done", False, 1)
    assert counted()[2] == 1
    with all_providers():
        assert ImportRun.objects.get().by.hsa_id.text == machine.journal.name
    assert {entry.by_hsa_id for entry in entries(wanted=Wanted(event="import.run")).rows} == {machine.journal.name}


def test_numbers_of_people_are_masked(machine: Machine, now: datetime) -> None:
    row = recent(now, Personnummer="19121212-1213", Vårdtillfälle="191212121212", Puls="19121212-1212")
    sent = machine.send(file_of(row))
    work()
    told = machine.get(f"{sent.headers['Location']}/rows").content.decode()
    assert "patient.number_impossible" in told
    assert "1213" not in told
    assert "121212121212" not in told


def test_files_are_listed_page_by_page_and_removed(
    machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    ids = [machine.send(file_of(recent(now))).json()["id"] for _ in range(3)]
    first = machine.get(IMPORTS).json()
    fits(first, "Imports")
    second = machine.get(first["next"]).json()
    assert [one["id"] for one in (*first["imports"], *second["imports"])] == ids[::-1]
    assert second["next"] is None

    assert machine.delete(f"{IMPORTS}/{ids[0]}").status_code == 204
    assert not KeptPart.objects.filter(file_id=ids[0]).exists()
    gone = machine.get(f"{IMPORTS}/{ids[0]}").json()
    assert (gone["state"], gone["kept_until"]) == ("broken_off", None)
    assert code(machine.get(f"{IMPORTS}/{ids[0]}/rows"), 410) == "exchange.file_gone"


def test_rows_come_in_pages_of_some_patients(machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "PATIENTS_AT_ONCE", 1)
    wrong = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD, Puls="hög")
    sent = machine.send(file_of(recent(now, Puls="låg"), wrong))
    work()
    first = machine.get(f"{sent.headers['Location']}/rows").json()
    second = machine.get(first["next"]).json()
    assert {one["value"] for one in (*first["rows"], *second["rows"])} == {"hög", "låg"}
    assert second["next"] is None


# --- sent once more --------------------------------------------------------------------------------


def test_the_same_sent_again_is_the_same_file_and_something_else_is_refused(machine: Machine, now: datetime) -> None:
    content, key = file_of(recent(now)), uuid4().hex
    first, again = machine.send(content, key=key), machine.send(content, key=f'"{key}"')
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert ImportJob.objects.count() == 1

    other = file_of(recent(now, Puls="99"))
    assert code(machine.send(other, key=key), 422) == "import.idempotency_key_reused"
    assert code(machine.send(content, key=key, more=""), 422) == "import.idempotency_key_reused"
    assert ImportJob.objects.count() == 1


@pytest.mark.parametrize("content_type", ["application/odm+xml", "application/xml", "application/octet-stream"])
def test_a_file_in_odm_is_brought_in_and_an_older_one_is_refused(
    machine: Machine, now: datetime, content_type: str
) -> None:
    save_mapping(actor=cast.actor(INES, at=now), text=JOURNAL_MAPPING, at=now)
    first, older = (
        machine.send(journal_of(recent(now, Puls=pulse), made=made), content_type=content_type, more="")
        for made, pulse in (("2026-11-24T08:00:00Z", "98"), ("2026-11-24T07:00:00Z", "99"))
    )
    work()
    assert machine.get(first.headers["Location"]).json()["rows"]["new"] == 1
    (fault,) = machine.get(f"{older.headers['Location']}/rows").json()["rows"]
    assert (fault["line"], fault["code"]) == (1, "import.row_older")


def test_a_key_is_forgotten_with_its_file(machine: Machine, now: datetime) -> None:
    machine.send(file_of(recent(now)))
    assert deliveries.forget_old(at=timezone.now() + 6 * DAY) == 0
    assert deliveries.forget_old(at=timezone.now() + 8 * DAY) == 1
    assert not Delivery.objects.exists()


# --- what is refused -------------------------------------------------------------------------------


def test_what_a_system_may_not_send_is_refused_in_both_languages(machine: Machine, now: datetime) -> None:
    content = file_of(recent(now))
    assert code(machine.send(content, mapping="sepsis"), 404) == "import.mapping_unknown"
    assert code(machine.send(content, mapping="1"), 404) == "import.mapping_unknown"
    for content_type in ("multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain", ""):
        assert code(machine.send(content, content_type=content_type), 415) == "import.content_type_unknown"
    assert code(machine.send(content, key="short"), 400) == "import.idempotency_key_missing"
    assert code(machine.send(content, more="&dry-run=ja"), 400) == "import.parameter_unclear"
    assert code(machine.send(b"\n"), 422) == "import.file_empty"
    assert code(machine.send(b"x" * (20 * 1024 * 1024 + 1)), 422) == "import.file_too_large"
    assert code(machine.get(f"{IMPORTS}?before=a"), 400) == "import.parameter_unclear"
    assert code(machine.get(f"{IMPORTS}/{2**70}"), 404) == "access.not_found"
    assert code(machine.get("/api/v1/patients"), 404) == "request.not_found"
    assert not ImportJob.objects.exists()


def test_columns_that_do_not_fit_are_named_and_are_not_in_the_log(machine: Machine, now: datetime) -> None:
    answer = machine.send(file_of(*[{"19121212-1212": "1"}], columns=[*COLUMNS[1:], "19121212-1212"]))
    assert code(answer, 422) == "import.columns_unfit"
    found = {one["code"] for one in answer.json()["columns"]}
    assert found == {"file.column_missing", "file.column_unknown"}
    assert "1212-1212" not in answer.content.decode()
    newest = entries(wanted=Wanted(event="request.refused")).rows[0]
    assert set(newest.facts) == {"code", "view"}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer \u00e5"])
def test_without_a_signature_nobody_gets_in(now: datetime, authorization: str) -> None:
    answer = Browser().get(IMPORTS, headers={"Authorization": authorization})
    assert code(answer, 401) == "import.assertion_refused"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_opens_nothing_here_and_a_signature_nothing_there(machine: Machine) -> None:
    assert code(Browser.of(INES).get(IMPORTS), 401) == "import.assertion_refused"
    assert machine.client.get("/importera", headers=machine.signed()).status_code == 401


def test_what_was_signed_is_good_for_one_request(machine: Machine) -> None:
    headers = machine.signed()
    assert machine.client.get(IMPORTS, headers=headers).status_code == 200
    assert code(machine.client.get(IMPORTS, headers=headers), 401) == "import.assertion_refused"


def test_a_system_sees_its_own_files_and_no_others(machine: Machine, now: datetime) -> None:
    ours = machine.send(file_of(recent(now))).json()["id"]
    text = MAPPING.replace("Journal X", "Journal Y")
    save_mapping(actor=cast.actor(INES, at=now), text=text, at=now)
    other = Journal()
    at = timezone.now()
    key = proposed(other, source_system="Journal Y", at=at)
    account_id = confirm_system(key_id=key, actor=cast.actor(KARIN, at=at), at=at)
    other.name = Grant.objects.get(account_id=account_id).account.hsa_id.text
    stranger = Machine(other)
    assert stranger.get(IMPORTS).json() == {"imports": [], "next": None}
    for path in (f"{IMPORTS}/{ours}", f"{IMPORTS}/{ours}/rows"):
        assert code(stranger.get(path), 404) == "access.not_found"
    assert code(stranger.delete(f"{IMPORTS}/{ours}"), 404) == "access.not_found"
    assert "Journal X" in Browser.of(INES).get("/importera").content.decode(), "the clinic sees what comes in"


def test_a_right_that_is_revoked_in_the_middle_ends_the_file(
    machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PATIENTS", 1)
    other = recent(now, Vårdtillfälle="X-1002", Personnummer=SAMORDNAD)
    sent = machine.send(file_of(recent(now), other), more="")
    assert batches.work_on_one(at=timezone.now())
    at = timezone.now()
    grant = Grant.objects.get(role=Role.SYSTEM)
    revoke_grant(grant_id=grant.id, reason="byts ut", actor=cast.actor(BERTIL, at=at), at=at)
    work()
    assert counted()[2] == 1
    job = ImportJob.objects.get()
    assert (job.done, job.why) == (1, "access.not_permitted")
    assert code(machine.get(sent.headers["Location"]), 403) == "access.not_permitted"


def test_a_system_that_asks_too_often_is_told_when_to_ask_again(
    machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "REQUESTS_OF_SYSTEM", Limit(what="few", most=1, per=DAY))
    assert machine.get(IMPORTS).status_code == 200
    answer = machine.get(IMPORTS)
    assert code(answer, 429) == "limits.too_many"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_fault_of_ours_is_told_as_a_problem(machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.send(file_of(recent(now)))
    monkeypatch.setattr(views, "told_job", None)
    machine.client.raise_request_exception = False
    assert code(machine.get(IMPORTS), 500) == "request.failed"


# --- the description -------------------------------------------------------------------------------


def test_the_description_has_every_address_with_its_methods(now: datetime) -> None:
    served = Browser().get("/api/v1/openapi.json")
    assert (served.status_code, served.json()) == (200, DESCRIPTION)
    ours = {
        a.removeprefix("api/v1").replace("<int:", "{").replace(">", "}")
        for a, _ in addresses("registret.web.urls")
        if a.startswith("api/")
    }
    assert set(DESCRIPTION["paths"]) == ours
    for path, told in DESCRIPTION["paths"].items():
        allowed = Browser().options(f"/api/v1{path.replace('{file}', '1').replace('{export}', '1')}").headers["Allow"]
        assert {name.upper() for name in told if name != "parameters"} == set(allowed.split(", "))
