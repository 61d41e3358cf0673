"""The history of the demo's clinics: the forms take it, it is as the services would have written it, and the reports
tell what it was made to tell."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.demo import cast_bar
from registret.demo.history.case import DemoCase
from registret.demo.history.clinics import SHARES, WAS_OPEN, Care, improved_on
from registret.demo.history.country import TELLERS, PastEpisode, Share, Span
from registret.demo.history.filling import fill
from registret.demo.history.loading import load
from registret.demo.history.progress import Progress, read_progress, write_progress
from registret.demo.history.registering import ToldEpisode, steps_of
from registret.demo.people.episodes import of_age
from registret.kernel.sweden import day_of
from registret.ledger.queries import Wanted, entries
from registret.places.queries import clinic
from registret.records.lifecycle import StepState
from registret.records.models import Episode, Number, Revision, Step
from registret.records.numbers import PatientNumber
from registret.records.queries.steps import assessed
from registret.records.reporting import audited_reads, beginning, signing, writing
from registret.records.reporting.inclusion import NewPatient
from registret.records.scope import all_providers, provider_scope
from registret.registries.answers import restored, written
from registret.registries.forms import Form
from registret.registries.queries import form_of, sub_registries
from registret.reports.comparing.figures import overview
from registret.reports.comparing.over_time import over_time
from registret.reports.coverage.counted import newest_own_coverage
from registret.reports.making import refresh
from registret.reports.models import Remark
from registret.reports.rebuilding import rebuild
from tests import cast
from tests.cast import ANNA, CECILIA, INFECTION, Country
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SPAN = Span(years=3, now=NOW, size=0.7)
MOA = cast.person("Moa", "Lindqvist", "SE2321009991-E00R1S6")
OF_A_STEP = (
    "code", "state", "answers", "version", "flags", "lacking", "due_from", "due_to", "next_since", "saved_at",
    "signed_at", "is_moved", "says_dead", "died_on", "closed_at", "closed_why",
)  # fmt: skip


@dataclass(frozen=True)
class Here:
    """A country of three clinics with a history of three years: Anna's became better, Cecilia's was better
    all the time, and Moa's was worse."""

    place: Country
    anna: Actor
    cecilia: Actor
    moa: Actor
    logged: list[str]
    written: int


@pytest.fixture(scope="module")
def here(module_db: None) -> Here:
    place = cast.country(NOW - timedelta(days=30))
    at_work = {}
    for person, clinic_id in ((ANNA, place.infection), (CECILIA, place.sydvik), (MOA, place.medicine)):
        cast.appoint_by_program(person, Role.REPORTER, clinic_id=clinic_id, at=NOW - timedelta(days=20))
        at_work[person] = cast.actor(person, at=NOW - timedelta(hours=1))
    before = newest_entry()
    count = fill(Progress(now=NOW, years=SPAN.years), size=SPAN.size)
    # Nothing is committed, so that no autovacuum counts the rows: PostgreSQL would plan for empty tables.
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Here(place, at_work[ANNA], at_work[CECILIA], at_work[MOA], logged_since(before), count)


def newest_entry() -> int:
    return entries(wanted=Wanted()).rows[0].id


def logged_since(number: int) -> list[str]:
    return [row.event for row in entries(wanted=Wanted()).rows if row.id > number]


def form_of_today(sub_registry: str) -> Form:
    versions = {one.code: one.version for one in sub_registries(on=day_of(NOW))}
    return form_of(sub_registry, versions[sub_registry])


def figures(actor: Actor) -> dict[str, float]:
    """What the reports show of the own clinic now, by indicator of pneumonia."""
    found = overview(actor=actor, sub_registry="pneumoni", at=NOW)
    return {one.indicator.code: one.now.estimate.value for one in found if one.now.estimate is not None}


@pytest.mark.parametrize("sub_registry", sorted(TELLERS))
def test_the_form_takes_every_story_and_each_step_can_be_signed(sub_registry: str) -> None:
    rng = random.Random(11)
    form = form_of_today(sub_registry)
    for number in range(150):
        arrived_at = NOW - timedelta(days=700, minutes=17 * number)
        _, patient = of_age(rng, at=arrived_at)
        case = DemoCase(
            rng=rng, arrived_at=arrived_at, age=patient.age or 0, sex=patient.sex, care=Care(), illness=rng.gauss(0, 1)
        )
        told = ToldEpisode(form=form, story=TELLERS[sub_registry](case), case=case, patient=patient, prompt=30)
        steps = steps_of(told, now=NOW)
        assert [step.code for step in steps] == [step.code for step in form.steps]
        assert all(step.state in {StepState.SIGNED, StepState.CLOSED} for step in steps)


@pytest.mark.parametrize("sub_registry", sorted(TELLERS.keys() - WAS_OPEN.keys()))
def test_what_is_written_is_what_the_services_write(here: Here, sub_registry: str) -> None:
    norrvik = clinic(here.place.infection)
    assert norrvik is not None
    many = replace(SPAN, size=2 / SHARES[sub_registry])
    # Of a clinic that is not in this country, three of each kind: a death in hospital closes what was to come, a later
    # one is told by the follow-up, and of the last patients it is not known yet.
    others = Share(clinic="infektion-visby", sub_registry=sub_registry, span=many).episodes()
    kinds: dict[Any, list[PastEpisode]] = {}
    with all_providers():
        taken = set(Number.objects.values_list("text", flat=True))
    for episode in others:
        # Chance may give a number a second time.
        if episode is not None and episode.number not in taken:
            kinds.setdefault(tuple((step.state, step.says_dead) for step in episode.steps), []).append(episode)
    assert len(kinds) > 2
    episodes = [episode for some in kinds.values() for episode in some[:3]]
    for episode in episodes:
        by_services = rows_by_services(here.anna, episode)
        assert load([episode], clinic=norrvik) == 1
        assert rows_of(episode.system_id) == by_services


def rows_by_services(actor: Actor, episode: PastEpisode) -> list[Any]:
    """What there would be if people had registered the same; it is rolled back."""
    form = form_of(episode.sub_registry, episode.version)
    number = PatientNumber.parse(episode.number, today=day_of(NOW))
    with transaction.atomic():
        first = episode.steps[0]
        begun = beginning.begin(
            actor=actor,
            who=NewPatient(number=number),
            sub_registry=form.code,
            written=texts(form, first.answers),
            is_no_double=True,
            at=moment(first.at),
        )
        for step in episode.steps[1:]:
            if step.state is StepState.SIGNED:
                act: dict[str, Any] = {"actor": actor, "episode": begun, "step": step.code, "at": moment(step.at)}
                writing.write(**act, base=0, written=texts(form, step.answers))
                signing.sign(**act, base=1)
        found = rows_of(begun)
        transaction.set_rollback(True)
    return found


def moment(at: datetime | None) -> datetime:
    assert at is not None
    return at


def texts(form: Form, answers: Any) -> dict[str, Sequence[str]]:
    questions = form.questions
    return {code: written(questions[code], restored(questions[code], stored)) for code, stored in answers.items()}


def rows_of(system_id: str) -> list[Any]:
    """An episode, its steps and their history, without ids and names."""
    with all_providers():
        steps = Step.objects.filter(episode__system_id=system_id).order_by("id")
        revisions = Revision.objects.filter(step__in=[one.id for one in steps]).order_by("step_id", "number")
        episode = Episode.objects.filter(system_id=system_id)
        return [
            *episode.values_list("sub_registry", "version", "clinic_id", "care_provider_id", "began_at", "created_at"),
            *steps.values_list(*OF_A_STEP),
            *revisions.values_list(
                "step__code", "number", "kind", "changes", "reason", "at", "by_role", "by_clinic_id"
            ),
        ]


def test_the_same_seed_makes_the_same_country() -> None:
    share = Share(clinic=INFECTION, sub_registry="pneumoni", span=SPAN)
    first, second = (list(islice(share.episodes(), 30)) for _ in range(2))
    assert first == second
    assert len({one.number for one in first if one}) == sum(one is not None for one in first)


def test_what_was_interrupted_goes_on_and_nothing_is_written_twice(here: Here) -> None:
    told: list[Progress] = []
    assert fill(Progress(now=NOW, years=SPAN.years), size=SPAN.size, tell=told.append) == 0
    assert told[-1].is_complete
    assert not told[0].is_complete
    assert fill(told[-1], size=SPAN.size) == 0
    assert fill(Progress(now=NOW, years=SPAN.years), size=SPAN.size, goes_on=lambda: False) == 0


def test_nothing_is_half_done_and_few_follow_ups_are_due(here: Here) -> None:
    work = audited_reads.work(actor=here.anna, at=NOW)
    assert work.drafts.rows == work.laid_aside.rows == work.to_continue.rows == ()
    assert len(work.due.rows) < 10
    with all_providers():
        left = Step.objects.filter(state=StepState.PLANNED)
        assert left.exists()
        assert not left.filter(due_from=None).exists()
        assert not Step.objects.exclude(state__in=[StepState.SIGNED, StepState.CLOSED, StepState.PLANNED]).exists()


def test_the_log_has_only_the_counts_and_the_reports_are_proved_right(here: Here) -> None:
    assert here.logged == ["coverage.imported"]
    assert here.written > 300
    assert refresh() == 0, "what is loaded is counted at once"
    assert rebuild().was_right


@pytest.mark.parametrize("sub_registry", sorted(WAS_OPEN))
def test_what_is_closed_was_registered_while_it_was_open_and_is_done(here: Here, sub_registry: str) -> None:
    since, until = WAS_OPEN[sub_registry]
    with all_providers():
        found = Episode.objects.filter(sub_registry=sub_registry)
        days = [day_of(one) for one in found.values_list("began_at", flat=True)]
        assert not Step.objects.filter(episode__in=found, state=StepState.PLANNED).exists()
    assert len(days) > 50
    assert since <= min(days) < max(days) < until


def test_remarks_are_those_that_are_seen_when_a_step_is_opened(here: Here) -> None:
    with all_providers():
        with_some = list(Remark.objects.order_by("-id").values_list("episode_id", flat=True)[:20])
        without = Episode.objects.exclude(id__in=Remark.objects.values("episode_id")).order_by("-id")
        episodes = [*with_some, *without.values_list("id", flat=True)[:20]]
        told = set(Remark.objects.filter(episode_id__in=episodes).values_list("episode_id", "step", "rule"))
        opened = Step.objects.filter(episode_id__in=episodes, state=StepState.SIGNED).select_related("episode__patient")
        assert told == {remark for step in opened for remark in seen_in(step)}
    assert told


def seen_in(step: Step) -> Iterator[tuple[int, str, str]]:
    found = assessed(step.episode_id, step.code, at=NOW)
    for rule in (*found.broken, *found.odd):
        yield step.episode_id, step.code, rule.code


def test_no_clinic_sees_what_another_registered(here: Here) -> None:
    with provider_scope(here.cecilia):
        providers = set(Episode.objects.values_list("clinic_id", flat=True))
    assert providers == {here.place.sydvik}


def test_the_better_clinic_is_better_and_the_worse_one_worse(here: Here) -> None:
    better, worse = figures(here.cecilia), figures(here.moa)
    assert better["time_to_antibiotic"] < 0.7 * worse["time_to_antibiotic"]
    assert better["antibiotic_within_4_hours"] > worse["antibiotic_within_4_hours"] + 0.1
    assert better["crb65_documented"] > worse["crb65_documented"] + 0.1


def test_most_patients_are_registered_and_few_at_one_clinic(here: Here) -> None:
    covered = {actor: newest_own_coverage(actor=actor)["pneumoni"] for actor in (here.anna, here.cecilia, here.moa)}
    assert {found.year for found in covered.values()} == {2025}
    assert [actor.seat.clinic_id for actor, found in covered.items() if found.is_low] == [here.place.medicine]


def test_annas_clinic_became_better_and_the_reports_see_it(here: Here) -> None:
    found = over_time(actor=here.anna, sub_registry="pneumoni", code="time_to_antibiotic", at=NOW)
    better_from = improved_on(day_of(NOW))
    medians = {one.first: one.figure.estimate.value for one in found.quarters if one.figure.estimate}
    before, since = (
        [each for first, each in medians.items() if (first >= better_from) is late] for late in (False, True)
    )
    assert median(since) < 0.7 * median(before)
    assert found.runs is not None
    assert found.runs.moved


def test_what_a_doctor_would_expect_of_pneumonia(here: Here) -> None:
    anna = figures(here.anna)
    assert 60 < anna["time_to_antibiotic"] < 240
    with all_providers():
        done = Step.objects.filter(episode__sub_registry="pneumoni", code="discharge")
        deaths = done.filter(says_dead=True).count() / done.count()
    assert 0.02 < deaths < 0.1
    mortality = next(
        one.now
        for one in overview(actor=here.anna, sub_registry="pneumoni", at=NOW)
        if one.indicator.code == "died_within_30_days"
    )
    assert mortality.n > 0
    assert (mortality.x or 0) / mortality.n < 0.2


def test_the_pages_say_that_the_country_grows_until_it_is_complete(settings: Settings, tmp_path: Path) -> None:
    settings.HISTORY_FILE = tmp_path / "history.json"
    assert cast_bar.history() is None
    progress = Progress(now=NOW, years=3, done=50, of=200)
    write_progress(settings.HISTORY_FILE, progress)
    assert read_progress(settings.HISTORY_FILE) == progress
    note = cast_bar.history()
    assert note is not None
    assert "25 %" in note.text
    write_progress(settings.HISTORY_FILE, replace(progress, done=200))
    assert cast_bar.history() is None
