"""Make the facts of episodes anew. Cells follow by triggers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from registret.kernel.sweden import day_of
from registret.records.locks import lock_identities
from registret.records.reported import ReportedEpisode, reported_episodes
from registret.records.scope import all_providers
from registret.registries.measuring import ALL, CountedAs
from registret.registries.queries import indicators_of
from registret.reports.models import REGISTERED, Fact, Remark, StaleEpisode

_BATCH: Final = 200
_PLACES: Final = Decimal("0.01")
_WHAT: Final = (
    "sub_registry", "version", "care_provider_id", "clinic_id", "month", "outcome", "value", "strata",
)  # fmt: skip
"""What a fact says about its episode and indicator."""


def refresh() -> int:
    """Make the facts of stale episodes anew, the longest waiting first, and return how many episodes.

    In batches of one transaction each, so that other acts need not wait long.
    """
    done = 0
    while _is_any_stale():
        made = _refresh_batch()
        if not made:
            break
        done += made
    return done


def count_loaded(episode_ids: Collection[int]) -> None:
    """Count episodes that a program has loaded, in its transaction, so that the worker finds nothing to do.

    Inside `all_providers`, as `make_facts`.
    """
    lock_identities()
    make_facts(episode_ids)
    StaleEpisode.objects.filter(episode_id__in=episode_ids).delete()


def make_facts(episode_ids: Collection[int]) -> int:
    """Bring the facts and remarks of these episodes up to date, and return how many were wrong, lacking or too many.

    Inside `all_providers`, with identities locked: a patient who opts out at this moment waits, or is gone.
    """
    episodes = reported_episodes(episode_ids)
    wanted = {(fact.episode_id, fact.indicator): fact for episode in episodes for fact in _facts_of(episode)}
    there = {(fact.episode_id, fact.indicator): fact for fact in Fact.objects.filter(episode_id__in=episode_ids)}
    right = {key for key, fact in there.items() if key in wanted and _is_same(fact, wanted[key])}
    gone = [fact.id for key, fact in there.items() if key not in right]
    new = [fact for key, fact in wanted.items() if key not in right]
    Fact.objects.filter(id__in=gone).delete()
    Fact.objects.bulk_create(new)
    facts = len({(fact.episode_id, fact.indicator) for fact in new} | (there.keys() - right))
    return facts + _make_remarks(episodes, episode_ids)


def _make_remarks(episodes: Collection[ReportedEpisode], episode_ids: Collection[int]) -> int:
    wanted = {_about(remark): remark for episode in episodes for remark in _remarks_of(episode)}
    there = {_about(remark): remark for remark in Remark.objects.filter(episode_id__in=episode_ids)}
    gone, new = there.keys() - wanted.keys(), wanted.keys() - there.keys()
    Remark.objects.filter(id__in=[there[key].id for key in gone]).delete()
    Remark.objects.bulk_create(wanted[key] for key in new)
    return len(gone) + len(new)


def _about(remark: Remark) -> tuple[int, str, str, int, int]:
    return remark.episode_id, remark.step, remark.rule, remark.clinic_id, remark.care_provider_id


def _remarks_of(episode: ReportedEpisode) -> Iterator[Remark]:
    for step, rules in episode.remarks.items():
        for rule in rules:
            yield Remark(
                episode_id=episode.id,
                sub_registry=episode.sub_registry,
                care_provider_id=episode.care_provider_id,
                clinic_id=episode.clinics[step],
                step=step,
                rule=rule,
            )


def _is_any_stale() -> bool:
    """A glance without locks: most times there is nothing to do."""
    with all_providers():
        return StaleEpisode.objects.exists()


def _refresh_batch() -> int:
    with all_providers():
        lock_identities()
        stale = StaleEpisode.objects.select_for_update(skip_locked=True).order_by("since", "episode_id")
        episode_ids = list(stale.values_list("episode_id", flat=True)[:_BATCH])
        make_facts(episode_ids)
        StaleEpisode.objects.filter(episode_id__in=episode_ids).delete()
        return len(episode_ids)


def _facts_of(episode: ReportedEpisode) -> Iterator[Fact]:
    """Yield a fact for each indicator that concerns the episode and whose steps are done, and one that it is there."""
    if episode.registered_at is not None:
        yield Fact(
            episode_id=episode.id,
            sub_registry=episode.sub_registry,
            indicator=REGISTERED,
            version=1,
            care_provider_id=episode.care_provider_id,
            clinic_id=episode.registered_at,
            month=episode.began_on.replace(day=1),
            outcome=CountedAs.REACHED.value,
            value=None,
            strata=[ALL],
        )
    for indicator in indicators_of(episode.sub_registry):
        measurement = indicator.by_version.get(episode.version)
        if measurement is None or not episode.clinics.keys() >= set(measurement.steps):
            continue
        measured = measurement.of(episode.known)
        if measured is not None:
            yield Fact(
                episode_id=episode.id,
                sub_registry=episode.sub_registry,
                indicator=indicator.code,
                version=indicator.definition.version,
                care_provider_id=episode.care_provider_id,
                clinic_id=episode.clinics[measurement.answering],
                month=_month_of(episode, measurement.period),
                outcome=measured.outcome.value,
                value=None if measured.value is None else measured.value.quantize(_PLACES),
                strata=list(measured.strata),
            )


def _month_of(episode: ReportedEpisode, period: str) -> date:
    """The first day of the month. The definitions see to it that the time is known of every episode that counts."""
    when = episode.known[period]
    if not isinstance(when, date):
        raise TypeError(f"{period} of episode {episode.id} is no time")
    return (day_of(when) if isinstance(when, datetime) else when).replace(day=1)


def _is_same(one: Fact, other: Fact) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _WHAT)
