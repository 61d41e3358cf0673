"""Registreringar: all episodes of a clinic, filtered, sorted, counted, page by page and as a file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.refusals import NotFound
from registret.ledger.events import Event
from registret.records.queries.episode_lists import EpisodeFilter, EpisodeQuestion, listed_among
from registret.records.queries.patients import PAGE
from registret.records.reporting.audited_reads import log_list
from registret.records.rows import EpisodeList, ListedEpisode
from registret.records.scope import clinic_of, provider_scope


def episode_list(*, actor: Actor, wanted: EpisodeFilter, after: int | None = None, at: datetime) -> EpisodeList:
    """A page of the clinic's episodes, from the episode `after` on, and how many there are in each state.

    Raises: NotPermitted; NotFound (no clinic of the actor, or `after` is not in the list).
    """
    with provider_scope(actor):
        question = _question(actor, wanted, at=at)
        rows = question.rows(after=after, most=PAGE + 1)
        log_list(actor, Event.EPISODES_LISTED, [row.patient_id for row in rows[:PAGE]], at=at)
        more = rows[PAGE - 1].id if len(rows) > PAGE else None
        return EpisodeList(rows=rows[:PAGE], after=more, counts=question.counts())


def newest(*, actor: Actor, size: int, at: datetime) -> tuple[ListedEpisode, ...]:
    """The clinic's last arrivals. Raises: NotPermitted."""
    with provider_scope(actor):
        rows = _question(actor, EpisodeFilter(), at=at).rows(most=size)
        log_list(actor, Event.EPISODES_LISTED, [row.patient_id for row in rows], at=at)
        return rows


def episodes_among(*, actor: Actor, episode_ids: Collection[int], at: datetime) -> tuple[ListedEpisode, ...]:
    """Those of these episodes that the actor may see, the last arrival first. Raises: NotPermitted."""
    with provider_scope(actor):
        rows = listed_among(actor, episode_ids)
        log_list(actor, Event.EPISODES_LISTED, [row.patient_id for row in rows], at=at)
        return rows


def episode_file(*, actor: Actor, wanted: EpisodeFilter, at: datetime) -> tuple[ListedEpisode, ...]:
    """The whole list, to take along. Raises: NotPermitted, NotFound (no clinic of the actor), CardTooOld."""
    check_card_age(actor, at=at)
    with provider_scope(actor):
        rows = _question(actor, wanted, at=at).rows()
        log_list(actor, Event.EPISODES_EXPORTED, [row.patient_id for row in rows], at=at)
        return rows


def clinics_to_list(actor: Actor) -> tuple[int, ...]:
    """Ids of the clinics of the care provider at which the actor has a seat, that of the present seat first."""
    own = clinic_of(actor)
    others = {s.clinic_id for s in actor.seats if s.care_provider_id == actor.seat.care_provider_id and s.clinic_id}
    return (own, *sorted(others - {own}))


def _question(actor: Actor, wanted: EpisodeFilter, *, at: datetime) -> EpisodeQuestion:
    """Raises: NotFound (the clinic is none of the actor's)."""
    clinic = wanted.clinic_id or clinic_of(actor)
    if clinic not in clinics_to_list(actor):
        raise NotFound()
    return EpisodeQuestion.of(actor, wanted, clinic=clinic, at=at)
