"""What is done in a case about an outlier: the office opens it, checks the data, asks the clinic and closes it; the
clinic answers. Each act writes a text that is never changed, and that the clinic reads once it is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.applications.earlier_accounts import all_accounts_of
from registret.access.checks import existing
from registret.access.notices import post_to
from registret.access.queries.administrators import active_administrators
from registret.access.refusals import NotPermitted
from registret.access.roles import Permission
from registret.database.conflicts import conflict_as
from registret.kernel.identifiers import mask_personal_numbers
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.reports.lifecycle import OUTLIER_LIFE, OutlierState
from registret.reports.models import Edition, OutlierCase, OutlierStep
from registret.reports.outliers.cases import may_answer, visible_cases
from registret.reports.outliers.finding import Outlier, outliers
from registret.reports.refusals import (
    OutlierAnswerAwaited,
    OutlierCaseOpen,
    OutlierNobodyToAsk,
    OutlierOwnQuestion,
)
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length

LONGEST: Final = 2000
_EVENTS: Final = {
    OutlierState.OPENED: Event.OUTLIER_OPENED,
    OutlierState.CHECKED: Event.OUTLIER_CHECKED,
    OutlierState.ASKED: Event.OUTLIER_ASKED,
    OutlierState.ANSWERED: Event.OUTLIER_ANSWERED,
    OutlierState.CLOSED: Event.OUTLIER_CLOSED,
}


def names_a_patient(text: str) -> bool:
    """Whether a text has what looks like the number of a patient: it may not be written in a case."""
    return mask_personal_numbers(text) != text


def outlier_of(*, clinic_id: int, sub_registry: str, indicator: str, edition: int, actor: Actor) -> Outlier:
    """Return the outlier as the newest edition tells of it, that is `edition`. Raises: NotPermitted, NotFound."""
    wanted = clinic_id, indicator, edition
    found = outliers(actor=actor, sub_registry=sub_registry).found
    return existing(next((o for o in found if (o.clinic.id, o.indicator.code, o.edition.number) == wanted), None))


@transaction.atomic
def open_case(*, outlier: Outlier, text: str, actor: Actor, at: datetime) -> int:
    """Open a case with the figures as they are told now, and return its number. `text`: why.

    Raises: NotPermitted, OutlierCaseOpen; ValueError (`_step`).
    """
    actor.require(Permission.FOLLOW_UP_OUTLIERS)
    with conflict_as(OutlierCaseOpen, constraint="one_open_outlier_case"):
        case = OutlierCase.objects.create(
            edition=Edition.objects.get(number=outlier.edition.number),
            clinic_id=outlier.clinic.id,
            sub_registry=outlier.indicator.sub_registry,
            indicator=outlier.indicator.code,
            version=outlier.indicator.definition.version,
            first=outlier.period.first,
            last=outlier.period.last,
            reached=outlier.figure.x or 0,
            n=outlier.figure.n,
            expected=outlier.figure.expected,
            target_reached=outlier.country.x or 0,
            target_n=outlier.country.n,
            target_expected=outlier.country.expected,
            place=outlier.place,
        )
    _step(case, text, actor=actor, at=at)
    return case.id


@transaction.atomic
def check_data(*, number: int, text: str, actor: Actor, at: datetime) -> None:
    """Say that the data behind the figure have been looked at, and what was found.

    Raises: NotPermitted, NotFound; NotPossible; ValueError (`_step`).
    """
    _move(_of_office(number, actor), "check", text, actor=actor, at=at)


@transaction.atomic
def ask_clinic(*, number: int, text: str, actor: Actor, at: datetime) -> None:
    """Show the case to the clinic, and write to its local administrators that a question waits.

    Raises: NotPermitted, NotFound, OutlierNobodyToAsk; NotPossible; ValueError (`_step`).
    """
    case = _of_office(number, actor)
    OUTLIER_LIFE.after(OutlierState(case.state), "ask")
    there = active_administrators(clinic_id=case.clinic_id, sub_registry=case.sub_registry, at=at)
    people = [one for one in there if not _has_written(case, one.account_id)]
    if not people:
        raise OutlierNobodyToAsk()
    case.answer_by = day_of(length(TimeLimit.OUTLIER_ANSWER).after(at))
    _move(case, "ask", text, actor=actor, at=at)
    for person in people:
        post_to(person, kind="outlier_asked", context={"clinic": case.clinic.title, "day": case.answer_by}, at=at)


@transaction.atomic
def answer(*, number: int, text: str, actor: Actor, at: datetime) -> None:
    """The clinic's answer; also a late one, as long as the case is open.

    Raises: NotPermitted, NotFound, OutlierOwnQuestion; NotPossible; ValueError (`_step`).
    """
    case = _locked(number, actor)
    if not may_answer(actor, case.sub_registry):
        raise NotPermitted()
    if _has_written(case, actor.account_id):
        raise OutlierOwnQuestion()
    _move(case, "answer", text, actor=actor, at=at)


@transaction.atomic
def close(*, number: int, text: str, actor: Actor, at: datetime) -> None:
    """Close a case with a conclusion. Without an answer only if the clinic was not asked, or its time is over.

    Raises: NotPermitted, NotFound, OutlierAnswerAwaited; NotPossible; ValueError (`_step`).
    """
    case = _of_office(number, actor)
    if case.state == OutlierState.ASKED and case.answer_by is not None and day_of(at) <= case.answer_by:
        raise OutlierAnswerAwaited(day=case.answer_by.isoformat())
    _move(case, "close", text, actor=actor, at=at)


def _has_written(case: OutlierCase, account_id: int) -> bool:
    """A new account under a new HSA-id is still the same person."""
    return case.steps.filter(by_id__in=all_accounts_of([account_id])).exists()


def _of_office(number: int, actor: Actor) -> OutlierCase:
    actor.require(Permission.FOLLOW_UP_OUTLIERS)
    return _locked(number, actor)


def _locked(number: int, actor: Actor) -> OutlierCase:
    return existing(
        visible_cases(actor).select_related("clinic").select_for_update(of=("self",)).filter(id=number).first()
    )


def _move(case: OutlierCase, act: str, text: str, *, actor: Actor, at: datetime) -> None:
    case.state = OUTLIER_LIFE.after(OutlierState(case.state), act)
    case.save(update_fields=["state", "answer_by"])
    _step(case, text, actor=actor, at=at)


def _step(case: OutlierCase, text: str, *, actor: Actor, at: datetime) -> None:
    """Raises: ValueError: no text, too long a one, or one that `names_a_patient`."""
    text = text.strip()
    if not text or len(text) > LONGEST or names_a_patient(text):
        raise ValueError("a step in a case about an outlier has a text that names no patient")
    OutlierStep.objects.create(
        case=case, state=case.state, text=text, at=at, by_id=actor.account_id, by_name=actor.name
    )
    record(
        event=_EVENTS[OutlierState(case.state)],
        by=actor.by,
        at=at,
        clinic_id=case.clinic_id,
        facts={"outlier": case.id, "indicator": f"{case.sub_registry}.{case.indicator}"},
    )
