"""Gallring: a rule for each sub-registry, a decision with an author, and then the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from registret.access.refusals import CardTooOld, NotFound
from registret.records import identity_cases, looking, retention
from registret.records.models import Destruction, Episode, Keeping, Merge, Number, Patient
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.retention import Age, age_of, before_of, decide_to_destroy, decide_to_keep, destroy_due
from registret.records.sight import sight_of_all
from registret.registries.queries import sub_registries
from tests.owner import as_owner
from tests.rooms.records.scene import (
    HOUR,
    MINUTE,
    NOW,
    RESERVE,
    TOLVAN,
    Ward,
    begun,
    case,
    counted,
    handler,
    log,
    number,
    shown,
    system_id_of,
    ward,
)

pytestmark = pytest.mark.django_db

OTHER = "19121272-9808"
LONG_AGO = ["2006-11-23T23:59"]
JUST_KEPT = ["2006-11-24T00:00"]


@pytest.fixture
def here() -> Ward:
    """Tolvan has an old episode in Norrvik and a new one in Sydvik; two others have an old one each."""
    found = ward()
    begun(found.anna, arrived_at=LONG_AGO)
    begun(found.cecilia)
    begun(found.anna, patient=RESERVE, arrived_at=LONG_AGO)
    begun(found.cecilia, patient=OTHER, arrived_at=JUST_KEPT)
    return found


def destroy(at: datetime = NOW) -> None:
    decide_to_destroy(actor=handler(at), sub_registry="pneumoni", reason="Regionens beslut 12/2026", at=at)


def keep(until: date, at: datetime = NOW) -> None:
    decide_to_keep(actor=handler(at), sub_registry="pneumoni", until=until, reason="Studien KLARA", at=at)


def age(at: datetime = NOW) -> Age:
    return age_of(actor=handler(at), sub_registry="pneumoni", at=at)


def test_the_list_says_how_many_are_older_than_the_rule_of_the_definition(here: Ward) -> None:
    ages = retention.ages(actor=handler(), at=NOW)
    assert [one.sub_registry for one in ages] == [one.code for one in sub_registries()]
    assert (age().name, age().whole.keep_years, age().episodes, age().whole.past) == ("Pneumoni", 20, 4, 2)
    assert age().whole.before == datetime(2006, 11, 23, 23, 0, tzinfo=UTC), "midnight in Sweden"


@pytest.mark.parametrize(
    ("at", "before"),
    [
        (datetime(2028, 2, 29, 12, tzinfo=UTC), date(2018, 2, 28)),
        (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), date(2018, 2, 28)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2017, 1, 1)),
    ],
)
def test_so_many_years_ago_is_a_day_in_sweden(at: datetime, before: date) -> None:
    assert before_of(10, at=at).date() == before


def test_nothing_is_destroyed_by_age_alone(here: Ward) -> None:
    assert destroy_due(at=NOW) == 0
    assert counted() == (3, 3, 4)


def test_what_was_decided_is_destroyed_by_the_clock_and_leaves_numbers(here: Ward) -> None:
    destroy()
    assert counted() == (3, 3, 4), "deciding destroys nothing"
    assert age().whole.waiting
    (entry,) = log("retention.decided")
    assert entry.by_name == "Greta Frost"
    assert entry.facts["reason"] == "Regionens beslut 12/2026"
    assert (entry.facts["what"], entry.facts["episodes"]) == ("destroy", 2)
    reserve = system_id_of(RESERVE)
    assert destroy_due(at=NOW + HOUR) == 2
    with sight_of_all():
        assert Episode.objects.filter(began_at__lt=age().whole.before).count() == 0
        assert not Patient.objects.filter(system_id=reserve).exists(), "nothing was left of that patient"
        assert Number.objects.filter(text="191212121212").exists(), "Tolvan has a newer episode"
    assert counted() == (2, 2, 2)
    after = age(NOW + HOUR)
    assert (after.whole.past, after.whole.destroyed, after.whole.waiting) == (0, 2, False)
    assert after.decisions[0].done_at == NOW + HOUR
    assert {(e.about_patient_id is not None, e.facts["why"], e.by_program) for e in log("episode.destroyed")} == {
        (True, "retention", "clock")
    }
    assert [(one.why, one.episodes) for one in Destruction.objects.all()] == [("retention", 2)]
    (line,) = retention.destroyed_lately(actor=here.anna, at=NOW + HOUR)
    assert (line.why, line.episodes) == ("retention", 2)
    assert destroy_due(at=NOW + 2 * HOUR) == 0


def test_the_patient_can_be_registered_again_afterwards(here: Ward) -> None:
    destroy()
    destroy_due(at=NOW)
    assert begun(here.anna, patient=RESERVE)


def test_batches_end(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 1)
    destroy()
    assert destroy_due(at=NOW) == 2
    assert Keeping.objects.get().done_at == NOW


def test_a_decision_to_keep_stops_destroying_until_its_day(here: Ward) -> None:
    keep(date(2027, 1, 31))
    with pytest.raises(KeptUntil):
        destroy()
    later = datetime(2027, 1, 31, 22, 59, tzinfo=UTC)
    with pytest.raises(KeptUntil):
        destroy(later)
    destroy(later + MINUTE)
    assert destroy_due(at=later + MINUTE) == 3


def test_a_decision_to_keep_ends_one_to_destroy_that_was_not_carried_out(here: Ward) -> None:
    destroy()
    keep(date(2027, 1, 31), NOW + MINUTE)
    assert destroy_due(at=NOW + HOUR) == 0
    assert destroy_due(at=NOW + timedelta(days=365)) == 0, "nor when the day has passed: it is decided anew"
    assert counted() == (3, 3, 4)


def test_nothing_is_decided_without_need_reason_or_a_recent_card(here: Ward) -> None:
    greta = handler()
    with pytest.raises(CardTooOld):
        decide_to_destroy(actor=greta, sub_registry="pneumoni", reason="x", at=NOW + HOUR + MINUTE)
    with pytest.raises(NotFound):
        decide_to_destroy(actor=greta, sub_registry="influensa", reason="x", at=NOW)
    for reason in ("", "  "):
        with pytest.raises(ValueError, match="reason"):
            decide_to_destroy(actor=greta, sub_registry="pneumoni", reason=reason, at=NOW)
    with pytest.raises(ValueError, match="ahead"):
        keep(date(2026, 11, 24))
    destroy()
    with pytest.raises(AlreadyDeciding):
        destroy()
    destroy_due(at=NOW)
    with pytest.raises(NothingSoOld):
        destroy()
    assert len(log("retention.decided")) == 1


def test_a_decision_stays_as_it_was_written(here: Ward) -> None:
    destroy()
    for attempt in (
        lambda: Keeping.objects.update(reason="annat"),
        lambda: Keeping.objects.update(before=NOW, done_at=NOW),
        lambda: Keeping.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), as_owner():
            attempt()
    destroy_due(at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Keeping.objects.update(done_at=None)


def test_a_patient_who_was_merged_is_destroyed_with_the_trace(here: Ward) -> None:
    identity_cases.merge(
        actor=handler(), case=case(RESERVE), number=number(TOLVAN), expected=shown(RESERVE, TOLVAN), reason="x", at=NOW
    )
    destroy()
    destroy_due(at=NOW)
    with sight_of_all():
        assert Merge.objects.count() == 1, "Tolvan is still here"
    assert looking.search(actor=here.cecilia, written=RESERVE, at=NOW).patient is not None
