"""Outliers: told by editions only, in both directions; a case is opened, checked, asked, answered and closed, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from registret.access.actor import Actor
from registret.access.queries.administrators import active_administrators
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Role
from registret.kernel.life import NotPossible
from registret.ledger.queries import Wanted, entries
from registret.mail.models import Letter
from registret.reports.editions import make_edition
from registret.reports.lifecycle import OutlierState
from registret.reports.models import Cell, EditionCell, OutlierCase
from registret.reports.outliers import acting
from registret.reports.outliers.cases import closed_cases, numbers_by_figure, one_case, open_cases
from registret.reports.outliers.finding import outliers
from registret.reports.refusals import (
    OutlierAnswerAwaited,
    OutlierCaseOpen,
    OutlierNobodyToAsk,
    OutlierOwnQuestion,
)
from registret.reports.statistics.funnels import FunnelPlace
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, KARIN, Country, Person
from tests.owner import as_owner
from tests.rooms.reports.outlier_scene import ASTRID, DAY, NOW, WITHIN_4, asked, checked, fields_of, opened, outside

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    place = outside()
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=NOW - 20 * DAY)
    return place


@pytest.fixture
def doris(place: Country) -> Actor:
    return cast.actor(DORIS, at=NOW)


@pytest.fixture
def bertil(place: Country) -> Actor:
    return cast.actor(BERTIL, at=NOW)


def state_of(number: int, doris: Actor) -> OutlierState:
    return one_case(number=number, actor=doris)[0].state


# --- who lies outside ----------------------------------------------------------------------------------


def test_the_office_sees_who_lies_outside_in_both_directions_and_how_many_were_judged(doris: Actor) -> None:
    found = outliers(actor=doris, sub_registry="pneumoni")
    told = [(one.clinic.title, one.place, one.figure.x, one.figure.n, one.country.n) for one in found.found]
    assert told == [
        ("Infektionskliniken, Norrviks sjukhus", FunnelPlace.VERY_LOW, 5, 30, 160),
        ("Infektionskliniken, Sydviks sjukhus", FunnelPlace.HIGH, 70, 90, 160),
    ]
    assert (found.judged, found.alarms) == (3, 1)


def test_a_clinic_that_no_edition_tells_of_is_not_judged(place: Country, doris: Actor) -> None:
    """Four with the outcome may not be told, nor what would give them away: of the year, one half is hidden."""
    Cell.objects.all().update(month=date(2026, 9, 1))
    Cell.objects.filter(clinic_id=place.infection).update(reached=4)
    make_edition(at=NOW + 100 * DAY)
    assert not EditionCell.objects.filter(edition__number=2).exclude(clinic=None).exists()
    found = outliers(actor=doris, sub_registry="pneumoni")
    assert (found.found, found.judged) == ((), 0)
    with pytest.raises(NotFound):
        acting.outlier_of(
            clinic_id=place.infection, sub_registry="pneumoni", indicator=WITHIN_4, edition=2, actor=doris
        )


def test_what_is_signed_after_the_edition_moves_nobody(place: Country, doris: Actor) -> None:
    Cell.objects.filter(clinic_id=place.infection).update(reached=100)
    assert outliers(actor=doris, sub_registry="pneumoni").alarms == 1


@pytest.mark.parametrize("who", [ANNA, BERTIL, CECILIA, ERIK])
def test_nobody_but_the_office_sees_who_lies_outside(place: Country, who: Person) -> None:
    with pytest.raises(NotPermitted):
        outliers(actor=cast.actor(who, at=NOW), sub_registry="pneumoni")


# --- the life of a case --------------------------------------------------------------------------------


def test_a_case_is_opened_checked_asked_answered_and_closed_and_each_step_says_who_when_and_what(
    place: Country, doris: Actor, bertil: Actor
) -> None:
    number = asked(place, doris)
    acting.answer(number=number, text="Nya rutiner i mars", actor=bertil, at=NOW + DAY)
    acting.close(number=number, text="Förklarat", actor=doris, at=NOW + 2 * DAY)
    row, steps = one_case(number=number, actor=doris)
    assert (row.state, row.answer_by, row.figure.x, row.figure.n) == (OutlierState.CLOSED, date(2026, 12, 24), 5, 30)
    assert [(one.state.value, one.text, one.by_name, one.at) for one in steps] == [
        ("opened", "Långt under riket", DORIS.name, NOW),
        ("checked", "Täckningen är god", DORIS.name, NOW),
        ("asked", "Vad beror det på?", DORIS.name, NOW),
        ("answered", "Nya rutiner i mars", BERTIL.name, NOW + DAY),
        ("closed", "Förklarat", DORIS.name, NOW + 2 * DAY),
    ]
    assert [one.number for one in closed_cases(actor=doris).rows] == [number]
    assert open_cases(actor=doris) == ()


def test_each_step_is_in_the_log_without_what_was_written(place: Country, doris: Actor, bertil: Actor) -> None:
    number = asked(place, doris)
    acting.answer(number=number, text="Nya rutiner", actor=bertil, at=NOW)
    acting.close(number=number, text="Förklarat", actor=doris, at=NOW)
    for event, who in (
        ("opened", DORIS),
        ("checked", DORIS),
        ("asked", DORIS),
        ("answered", BERTIL),
        ("closed", DORIS),
    ):
        (entry,) = entries(wanted=Wanted(event=f"outlier.{event}")).rows
        assert (entry.by_hsa_id, entry.clinic_id) == (who.hsa_id, place.infection)
        assert entry.facts == {"outlier": number, "indicator": f"pneumoni.{WITHIN_4}"}


def test_the_figures_of_a_case_stay_when_a_newer_edition_comes(place: Country, doris: Actor) -> None:
    number = opened(place, doris)
    Cell.objects.all().update(month=date(2026, 9, 1), reached=40, not_reached=10)
    make_edition(at=NOW + 100 * DAY)
    row, _steps = one_case(number=number, actor=doris)
    assert (row.edition.number, row.figure.x, row.figure.n, row.country.x) == (1, 5, 30, 100)


def test_the_mail_says_only_that_a_question_waits_until_when(place: Country, doris: Actor) -> None:
    asked(place, doris)
    found = Letter.objects.filter(kind="outlier_asked").order_by("to_address")
    assert [one.to_address for one in found] == sorted([BERTIL.email.text, KARIN.email.text])
    told = {"clinic": "Infektionskliniken, Norrviks sjukhus", "day": "2026-12-24"}
    assert [one.context for one in found] == [told, told]


def test_the_office_decides_how_long_a_clinic_may_take(place: Country, doris: Actor) -> None:
    decide(limit=TimeLimit.OUTLIER_ANSWER, number=14, reason="Snabbare svar", by=doris.by, at=NOW)
    number = asked(place, doris)
    assert one_case(number=number, actor=doris)[0].answer_by == date(2026, 12, 8)


def test_a_clinic_without_anybody_who_can_answer_is_not_asked(place: Country, doris: Actor) -> None:
    number = checked(place, doris)
    for who in (BERTIL, KARIN):
        cast.suspend(who, at=NOW)
    with pytest.raises(OutlierNobodyToAsk):
        acting.ask_clinic(number=number, text="Varför?", actor=doris, at=NOW)
    assert state_of(number, doris) is OutlierState.CHECKED
    assert not Letter.objects.filter(kind="outlier_asked").exists()


def test_only_administrators_with_a_right_to_the_sub_registry_are_asked(place: Country) -> None:
    of_pneumonia = active_administrators(clinic_id=place.infection, sub_registry="pneumoni", at=NOW)
    assert {one.name for one in of_pneumonia} == {BERTIL.name, KARIN.name}
    # One that opens later: nobody who was appointed before has a right to it.
    assert active_administrators(clinic_id=place.infection, sub_registry="borrelia", at=NOW) == ()


def test_until_its_time_is_over_a_clinic_that_was_asked_may_answer_undisturbed(
    place: Country, doris: Actor, bertil: Actor
) -> None:
    number = asked(place, doris)
    for late in (DAY, 30 * DAY):
        with pytest.raises(OutlierAnswerAwaited, match="outlier_awaited"):
            acting.close(number=number, text="Inget svar", actor=doris, at=NOW + late)
    row = one_case(number=number, actor=doris)[0]
    assert [row.is_late(at=NOW + days * DAY) for days in (30, 31)] == [False, True]
    acting.close(number=number, text="Inget svar", actor=doris, at=NOW + 31 * DAY)
    with pytest.raises(NotPossible):
        acting.answer(number=number, text="För sent", actor=bertil, at=NOW + 32 * DAY)


def test_a_late_answer_counts_as_long_as_the_case_is_open(place: Country, doris: Actor, bertil: Actor) -> None:
    number = asked(place, doris)
    acting.answer(number=number, text="Ursäkta dröjsmålet", actor=bertil, at=NOW + 60 * DAY)
    assert state_of(number, doris) is OutlierState.ANSWERED


Act = Callable[..., None]


@pytest.mark.parametrize(
    ("begun", "act"),
    [
        (opened, acting.ask_clinic),
        (checked, acting.check_data),
        (asked, acting.check_data),
        (asked, acting.ask_clinic),
    ],
)
def test_a_step_is_taken_in_its_turn_and_once(
    place: Country, doris: Actor, begun: Callable[[Country, Actor], int], act: Act
) -> None:
    number = begun(place, doris)
    before = state_of(number, doris)
    with pytest.raises(NotPossible):
        act(number=number, text="En gång till", actor=doris, at=NOW)
    assert state_of(number, doris) is before


def test_there_is_one_open_case_about_a_figure_and_after_its_end_another(place: Country, doris: Actor) -> None:
    first = opened(place, doris)
    with pytest.raises(OutlierCaseOpen):
        opened(place, doris)
    acting.close(number=first, text="Öppnades av misstag", actor=doris, at=NOW)
    second = opened(place, doris)
    key = place.infection, "pneumoni", WITHIN_4, 1
    assert numbers_by_figure(actor=doris, editions={1}) == {key: second}


def test_who_is_within_the_limits_has_no_case(place: Country, doris: Actor) -> None:
    for clinic, code, edition in ((place.medicine, WITHIN_4, 1), (place.infection, WITHIN_4, 2), (0, "none", 1)):
        with pytest.raises(NotFound):
            acting.outlier_of(clinic_id=clinic, sub_registry="pneumoni", indicator=code, edition=edition, actor=doris)


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001, "Se patienten 19121212-1212"])
def test_no_step_is_taken_without_a_text_or_with_a_patients_number(place: Country, doris: Actor, text: str) -> None:
    number = opened(place, doris)
    with pytest.raises(ValueError, match="names no patient"):
        acting.check_data(number=number, text=text, actor=doris, at=NOW)
    assert state_of(number, doris) is OutlierState.OPENED


# --- who may -------------------------------------------------------------------------------------------


def test_a_clinic_sees_a_case_when_it_is_asked_and_not_before(place: Country, doris: Actor, bertil: Actor) -> None:
    number = checked(place, doris)
    for actor in (bertil, cast.actor(ASTRID, at=NOW)):
        assert open_cases(actor=actor) == ()
        with pytest.raises(NotFound):
            one_case(number=number, actor=actor)
    acting.ask_clinic(number=number, text="Varför?", actor=doris, at=NOW)
    for actor in (bertil, cast.actor(ASTRID, at=NOW), cast.actor(ANNA, at=NOW)):
        assert [one.number for one in open_cases(actor=actor)] == [number]
        assert len(one_case(number=number, actor=actor)[1]) == 3


def test_a_case_that_was_closed_before_the_clinic_was_asked_stays_at_the_office(
    place: Country, doris: Actor, bertil: Actor
) -> None:
    number = checked(place, doris)
    acting.close(number=number, text="Fel i data", actor=doris, at=NOW)
    assert closed_cases(actor=bertil).rows == ()
    with pytest.raises(NotFound):
        one_case(number=number, actor=bertil)


def test_another_clinic_sees_no_case_and_does_not_answer(place: Country, doris: Actor) -> None:
    number = asked(place, doris)
    cecilia = cast.actor(CECILIA, at=NOW)
    assert open_cases(actor=cecilia) == ()
    assert closed_cases(actor=cecilia).rows == ()
    for act in (
        lambda: one_case(number=number, actor=cecilia),
        lambda: acting.answer(number=number, text="Vi svarar", actor=cecilia, at=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    assert state_of(number, doris) is OutlierState.ASKED


@pytest.mark.parametrize("who", [ANNA, ASTRID])
def test_who_reads_reports_and_is_no_local_administrator_does_not_answer(
    place: Country, doris: Actor, who: Person
) -> None:
    number = asked(place, doris)
    with pytest.raises(NotPermitted):
        acting.answer(number=number, text="Vi svarar", actor=cast.actor(who, at=NOW), at=NOW)


def test_the_office_does_not_answer_for_a_clinic(place: Country, doris: Actor) -> None:
    number = asked(place, doris)
    with pytest.raises(NotPermitted):
        acting.answer(number=number, text="Vi svarar", actor=doris, at=NOW)


def test_who_has_asked_at_the_office_does_not_also_answer_at_the_clinic(place: Country, doris: Actor) -> None:
    number = asked(place, doris)
    cast.appoint(DORIS, place.infection, at=NOW)
    there = next(seat for seat in cast.actor(DORIS, at=NOW).seats if seat.clinic_id == place.infection)
    assert DORIS.email.text not in {one.to_address for one in Letter.objects.filter(kind="outlier_asked")}
    with pytest.raises(OutlierOwnQuestion):
        acting.answer(number=number, text="Jag svarar", actor=replace(doris, seat=there), at=NOW)
    assert state_of(number, doris) is OutlierState.ASKED


def test_a_local_administrator_does_nothing_that_the_office_does(place: Country, doris: Actor, bertil: Actor) -> None:
    found = outliers(actor=doris, sub_registry="pneumoni").found[0]
    number = asked(place, doris)
    with pytest.raises(NotPermitted):
        acting.open_case(outlier=found, text="Jag med", actor=bertil, at=NOW)
    for act in (acting.check_data, acting.ask_clinic, acting.close):
        with pytest.raises(NotPermitted):
            act(number=number, text="Jag med", actor=bertil, at=NOW + 40 * DAY)


@pytest.mark.parametrize("who", [ERIK])
def test_who_reads_no_reports_sees_no_case(place: Country, doris: Actor, who: Person) -> None:
    asked(place, doris)
    with pytest.raises(NotPermitted):
        open_cases(actor=cast.actor(who, at=NOW))


# --- what the database keeps ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE reports_outliercase SET reached = 6, state = 'answered'", "keeps what it was opened with"),
        (
            "UPDATE reports_outliercase SET answer_by = now(), state = 'answered'",
            "keeps what it was opened with",
        ),
        ("UPDATE reports_outliercase SET expected = 9, state = 'answered'", "keeps what it was opened with"),
        ("UPDATE reports_outliercase SET state = 'opened', answer_by = NULL", "keeps what it was opened with"),
        ("UPDATE reports_outliercase SET state = 'checked'", "no step from asked to checked"),
        ("UPDATE reports_outliercase SET answer_by = '2027-01-01'", "no step from asked to asked"),
        ("DELETE FROM reports_outliercase", "keeps what it was opened with|permission denied"),
        ("UPDATE reports_outlierstep SET text = 'annat'", "stays|permission denied"),
        ("DELETE FROM reports_outlierstep", "stays|permission denied"),
        (
            "INSERT INTO reports_outlierstep (case_id, state, text, at, by_id, by_name)"
            " SELECT case_id, 'answered', text, at, by_id, by_name FROM reports_outlierstep LIMIT 1",
            "of the state that its case is in",
        ),
    ],
)
def test_the_database_keeps_figures_texts_and_the_order_of_steps(
    place: Country, doris: Actor, statement: str, says: str
) -> None:
    asked(place, doris)
    with pytest.raises(DatabaseError, match=says), as_owner(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match=says), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_opens_no_second_case_and_none_in_the_middle(place: Country, doris: Actor) -> None:
    number = opened(place, doris)
    for different, says in (({}, "one_open_outlier_case"), ({"state": "closed"}, "begins opened")):
        with pytest.raises(DatabaseError, match=says), transaction.atomic():
            OutlierCase.objects.create(**fields_of(number) | different)
