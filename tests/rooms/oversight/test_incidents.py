"""The register of personal data incidents: who keeps it, the 72 hours, and that nothing written is ever changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from registret.access.actor import Actor
from registret.access.refusals import CardTooOld, NotFound, NotPermitted
from registret.access.roles import Role
from registret.oversight import incidents
from registret.oversight.incident_rules import DataKind, IncidentFault, IncidentText, Notified, faults, report_clock
from registret.oversight.models import Incident, IncidentRevision
from registret.oversight.refusals import IncidentChanged
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID
from tests.owner import as_owner
from tests.rooms.records.scene import DAY, HOUR, MINUTE, NOW, handler, log

BARE = IncidentText(
    happened="En lista skickades till fel klinik",
    began_at=None,
    ended_at=None,
    discovered_at=NOW - HOUR,
    people=None,
    data_kinds=(),
    consequences="",
    measures="",
    authority=Notified.UNDECIDED,
    authority_at=None,
    authority_why="",
    persons=Notified.UNDECIDED,
    persons_at=None,
    persons_why="",
    is_open=True,
)
WHOLE = replace(
    BARE,
    began_at=NOW - 3 * HOUR,
    ended_at=NOW - 2 * HOUR,
    people=40,
    data_kinds=(DataKind.STAFF, DataKind.PATIENT_CARE),
    consequences="Obehöriga kan ha läst listan",
    measures="Listan är raderad hos mottagaren",
    authority=Notified.DONE,
    authority_at=NOW - MINUTE,
    persons=Notified.NOT_NEEDED,
    persons_why="Risken är låg",
)


# --- the rules -------------------------------------------------------------------------------------


def found(text: IncidentText, at: datetime = NOW) -> set[tuple[str, IncidentFault]]:
    return set(faults(text, at=at))


def test_what_is_known_first_can_be_kept_and_closing_asks_for_the_rest() -> None:
    assert found(BARE) == set()
    assert found(replace(BARE, is_open=False)) == {
        (name, IncidentFault.NEEDED_TO_CLOSE)
        for name in ("data_kinds", "consequences", "measures", "authority", "persons")
    }
    assert found(replace(WHOLE, is_open=False)) == set()


@pytest.mark.parametrize("name", ["happened", "consequences", "measures", "authority_why", "persons_why"])
@pytest.mark.parametrize("number", ["191212121212", "121212-1212", "19121212 1212", "20800101-AB17"])
def test_no_text_takes_what_looks_like_the_number_of_a_patient(name: str, number: str) -> None:
    assert (name, IncidentFault.PATIENT_NUMBER) in found(replace(WHOLE, **{name: f"Gäller {number}."}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("different", "fault"),
    [
        ({"happened": ""}, ("happened", IncidentFault.MISSING)),
        ({"authority_at": NOW + MINUTE}, ("authority_at", IncidentFault.AHEAD)),
        ({"began_at": NOW - HOUR + MINUTE, "ended_at": None}, ("discovered_at", IncidentFault.BEFORE_BEGINNING)),
        ({"ended_at": NOW - 4 * HOUR}, ("ended_at", IncidentFault.BEFORE_BEGINNING)),
        ({"authority_at": None}, ("authority_at", IncidentFault.WHEN_MISSING)),
        ({"authority_at": NOW - 2 * HOUR}, ("authority_at", IncidentFault.BEFORE_DISCOVERY)),
        ({"authority": Notified.UNDECIDED}, ("authority_at", IncidentFault.WHEN_WITHOUT_NOTICE)),
        ({"authority": Notified.NOT_NEEDED, "authority_at": None}, ("authority_why", IncidentFault.WHY_MISSING)),
        ({"persons_why": ""}, ("persons_why", IncidentFault.WHY_MISSING)),
        ({"persons": Notified.DONE}, ("persons_at", IncidentFault.WHEN_MISSING)),
        ({"persons": Notified.DONE, "persons_at": NOW + MINUTE}, ("persons_at", IncidentFault.AHEAD)),
    ],
)
def test_what_contradicts_itself_is_named(different: dict[str, Any], fault: tuple[str, IncidentFault]) -> None:
    assert found(replace(WHOLE, **different)) == {fault}


def test_72_hours_run_from_the_discovery_to_the_second() -> None:
    by = BARE.discovered_at + 72 * HOUR
    for at, left, is_late in (
        (NOW, 71 * HOUR, False),
        (by, timedelta(0), False),
        (by + timedelta(seconds=1), timedelta(seconds=-1), True),
    ):
        clock = report_clock(BARE, at=at)
        assert (clock.by, clock.left, clock.is_late) == (by, left, is_late)


def test_a_discovery_lies_behind() -> None:
    assert found(replace(BARE, discovered_at=NOW + MINUTE)) == {("discovered_at", IncidentFault.AHEAD)}


def test_the_hours_are_those_of_the_clock_when_the_clocks_are_put_back() -> None:
    saturday_noon = datetime(2026, 10, 24, 10, 0, tzinfo=UTC)
    clock = report_clock(replace(BARE, discovered_at=saturday_noon), at=saturday_noon)
    assert clock.by == datetime(2026, 10, 27, 10, 0, tzinfo=UTC)


def test_a_report_in_time_stops_the_clock_and_one_that_is_late_says_why() -> None:
    at = NOW + 10 * DAY
    in_time = replace(WHOLE, authority_at=BARE.discovered_at + 72 * HOUR)
    assert found(in_time, at) == set()
    assert (report_clock(in_time, at=at).left, report_clock(in_time, at=at).is_late) == (None, False)
    late = replace(WHOLE, authority_at=BARE.discovered_at + 72 * HOUR + MINUTE)
    assert found(late, at) == {("authority_why", IncidentFault.WHY_SO_LATE)}
    assert found(replace(late, authority_why="Omfattningen var okänd"), at) == set()
    assert report_clock(late, at=at).is_late


def test_an_incident_that_is_not_reported_is_never_late_once_it_is_said_why() -> None:
    decided = replace(BARE, authority=Notified.NOT_NEEDED, authority_why="Listan var krypterad")
    clock = report_clock(decided, at=NOW + 30 * DAY)
    assert (clock.left, clock.is_late) == (None, False)


# --- the register ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doris(module_db: None) -> Actor:
    cast.country(NOW - 30 * DAY)
    return cast.actor(DORIS, at=NOW)


def ingrid() -> Actor:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    return cast.actor(INGRID, at=NOW)


def test_what_is_written_is_there_and_the_log_says_by_whom_without_the_text(doris: Actor) -> None:
    number = incidents.register(text=WHOLE, actor=doris, at=NOW)
    (row,) = incidents.revisions(incident=number, actor=doris)
    assert (row.number, row.at, row.by_name) == (1, NOW, DORIS.name)
    assert row.text == replace(WHOLE, data_kinds=(DataKind.PATIENT_CARE, DataKind.STAFF))
    (entry,) = log("incident.registered")
    assert (entry.by_hsa_id, entry.by_role, entry.facts["incident"]) == (DORIS.hsa_id, "registry_office", number)
    assert "lista" not in str(entry.facts)


def test_a_change_is_a_new_revision_and_the_earlier_text_stays_with_its_author(doris: Actor) -> None:
    number = incidents.register(text=BARE, actor=doris, at=NOW)
    incidents.revise(incident=number, base=1, text=WHOLE, actor=ingrid(), at=NOW + HOUR)
    newest, first = incidents.revisions(incident=number, actor=doris)
    assert (newest.number, newest.by_name, newest.at, newest.text.people) == (2, INGRID.name, NOW + HOUR, 40)
    assert (first.number, first.by_name, first.at, first.text) == (1, DORIS.name, NOW, BARE)
    (entry,) = log("incident.revised")
    assert (entry.by_hsa_id, entry.facts["revision"], entry.facts["authority"]) == (INGRID.hsa_id, 2, "done")


def test_the_same_text_again_is_no_revision(doris: Actor) -> None:
    number = incidents.register(text=BARE, actor=doris, at=NOW)
    again = replace(BARE, happened=f"  {BARE.happened}\n")
    incidents.revise(incident=number, base=1, text=again, actor=doris, at=NOW + HOUR)
    assert len(incidents.revisions(incident=number, actor=doris)) == 1
    assert log("incident.revised") == ()


def test_of_two_who_change_the_same_text_the_second_is_told(doris: Actor) -> None:
    number = incidents.register(text=BARE, actor=doris, at=NOW)
    incidents.revise(incident=number, base=1, text=WHOLE, actor=doris, at=NOW)
    for base in (1, 3):
        with pytest.raises(IncidentChanged):
            incidents.revise(incident=number, base=base, text=BARE, actor=doris, at=NOW)
    assert len(incidents.revisions(incident=number, actor=doris)) == 2


def test_what_cannot_be_kept_is_not_kept(doris: Actor) -> None:
    number = incidents.register(text=BARE, actor=doris, at=NOW)
    wrong = replace(BARE, measures="Ringde 19121212-1212")
    with pytest.raises(ValueError, match="measures patient_number"):
        incidents.register(text=wrong, actor=doris, at=NOW)
    with pytest.raises(ValueError, match="measures patient_number"):
        incidents.revise(incident=number, base=1, text=wrong, actor=doris, at=NOW)
    assert (Incident.objects.count(), IncidentRevision.objects.count()) == (1, 1)


def test_the_list_has_the_newest_text_of_each_newest_first_by_pages(doris: Actor) -> None:
    numbers = [incidents.register(text=BARE, actor=doris, at=NOW) for _ in range(3)]
    incidents.revise(incident=numbers[0], base=1, text=WHOLE, actor=doris, at=NOW)
    page = incidents.incidents(actor=doris, size=2)
    assert ([row.incident for row in page.rows], page.older) == ([numbers[2], numbers[1]], numbers[1])
    page = incidents.incidents(actor=doris, before=page.older, size=2)
    assert ([(row.incident, row.number) for row in page.rows], page.older) == ([(numbers[0], 2)], None)


def test_the_file_has_every_revision_needs_a_fresh_card_and_is_logged(doris: Actor) -> None:
    number = incidents.register(text=BARE, actor=doris, at=NOW)
    incidents.revise(incident=number, base=1, text=WHOLE, actor=doris, at=NOW)
    with pytest.raises(CardTooOld):
        incidents.export(actor=doris, at=NOW + 2 * HOUR)
    assert log("incidents.exported") == ()
    assert [row.number for row in incidents.export(actor=doris, at=NOW)] == [1, 2]
    (entry,) = log("incidents.exported")
    assert (entry.by_hsa_id, entry.facts) == (DORIS.hsa_id, {"rows": 2})


def test_nobody_but_the_registry_office_reads_or_writes_it(doris: Actor) -> None:
    number = incidents.register(text=BARE, actor=doris, at=NOW)
    cast.appoint_by_program(ANNA, Role.SUPPORT, at=NOW - DAY)
    for actor in (cast.actor(BERTIL, at=NOW), cast.actor(ERIK, at=NOW), cast.actor(ANNA, at=NOW), handler()):
        acts: list[Callable[[Actor], object]] = [
            lambda actor: incidents.register(text=BARE, actor=actor, at=NOW),
            lambda actor: incidents.revise(incident=number, base=1, text=WHOLE, actor=actor, at=NOW),
            lambda actor: incidents.revisions(incident=number, actor=actor),
            lambda actor: incidents.incidents(actor=actor),
            lambda actor: incidents.export(actor=actor, at=NOW),
        ]
        for act in acts:
            with pytest.raises(NotPermitted):
                act(actor)
    assert IncidentRevision.objects.count() == 1


def test_an_incident_that_is_not_there_is_not_found(doris: Actor) -> None:
    with pytest.raises(NotFound):
        incidents.revisions(incident=0, actor=doris)
    with pytest.raises(NotFound):
        incidents.revise(incident=0, base=0, text=BARE, actor=doris, at=NOW)


@pytest.mark.parametrize("table", ["oversight_incident", "oversight_incidentrevision"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_the_database_lets_nobody_change_or_remove_what_is_written(doris: Actor, table: str, act: str) -> None:
    incidents.register(text=BARE, actor=doris, at=NOW)
    with pytest.raises(ProgrammingError, match="an incident is never changed"), as_owner():
        changed(act.format(table))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        changed(act.format(table))


def changed(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("constraint", "different"),
    [
        ("incident_revision_once", {"number": 1}),
        ("incident_revision_from_one", {"number": 0}),
        ("incident_has_text", {"happened": ""}),
        ("incident_has_author", {"by_name": ""}),
        ("incident_data_kinds_known", {"data_kinds": ["staff", "weather"]}),
        ("incident_ends_later", {"ended_at": NOW - 4 * HOUR}),
        ("incident_authority_whole", {"authority_at": None}),
        ("incident_authority_whole", {"authority_at": NOW - 2 * HOUR}),
        ("incident_authority_whole", {"authority": "maybe"}),
        ("incident_authority_whole", {"authority": "undecided"}),
        ("incident_authority_whole", {"authority": "not_needed", "authority_at": None}),
        ("incident_persons_whole", {"persons_why": ""}),
        ("incident_persons_whole", {"persons": "done"}),
        ("incident_persons_whole", {"persons_at": NOW}),
        ("incident_closed_is_whole", {"is_open": False, "measures": ""}),
        ("incident_closed_is_whole", {"is_open": False, "consequences": ""}),
        ("incident_closed_is_whole", {"is_open": False, "data_kinds": []}),
        ("incident_closed_is_whole", {"is_open": False, "persons": "undecided"}),
        ("incident_closed_is_whole", {"is_open": False, "authority": "undecided", "authority_at": None}),
    ],
)
def test_the_database_refuses_what_is_not_whole(doris: Actor, constraint: str, different: dict[str, Any]) -> None:
    number = incidents.register(text=WHOLE, actor=doris, at=NOW)
    kept = IncidentRevision.objects.values().get()
    usual = {name: value for name, value in kept.items() if name != "id"} | {"number": 2}
    assert usual["incident_id"] == number
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        IncidentRevision.objects.create(**usual | different)
    IncidentRevision.objects.create(**usual)
