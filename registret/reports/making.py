"""Make the facts of episodes anew. Cells follow by triggers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection, models

from registret.kernel.sweden import day_of
from registret.records.locks import share_identities
from registret.records.reported import ReportedEpisode, reported_episodes
from registret.records.scope import all_providers
from registret.registries.measuring import ALL, CountedAs, Indicator, Measured, Measurement
from registret.registries.queries import indicators_of
from registret.reports.models import REGISTERED, Fact, Remark, StaleEpisode

_BATCH: Final = 200
_PLACES: Final = Decimal("0.01")


class _FactRow(NamedTuple):
    """A row to be, as `Fact`. A tuple is made and compared many times as fast as a model, and there are millions."""

    episode_id: int
    sub_registry: str
    indicator: str
    version: int
    care_provider_id: int
    clinic_id: int
    month: date
    outcome: str
    value: Decimal | None
    strata: tuple[str, ...]


class _RemarkRow(NamedTuple):
    """A row to be, as `Remark`."""

    episode_id: int
    sub_registry: str
    care_provider_id: int
    clinic_id: int
    step: str
    rule: str


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
    share_identities()
    make_facts(episode_ids)
    StaleEpisode.objects.filter(episode_id__in=episode_ids).delete()


def make_facts(episode_ids: Collection[int]) -> int:
    """Bring the facts and remarks of these episodes up to date, and return how many were wrong, lacking or too many.

    Inside `all_providers`, with identities shared: a patient who opts out at this moment waits, or is gone.
    """
    episodes = reported_episodes(episode_ids)
    facts = {
        _FactRow._make([*row[:-1], tuple(row[-1])]): id_ for id_, *row in _kept(Fact, _FactRow._fields, episode_ids)
    }
    remarks = {_RemarkRow(*row): id_ for id_, *row in _kept(Remark, _RemarkRow._fields, episode_ids)}
    wanted_facts = {row for episode in episodes for row in _facts_of(episode)}
    wanted_remarks = {row for episode in episodes for row in _remarks_of(episode)}
    Fact.objects.filter(id__in=[id_ for row, id_ in facts.items() if row not in wanted_facts]).delete()
    Remark.objects.filter(id__in=[id_ for row, id_ in remarks.items() if row not in wanted_remarks]).delete()
    _insert(Fact, wanted_facts - facts.keys())
    _insert(Remark, wanted_remarks - remarks.keys())
    wrong_facts = {(row.episode_id, row.indicator) for row in wanted_facts ^ facts.keys()}
    return len(wrong_facts) + len(wanted_remarks ^ remarks.keys())


def _kept(model: type[models.Model], columns: tuple[str, ...], episode_ids: Collection[int]) -> Iterator[list[Any]]:
    return model._default_manager.filter(episode_id__in=episode_ids).values_list("id", *columns).iterator()


def _insert(model: type[models.Model], rows: Collection[_FactRow | _RemarkRow]) -> None:
    """In one statement, so that cells are counted once. Row-level security takes no COPY, and `bulk_create` spends more
    time on its parameters than on all else."""
    if not rows:
        return
    columns = ", ".join(next(iter(rows))._fields)
    told = json.dumps([row._asdict() for row in rows], default=str)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)",  # noqa: S608
            [told],
        )


def _remarks_of(episode: ReportedEpisode) -> Iterator[_RemarkRow]:
    for step, rules in episode.remarks.items():
        for rule in rules:
            yield _RemarkRow(
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
        share_identities()
        stale = StaleEpisode.objects.select_for_update(skip_locked=True).order_by("since", "episode_id")
        episode_ids = list(stale.values_list("episode_id", flat=True)[:_BATCH])
        make_facts(episode_ids)
        StaleEpisode.objects.filter(episode_id__in=episode_ids).delete()
        return len(episode_ids)


def _facts_of(episode: ReportedEpisode) -> Iterator[_FactRow]:
    """Yield a fact for each indicator that concerns the episode and whose steps are done, and one that it is there."""
    if episode.registered_at is not None:
        yield _FactRow(
            episode_id=episode.id,
            sub_registry=episode.sub_registry,
            indicator=REGISTERED,
            version=1,
            care_provider_id=episode.care_provider_id,
            clinic_id=episode.registered_at,
            month=episode.began_on.replace(day=1),
            outcome=CountedAs.REACHED.value,
            value=None,
            strata=(ALL,),
        )
    for indicator in indicators_of(episode.sub_registry):
        measurement = indicator.by_version.get(episode.version)
        if measurement is None or not episode.clinics.keys() >= set(measurement.steps):
            continue
        measured = measurement.of(episode.known)
        if measured is not None:
            yield _fact(episode, indicator, measurement, measured)


def _fact(episode: ReportedEpisode, indicator: Indicator, measurement: Measurement, measured: Measured) -> _FactRow:
    return _FactRow(
        episode_id=episode.id,
        sub_registry=episode.sub_registry,
        indicator=indicator.code,
        version=indicator.definition.version,
        care_provider_id=episode.care_provider_id,
        clinic_id=episode.clinics[measurement.answering],
        month=_month_of(episode, measurement.period),
        outcome=measured.outcome.value,
        value=None if measured.value is None else measured.value.quantize(_PLACES),
        strata=measured.strata,
    )


def _month_of(episode: ReportedEpisode, period: str) -> date:
    """The first day of the month. The definitions see to it that the time is known of every episode that counts."""
    when = episode.known[period]
    if not isinstance(when, date):
        raise TypeError(f"{period} of episode {episode.id} is no time")
    return (day_of(when) if isinstance(when, datetime) else when).replace(day=1)
