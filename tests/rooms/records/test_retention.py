"""Gallring: a rule for each sub-registry, a decision with an author, and then the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from pytest_django import Settings

from registret.access.refusals import CardTooOld, NotFound
from registret.records.identity import cases as identity_cases
from registret.records.models import DeletionTally, Episode, Merge, Number, Patient, RetentionDecision, Step
from registret.records.patient_rights.extracts import registry_extract
from registret.records.queries.destroyed import destroyed_lately
from registret.records.refusals import AlreadyDeciding, KeptUntil, NothingSoOld
from registret.records.reporting import audited_reads, writing
from registret.records.retention import ages, destroying
from registret.records.retention.ages import Age, age_of, before_of
from registret.records.retention.decisions import decide_to_destroy, decide_to_destroy_research, decide_to_keep
from registret.records.retention.destroying import destroy_due
from registret.records.scope import all_providers
from registret.registries.queries import catalogue, sub_registries
from registret.registries.vocabulary import RegistryState
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
    close_pneumonia,
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


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
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
    every_age = ages.ages(actor=handler(), at=NOW)
    assert [one.sub_registry for one in every_age] == [one.code for one in sub_registries()]
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
    with all_providers():
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
    assert [(one.why, one.episodes) for one in DeletionTally.objects.all()] == [("retention", 2)]
    (line,) = destroyed_lately(actor=here.anna, at=NOW + HOUR)
    assert (line.why, line.episodes) == ("retention", 2)
    assert destroy_due(at=NOW + 2 * HOUR) == 0


def test_the_patient_can_be_registered_again_afterwards(here: Ward) -> None:
    destroy()
    destroy_due(at=NOW)
    assert begun(here.anna, patient=RESERVE)


def test_batches_end(here: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destroying, "_BATCH", 1)
    destroy()
    assert destroy_due(at=NOW) == 2
    assert RetentionDecision.objects.get().done_at == NOW


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
        lambda: RetentionDecision.objects.update(reason="annat"),
        lambda: RetentionDecision.objects.update(before=NOW, done_at=NOW),
        lambda: RetentionDecision.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), as_owner():
            attempt()
    destroy_due(at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionDecision.objects.update(done_at=None)


def test_a_patient_who_was_merged_is_destroyed_with_the_trace(here: Ward) -> None:
    identity_cases.merge(
        actor=handler(), case=case(RESERVE), number=number(TOLVAN), expected=shown(RESERVE, TOLVAN), reason="x", at=NOW
    )
    destroy()
    destroy_due(at=NOW)
    with all_providers():
        assert Merge.objects.count() == 1, "Tolvan is still here"
    assert audited_reads.search(actor=here.cecilia, written=RESERVE, at=NOW).patient is not None


# --- a sub-registry that is closed -------------------------------------------------------------------


def close_without_forms(folder: Path) -> Path:
    """As `close_pneumonia`, by a version that says no more than that."""
    newest = max(version for code, version in catalogue().forms if code == "pneumoni")
    register = folder / "pneumoni" / str(newest + 1) / "register.toml"
    register.parent.mkdir(parents=True)
    name = 'name = { sv = "Pneumoni", en = "Pneumonia" }'
    register.write_text(f'code = "pneumoni"\nstate = "closed"\norder = 1\n{name}\n', encoding="utf-8")
    return folder


@pytest.fixture(params=[close_pneumonia, close_without_forms])
def close(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, here: Ward
) -> Iterator[Callable[[], None]]:
    """Closes pneumonia for entry, by a version with forms or by one without."""

    def closed() -> None:
        settings.DEFINITIONS_DIR = request.param(tmp_path)
        catalogue.cache_clear()
        (state,) = {one.state for one in sub_registries() if one.code == "pneumoni"}
        assert state is RegistryState.CLOSED

    yield closed
    catalogue.cache_clear()


def test_closing_changes_nothing_about_how_long_episodes_are_kept(close: Callable[[], None]) -> None:
    before = age()
    assert (before.whole.keep_years, before.whole.past) == (20, 2)
    assert before.research is not None
    close()
    assert age() == before


def test_a_closing_version_may_say_how_long_episodes_are_kept(
    here: Ward, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings.DEFINITIONS_DIR = close_without_forms(tmp_path)
    (register,) = tmp_path.glob("pneumoni/*/register.toml")
    register.write_text(f"keep_years = 30\n{register.read_text(encoding='utf-8')}", encoding="utf-8")
    request.addfinalizer(catalogue.cache_clear)
    catalogue.cache_clear()
    assert (age().whole.keep_years, age().whole.past) == (30, 0)


def test_what_is_past_its_time_in_a_closed_sub_registry_is_destroyed_with_its_patients(
    here: Ward, close: Callable[[], None]
) -> None:
    close()
    reserve = system_id_of(RESERVE)
    destroy()
    assert destroy_due(at=NOW + HOUR) == 2
    assert counted() == (2, 2, 2)
    with all_providers():
        assert not Patient.objects.filter(system_id=reserve).exists()
    (line,) = destroyed_lately(actor=here.anna, at=NOW + HOUR)
    assert (line.name, line.why, line.episodes) == ("Pneumoni", "retention", 2)


def test_a_decision_to_destroy_from_before_the_closing_is_carried_out_and_takes_no_more(
    close: Callable[[], None],
) -> None:
    destroy()
    close()
    assert destroy_due(at=NOW + HOUR) == 2
    assert counted() == (2, 2, 2)


def test_a_decision_to_keep_from_before_the_closing_holds_after_it(close: Callable[[], None]) -> None:
    keep(date(2027, 1, 31))
    close()
    assert age().held_until == date(2027, 1, 31)
    with pytest.raises(KeptUntil):
        destroy()
    assert destroy_due(at=NOW + HOUR) == 0
    later = datetime(2027, 1, 31, 23, 0, tzinfo=UTC)
    destroy(later)
    assert destroy_due(at=later) == 3


def test_a_closed_sub_registry_can_be_kept_for_longer(close: Callable[[], None]) -> None:
    destroy()
    close()
    keep(date(2027, 1, 31), NOW + MINUTE)
    assert destroy_due(at=NOW + HOUR) == 0
    assert counted() == (3, 3, 4)


def test_answers_to_research_questions_go_earlier_in_a_closed_sub_registry_too(
    here: Ward, close: Callable[[], None]
) -> None:
    # Older than such answers are kept, and younger than episodes are.
    episode = begun(here.anna, patient=RESERVE, arrived_at=["2012-03-01T08:15"])
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={"smoking": ["current"]}, at=NOW)
    close()
    found = age().research
    assert found is not None
    assert (found.keep_years, found.past) == (10, 1)
    decide_to_destroy_research(actor=handler(), sub_registry="pneumoni", reason="Regionens beslut", at=NOW)
    assert destroy_due(at=NOW + HOUR) == 1
    with all_providers():
        assert not Step.objects.filter(answers__has_key="smoking").exists()
    assert counted() == (3, 3, 5), "the episodes stay"


def test_an_extract_holds_what_a_closed_sub_registry_has_of_the_patient(close: Callable[[], None]) -> None:
    before = registry_extract(actor=handler(), case=case(), form="json", at=NOW)
    close()
    after = registry_extract(actor=handler(), case=case(), form="json", at=NOW)
    assert after.episodes == before.episodes
    assert {one.sub_registry for one in after.episodes} == {"Pneumoni"}
    assert len(after.episodes) == 2
