"""Export by a system: ordered, made by the worker, fetched once, by a right that bringing files in does not give."""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.utils import timezone

from registret.access.models import Grant
from registret.access.roles import Role
from registret.access.staff.changing_grants import revoke_grant
from registret.exchange.exporting import ordering
from registret.exchange.exporting.making import make_next
from registret.exchange.exporting.wishes import ExportFormat, ExportWish
from registret.exchange.models import Export
from registret.ledger.queries import Wanted, entries
from registret.rate_limits.services import Limit
from registret.records.models import Patient
from registret.records.queries.exports import ExportSelection
from registret.records.scope import all_providers
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA
from tests.rooms.access.systems import Journal, connected
from tests.rooms.exchange.scene import EVA
from tests.rooms.records.scene import DAY, SAMORDNAD, begun, case, handler, leave
from tests.rooms.web.api import IMPORTS, Machine
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files
from tests.rooms.web.test_api import DESCRIPTION, code, fits

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

EXPORTS = "/api/v1/exports"


@pytest.fixture(scope="module")
def now(module_db: None) -> datetime:
    """Anna has registered an episode at the infection clinic, Cecilia one in Sydvik."""
    now = timezone.now()
    place = cast.country(now - 30 * DAY)
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    cast.appoint_by_program(CECILIA, Role.REPORTER, clinic_id=place.sydvik, at=now - 20 * DAY)
    cast.appoint_by_program(EVA, Role.EXPORTER, clinic_id=place.infection, at=now - 20 * DAY)
    arrived: Any = {"arrived_at": [f"{now - 3 * DAY:%F %R}"]}
    begun(cast.actor(ANNA, at=now - DAY), at=now - DAY, **arrived)
    begun(cast.actor(CECILIA, at=now - DAY), patient=SAMORDNAD, at=now - DAY, **arrived)
    return now


@pytest.fixture
def machine(now: datetime) -> Machine:
    return Machine(connected(role=Role.EXPORT_SYSTEM, at=timezone.now()))


def wish(now: datetime, **different: Any) -> dict[str, Any]:
    days = {"first_day": f"{now - 9 * DAY:%F}", "last_day": f"{now:%F}"}
    return {"sub_registry": "pneumoni", **days, "format": "json", "reason": "Lokal uppföljning", **different}


def ordered(machine: Machine, body: dict[str, Any], *, key: str = "", content_type: str = "application/json") -> Any:
    headers = machine.signed() | {"Idempotency-Key": key or uuid4().hex}
    return machine.client.post(EXPORTS, json.dumps(body), content_type=content_type, headers=headers)


def test_it_is_ordered_made_and_fetched_once_with_each_patient_in_the_log(machine: Machine, now: datetime) -> None:
    answer = ordered(machine, wish(now))
    assert answer.status_code == 202
    fits(answer.json(), "Export")
    assert (answer.json()["state"], answer.json()["shown_as"]) == ("ordered", "codes")
    address = answer.headers["Location"]
    assert code(machine.get(f"{address}/file"), 409) == "life.not_possible"
    assert make_next()
    ready = machine.get(address).json()
    fits(ready, "Export")
    assert (ready["state"], ready["episodes"], ready["patients"]) == ("ready", {"total": 1, "done": 1}, 1)

    file = machine.get(f"{address}/file")
    with ZipFile(io.BytesIO(b"".join(file.streaming_content))) as zipped:
        (row,) = json.loads(zipped.read("pneumoni.json"))
        about = json.loads(zipped.read("about.json"))
    assert (row["number"], about["reason"], about["ordered_by"]) == (
        *("19121212-1212", "Lokal uppföljning", "Journal X"),
    ), "and nothing of Sydvik's"
    assert code(machine.get(f"{address}/file"), 409) == "life.not_possible"
    assert machine.get(address).json()["state"] == "fetched"

    (entry,) = entries(wanted=Wanted(event="export.fetched")).rows
    with all_providers():
        patient = Patient.objects.get(numbers__text="191212121212")
    assert (entry.by_hsa_id, list(entry.patient_ids), entry.facts["reason"]) == (
        *(machine.journal.name, [patient.id], "Lokal uppföljning"),
    )


def test_the_same_order_again_is_the_same_file_and_another_under_its_key_is_refused(
    machine: Machine, now: datetime
) -> None:
    key = uuid4().hex
    first, again = ordered(machine, wish(now), key=key), ordered(machine, wish(now), key=key)
    assert first.json()["id"] == again.json()["id"]
    assert Export.objects.count() == 1
    assert code(ordered(machine, wish(now, format="csv"), key=key), 422) == "import.idempotency_key_reused"
    assert ordered(machine, wish(now)).json()["id"] != first.json()["id"]


def test_an_order_is_taken_back(machine: Machine, now: datetime) -> None:
    address = ordered(machine, wish(now)).headers["Location"]
    assert machine.delete(address).status_code == 204
    told = machine.get(address).json()
    assert (told["state"], told["why"]) == ("ended", "cancelled")
    assert not make_next()
    assert code(machine.delete(address), 409) == "life.not_possible"


def test_what_cannot_be_ordered_is_refused(machine: Machine, now: datetime) -> None:
    for wrong, name in (
        ({"format": "pdf"}, "format"),
        ({"reason": "  "}, "reason"),
        ({"first_day": "igår"}, "first_day"),
        ({"last_day": "2020-01-01", "first_day": "2020-01-02"}, "last_day"),
        ({"clinic": "sydvik"}, "body"),
    ):
        answer = ordered(machine, wish(now, **wrong))
        assert code(answer, 400) == "import.parameter_unclear", wrong
        assert f" {name}" in str(answer.json()["en"])
    assert code(ordered(machine, wish(now), content_type="text/plain"), 415) == "import.content_type_unknown"
    assert code(ordered(machine, wish(now), key="short"), 400) == "import.idempotency_key_missing"
    assert code(ordered(machine, wish(now, sub_registry="sepsis")), 403) == "access.not_permitted"
    assert not Export.objects.exists()


def test_one_right_does_not_give_the_other(machine: Machine, now: datetime) -> None:
    importing = Machine(connected(at=timezone.now()))
    assert importing.journal.name != machine.journal.name
    assert code(ordered(importing, wish(now)), 403) == "access.not_permitted"
    assert code(machine.get(IMPORTS), 403) == "access.not_permitted"
    address = ordered(machine, wish(now)).headers["Location"]
    assert code(importing.get(address), 403) == "access.not_permitted"
    assert code(importing.get(f"{address}/file"), 403) == "access.not_permitted"


def test_what_others_have_ordered_does_not_exist(machine: Machine, now: datetime) -> None:
    wanted = ordering.order(actor=cast.actor(EVA, at=now), wish=_as_person(now), at=now)
    for path in (f"{EXPORTS}/{wanted}", f"{EXPORTS}/{wanted}/file", f"{EXPORTS}/{2**70}"):
        assert code(machine.get(path), 404) == "access.not_found"
    assert code(machine.delete(f"{EXPORTS}/{wanted}"), 404) == "access.not_found"
    assert code(Browser.of(EVA).get(f"{EXPORTS}/{wanted}"), 401) == "import.assertion_refused"


def _as_person(now: datetime) -> Any:
    selection = ExportSelection(sub_registry="pneumoni", first_day=now.date() - 9 * DAY, last_day=now.date())
    return ExportWish(selection=selection, format=ExportFormat.CSV, reason="Uppföljning")


def test_a_right_that_is_revoked_meanwhile_gives_no_file(machine: Machine, now: datetime) -> None:
    address = ordered(machine, wish(now)).headers["Location"]
    at = timezone.now()
    grant = Grant.objects.get(role=Role.EXPORT_SYSTEM)
    revoke_grant(grant_id=grant.id, reason="byts ut", actor=cast.actor(BERTIL, at=at), at=at)
    make_next()
    assert Export.objects.get().end == "right_ended"
    assert code(machine.get(f"{address}/file"), 403) == "access.not_permitted"


def test_who_opts_out_is_in_no_file_that_waits(machine: Machine, now: datetime) -> None:
    address = ordered(machine, wish(now)).headers["Location"]
    make_next()
    leave(actor=handler(timezone.now()), case=case(), at=timezone.now())
    assert code(machine.get(f"{address}/file"), 410) == "exchange.file_gone"


def test_so_many_are_ordered_in_an_hour(machine: Machine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "ORDERS_PER_PERSON", Limit(what="few", most=1, per=DAY))
    assert ordered(machine, wish(now)).status_code == 202
    answer = ordered(machine, wish(now))
    assert (code(answer, 429), int(answer.headers["Retry-After"]) > 0) == ("limits.too_many", True)


def test_the_description_names_each_format() -> None:
    for schema in ("ExportAsked", "Export"):
        named = DESCRIPTION["components"]["schemas"][schema]["properties"]["format"]["enum"]
        assert named == [one.value for one in ExportFormat]


def test_a_system_with_the_name_of_another_is_another_account(now: datetime) -> None:
    both = [connected(Journal(), role=role, at=timezone.now()).name for role in (Role.SYSTEM, Role.EXPORT_SYSTEM)]
    assert len(set(both)) == 2
    assert Grant.objects.filter(role__in=[Role.SYSTEM, Role.EXPORT_SYSTEM]).count() == 2
    listed = Browser.of(BERTIL).get("/personer")
    assert (listed.status_code, listed.content.decode().count("Journal X") >= 2) == (200, True)
