"""Reviews and patients: samples prefer what was done with them, and a review can be about one."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from registret.access.actor import Actor
from registret.access.refusals import NotPermitted
from registret.access.roles import Role
from registret.kernel.by import By
from registret.ledger.queries import TimeSpan
from registret.ledger.services import record
from registret.oversight import services as oversight
from registret.oversight.extracts import log_extract
from registret.oversight.lifecycle import ReviewKind, ReviewOutcome, Verdict
from registret.oversight.models import Review, ReviewedEntry
from registret.oversight.queries import entries_of, review_for
from registret.oversight.refusals import NotAReviewer, NothingToReview, OwnEntries
from registret.records.identity import cases as identity_cases
from registret.records.identity.known_as import ids_in_the_log
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, Person, person
from tests.made_up import made_up
from tests.rooms.records.scene import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    log,
    number,
    opt_out,
    shown,
    system_id_of,
    ward,
)

pytestmark = pytest.mark.django_db

FRIDA = person("Frida", "Ros", "SE2321009991-E00F6R6")
PERIOD = TimeSpan(NOW - HOUR, NOW + DAY)
# Free of what the scene itself has done.
QUIET = TimeSpan(NOW - 10 * DAY, NOW - 9 * DAY)
THEN = NOW - 10 * DAY + HOUR


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    """Anna has reported a patient. Erik and Frida review the log."""
    found = ward()
    cast.appoint_by_program(FRIDA, Role.LOG_REVIEWER, at=NOW - 20 * DAY)
    begun(found.anna)
    return found


def reviewer(who: Person = ERIK) -> Actor:
    return cast.actor(who, at=NOW)


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def patient_id(patient: str = TOLVAN) -> int:
    return ids_in_the_log(actor=reviewer(), system_id=system_id_of(patient))[0]


def did(
    who: Person, event: str, *, about: int | None = None, clinic_id: int | None = None, number: int = 1
) -> list[int]:
    by = By(hsa_id=who.card.hsa_id, name=who.name, account_id=id_of(who), clinic_id=clinic_id)
    return [record(event=made_up(event), by=by, at=THEN + n * MINUTE, about_patient_id=about) for n in range(number)]


def about(patient: str, *, by: Person = ERIK, reviewed_by: Person = ERIK, span: TimeSpan | None = None) -> int:
    return oversight.draw_about_patient(
        system_id=system_id_of(patient) if "-" in patient or patient == RESERVE else patient,
        span=span or PERIOD,
        reason="Någon har läst om en granne",
        reviewer_id=id_of(reviewed_by),
        actor=reviewer(by),
        at=NOW,
    )


def sample(here: Ward, *, size: int) -> list[int]:
    review_id = oversight.draw_sample(
        clinic_id=here.place.infection,
        span=QUIET,
        size=size,
        reviewer_id=id_of(ERIK),
        actor=reviewer(),
        at=NOW,
    )
    return numbers(review_id)


def numbers(review_id: int) -> list[int]:
    found = ReviewedEntry.objects.filter(review_id=review_id).order_by("entry_id")
    return list(found.values_list("entry_id", flat=True))


# Samples


def test_a_sample_is_of_entries_about_patients_as_long_as_there_are_any(here: Ward) -> None:
    did(ANNA, "work.listed", clinic_id=here.place.infection, number=200)
    patients = did(ANNA, "patient.opened", about=patient_id(), clinic_id=here.place.infection, number=30)
    did(ANNA, "patient.opened", about=patient_id(), clinic_id=here.place.medicine, number=10)
    first, second = sample(here, size=20), sample(here, size=20)
    assert len(first) == 20
    assert set(first) | set(second) <= set(patients)
    assert first != second, "it is still a lot"
    assert Review.objects.first().population == 230  # type: ignore[union-attr]


def test_where_too_few_are_about_patients_others_fill_the_sample(here: Ward) -> None:
    others = did(ANNA, "work.listed", clinic_id=here.place.infection, number=50)
    patients = did(ANNA, "patient.opened", about=patient_id(), clinic_id=here.place.infection, number=3)
    drawn = set(sample(here, size=10))
    assert set(patients) < drawn
    assert len(drawn & set(others)) == 7


def test_the_monthly_sample_prefers_patients_too(here: Ward) -> None:
    did(ANNA, "work.listed", clinic_id=here.place.infection, number=100)
    patients = did(ANNA, "patient.opened", about=patient_id(), clinic_id=here.place.infection, number=20)
    (review_id,) = oversight.draw_monthly(span=QUIET, by=By.of_program("clock"), at=NOW)
    assert numbers(review_id) == patients


# A review about a patient


def test_a_review_about_a_patient_is_of_what_anybody_did_with_that_patient(here: Ward) -> None:
    begun(here.cecilia, patient=SAMORDNAD)
    hers = did(ANNA, "patient.opened", about=patient_id()) + did(BERTIL, "patient.opened", about=patient_id())
    did(ANNA, "patient.opened", about=patient_id(SAMORDNAD), number=3)
    did(ANNA, "work.listed", number=3)
    review_id = about(TOLVAN, span=QUIET)
    assert numbers(review_id) == sorted(hers)
    row = review_for(actor=reviewer(), review_id=review_id)
    assert (row.kind, row.about_patient_id, row.about_account_id) == (ReviewKind.DIRECTED, patient_id(), None)
    (entry,) = log("review.drawn")
    assert (entry.about_patient_id, entry.facts["reason"]) == (patient_id(), "Någon har läst om en granne")
    assert system_id_of(TOLVAN) not in str(entry.facts), "who it was is forgotten with the patient"


def test_it_reaches_what_was_done_before_two_patients_were_one(here: Ward) -> None:
    begun(here.anna, patient=RESERVE)
    before, gone = patient_id(RESERVE), system_id_of(RESERVE)
    early = did(ANNA, "patient.opened", about=before)
    now = did(ANNA, "patient.opened", about=patient_id())
    identity_cases.merge(
        actor=handler(),
        case=case(RESERVE),
        number=number(TOLVAN),
        expected=shown(RESERVE, TOLVAN),
        reason="Samma",
        at=NOW,
    )
    assert numbers(about(TOLVAN, span=QUIET)) == numbers(about(gone, span=QUIET)) == early + now


def test_nobody_reviews_what_they_did_with_the_patient_themselves(here: Ward) -> None:
    did(ERIK, "patient.opened", about=patient_id())
    with pytest.raises(OwnEntries):
        about(TOLVAN, span=QUIET)
    review_id = about(TOLVAN, reviewed_by=FRIDA, span=QUIET)
    with pytest.raises(OwnEntries):
        oversight.take(review_id=review_id, actor=reviewer(), at=NOW)
    with pytest.raises(DatabaseError, match="nobody reviews"), transaction.atomic():
        Review.objects.filter(id=review_id).update(reviewer_id=id_of(ERIK))
    about(TOLVAN)


def test_whoever_was_with_the_patient_but_not_drawn_does_not_take_it_over(here: Ward) -> None:
    did(ANNA, "patient.opened", about=patient_id())
    review_id = about(TOLVAN, reviewed_by=FRIDA, span=QUIET)
    did(ERIK, "patient.opened", about=patient_id())
    with pytest.raises(OwnEntries):
        oversight.take(review_id=review_id, actor=reviewer(), at=NOW)
    with pytest.raises(DatabaseError, match="worked there"), transaction.atomic():
        Review.objects.filter(id=review_id).update(reviewer_id=id_of(ERIK))


def test_reading_the_log_about_a_patient_is_nothing_done_with_the_patient(here: Ward) -> None:
    """Else anyone who looked before deciding could not review, and the patient would read of an inquiry."""
    theirs = did(ANNA, "patient.opened", about=patient_id())
    for event in ("log.read", "log.exported", "review.read"):
        did(ERIK, event, about=patient_id())
    first = about(TOLVAN, reviewed_by=FRIDA, span=QUIET)
    assert numbers(first) == theirs
    oversight.take(review_id=first, actor=reviewer(), at=NOW)
    told = {seen.event for seen in log_extract(patient_id=patient_id(), by=By.of_program("test"), at=NOW)}
    assert "patient.opened" in told
    assert not {event for event in told if event.startswith(("review.", "log.read", "log.exported"))}


def test_a_patient_without_entries_and_one_who_is_not_there_are_nothing_to_review(here: Ward) -> None:
    with pytest.raises(NothingToReview):
        about(TOLVAN, span=TimeSpan(NOW - 9 * DAY, NOW - 8 * DAY))
    with pytest.raises(NothingToReview):
        about("P34679ACD")
    name = system_id_of(TOLVAN)
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    with pytest.raises(NothingToReview):
        about(name)
    assert not Review.objects.exists()


def test_a_review_goes_on_after_its_patient_opted_out(here: Ward) -> None:
    did(ANNA, "patient.opened", about=patient_id())
    review_id = about(TOLVAN, span=QUIET)
    opt_out(actor=handler(), case=case(), at=NOW + HOUR)
    oversight.take(review_id=review_id, actor=reviewer(FRIDA), at=NOW)
    verdicts = dict.fromkeys(numbers(review_id), (Verdict.JUSTIFIED, ""))
    oversight.judge(review_id=review_id, verdicts=verdicts, actor=reviewer(FRIDA), at=NOW)
    oversight.close(
        review_id=review_id, outcome=ReviewOutcome.NO_REMARK, conclusion="", actor=reviewer(FRIDA), at=NOW + HOUR
    )


@pytest.mark.parametrize("who", [ANNA, BERTIL, DORIS])
def test_nobody_but_log_reviewers_draws_or_does_it(here: Ward, who: Person) -> None:
    with pytest.raises(NotPermitted):
        about(TOLVAN, by=who)
    with pytest.raises(NotAReviewer):
        about(TOLVAN, reviewed_by=who)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE oversight_review SET about_patient_id = about_patient_id + 1",
        "UPDATE oversight_review SET about_patient_id = NULL",
    ],
)
def test_the_database_keeps_about_whom_it_is(here: Ward, attack: str) -> None:
    about(TOLVAN)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_the_database_refuses_a_review_about_a_person_and_a_patient_or_a_sample_about_one(here: Ward) -> None:
    row = {"since": NOW - DAY, "until": NOW, "population": 1, "drawn_at": NOW, "about_patient_id": 1}
    directed = row | {"kind": ReviewKind.DIRECTED, "reason": "x", "drawn_by_id": id_of(ERIK)}
    for wrong in (
        directed | {"about_id": id_of(BERTIL)},
        directed | {"about_patient_id": None},
        directed | {"reason": ""},
        row | {"kind": ReviewKind.SAMPLE, "clinic_id": here.place.infection},
    ):
        with pytest.raises(IntegrityError, match="review_about_something"), transaction.atomic():
            Review.objects.create(**wrong)


# Pages of a review


def test_a_long_review_comes_in_pages_and_says_which_are_not_done(here: Ward) -> None:
    drawn = did(ANNA, "patient.opened", about=patient_id(), number=60)
    review_id = about(TOLVAN, span=QUIET)
    row = review_for(actor=reviewer(), review_id=review_id)
    pages = [entries_of(row, page=page) for page in (1, 2, 3)]
    assert [entry.number for page in pages for entry in page.entries] == drawn
    assert [len(page.entries) for page in pages] == [20, 20, 20]
    assert (pages[0].pages, pages[0].unfinished) == (3, (1, 2, 3))
    verdicts = dict.fromkeys([entry.number for entry in pages[1].entries], (Verdict.JUSTIFIED, ""))
    oversight.judge(review_id=review_id, verdicts=verdicts, actor=reviewer(), at=NOW)
    assert [entries_of(row, page=page).next_unfinished for page in (1, 2, 3)] == [3, 3, 1]
    assert [entries_of(row, page=page).number for page in (0, -4, 99)] == [1, 1, 3]
