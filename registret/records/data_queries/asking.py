"""The registry office asks a clinic about an answer, by the system id of an episode.

The office sees no patient, and is not told whether there is such an episode: a question about one that never was, that
is hidden or destroyed waits and lapses as any other that a clinic does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.database.conflicts import conflict_as
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.places.queries import clinics
from registret.records.data_queries.text import QueryText
from registret.records.lifecycle import QUERY_LIFE, QueryOutcome, QueryState
from registret.records.models import DataQuery, Step
from registret.records.refusals import QueryWaits
from registret.records.scope import all_providers, leaving_patients
from registret.registries.queries import form_of

ANSWERABLE_FOR: Final = timedelta(days=30)
SHOWN_FOR: Final = timedelta(days=90)
"""How long the office sees a question after its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWanted:
    """About what the office asks."""

    system_id: str
    sub_registry: str
    step: str
    variable: str
    text: QueryText


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuery:
    """A question as the office sees it. Until it is answered it tells nothing but what the office wrote."""

    id: int
    system_id: str
    sub_registry: str
    step: str
    variable: str
    state: QueryState
    asked_at: datetime
    asked_by_name: str
    ended_at: datetime | None

    @property
    def answer_by(self) -> datetime:
        return self.asked_at + ANSWERABLE_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQuery:
    """A question with what the clinic has answered."""

    asked: AskedQuery
    text: str
    outcome: QueryOutcome
    answer: str
    by_name: str
    clinic: str


def ask(*, actor: Actor, wanted: QueryWanted, at: datetime) -> int:
    """Ask the clinic that has the step, and return the id of the question. Nothing tells whether there is one.

    Raises: NotPermitted; QueryWaits (the office has asked that already); ValueError (no text).
    """
    actor.require(Permission.ASK_CLINICS)
    if not wanted.text.text:
        raise ValueError("a question says what is asked")
    with all_providers():
        step = _step(wanted)
        with conflict_as(QueryWaits, constraint="data_query_once"):
            made = DataQuery.objects.create(
                system_id=wanted.system_id,
                sub_registry=wanted.sub_registry,
                step_code=wanted.step,
                variable=wanted.variable,
                step=step,
                text=wanted.text.text if step else "",
                asked_at=at,
                asked_by_id=actor.account_id,
                asked_by_name=actor.name,
            )
        log_query(made, Event.QUERY_ASKED, by=actor.by, at=at)
        return made.id


def withdraw(*, actor: Actor, number: int, at: datetime) -> None:
    """Take a question back (ta tillbaka). Any member of the office may.

    Raises: NotPermitted, NotFound; NotPossible (it was answered, taken back or lapsed a moment ago).
    """
    actor.require(Permission.ASK_CLINICS)
    with leaving_patients():
        found = existing(DataQuery.objects.select_for_update(of=("self",)).filter(id=number).first())
        end_unanswered(found, "withdraw", by=actor.by, at=at)


def waiting_and_lapsed(*, actor: Actor, at: datetime) -> tuple[AskedQuery, ...]:
    """Questions that nobody has answered, those that have waited longest first. Raises: NotPermitted."""
    actor.require(Permission.ASK_CLINICS)
    # Also those about patients who are leaving: that one is missing here would tell of it. Only what the office itself
    # wrote is read.
    with leaving_patients():
        lapsed = Q(state=QueryState.LAPSED, ended_at__gt=at - SHOWN_FOR)
        found = DataQuery.objects.filter(Q(state=QueryState.WAITING) | lapsed)
        return tuple(map(_asked, found.order_by("asked_at", "id")))


def answered(*, actor: Actor, at: datetime) -> tuple[AnsweredQuery, ...]:
    """What clinics have answered lately, newest first. Raises: NotPermitted."""
    actor.require(Permission.ASK_CLINICS)
    with all_providers():
        wanted = DataQuery.objects.filter(state=QueryState.ANSWERED, ended_at__gt=at - SHOWN_FOR)
        found = list(wanted.select_related("step").order_by("-ended_at", "-id"))
    places = clinics({one.step.clinic_id for one in found if one.step})
    return tuple(
        AnsweredQuery(
            asked=_asked(one),
            text=one.text,
            outcome=QueryOutcome(one.outcome),
            answer=one.answer,
            by_name=one.ended_by_name,
            clinic=places[one.step.clinic_id].title,
        )
        for one in found
        if one.step
    )


def end_unanswered(found: DataQuery, act: str, *, by: By, at: datetime) -> None:
    """For acts of this cabinet, inside `leaving_patients` with the row locked. Raises: NotPossible."""
    found.state = QUERY_LIFE.after(QueryState(found.state), act)
    found.ended_at, found.ended_by_id, found.ended_by_name = at, by.account_id, by.name or ""
    found.save(update_fields=["state", "ended_at", "ended_by_id", "ended_by_name"])
    log_query(found, Event.QUERY_WITHDRAWN if act == "withdraw" else Event.QUERY_LAPSED, by=by, at=at)


def log_query(found: DataQuery, event: Event, *, by: By, at: datetime) -> None:
    """About the patient, if there is one. Inside `all_providers` or `leaving_patients`."""
    record(
        event=event,
        by=by,
        at=at,
        about_patient_id=found.step.episode.patient_id if found.step else None,
        facts={
            "query": found.id,
            "episode": found.system_id,
            "step": found.step_code,
            "variable": found.variable,
            "sub_registry": found.sub_registry,
        },
    )


def _step(wanted: QueryWanted) -> Step | None:
    """Lock the step whose form, in the version of the episode, asks for the variable. Inside `all_providers`."""
    found = (
        Step.objects.select_related("episode")
        .select_for_update(of=("self",), no_key=True)
        .filter(episode__system_id=wanted.system_id, episode__sub_registry=wanted.sub_registry, code=wanted.step)
        .first()
    )
    if found is None:
        return None
    asked = form_of(found.episode.sub_registry, found.episode.version).step(found.code)
    asked = asked if found.research_gone_at is None else asked.without_research
    return found if wanted.variable in {question.code for question in asked.questions} else None


def _asked(found: DataQuery) -> AskedQuery:
    return AskedQuery(
        id=found.id,
        system_id=found.system_id,
        sub_registry=found.sub_registry,
        step=found.step_code,
        variable=found.variable,
        state=QueryState(found.state),
        asked_at=found.asked_at,
        asked_by_name=found.asked_by_name,
        ended_at=found.ended_at,
    )
