"""Ask the record system what it knows of questions that a person, who fills a step in, has not answered."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.exchange.nkrr.asked import form_id_of
from registret.exchange.nkrr.form_data import ACTION, FormData, FormDataRequest, ResultCode, read_form_data
from registret.exchange.nkrr.platform import care_unit_of, has_platform, platform
from registret.exchange.nkrr.soap import MessageBroken, SoapFault
from registret.exchange.nkrr.suggestions import Suggestion, open_questions, usable_in
from registret.kernel.identifiers import mask_personal_numbers
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.outgoing.service import ServiceBroken, Unanswered
from registret.rate_limits.services import Limit, take
from registret.records.identity.protected import require_reason
from registret.records.logged import log_step
from registret.records.queries.patients import is_blocked
from registret.records.queries.steps import step_page
from registret.records.rows import StepPage
from registret.records.scope import provider_scope

PREFILLS_PER_PERSON: Final = Limit(what="prefills", most=120, per=timedelta(hours=1))

_log = logging.getLogger(__name__)


class JournalSilent(Exception):
    """The record system did not answer in time, or with nothing that can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`correlation`: by which the record system's log knows the question. `unusable`: how many answers do not fit
    the form."""

    correlation: str
    result: ResultCode
    suggestions: tuple[Suggestion, ...]
    unusable: int


def can_ask(actor: Actor, page: StepPage) -> bool:
    """Whether the record system can be asked about a question of this step that is not answered."""
    if not has_platform() or not page.is_writable or page.patient.number.is_reserve or not open_questions(page):
        return False
    return bool(care_unit_of(actor.seat.clinic_id))


def ask(*, actor: Actor, episode: str, step: str, at: datetime) -> tuple[StepPage, Found]:
    """Ask the record system of the actor's clinic about a step that the actor fills in, a look elsewhere that is
    logged before it is made. Call it outside a transaction.

    Raises: NotPermitted, NotFound (also if there is nothing to ask, or nobody), ReasonNeeded, TooMany, JournalSilent.
    """
    if not has_platform():
        raise NotFound()
    take(limit=PREFILLS_PER_PERSON, subject=str(actor.account_id), at=at)
    correlation = _new_correlation()
    with provider_scope(actor, Permission.REPORT):
        page, _ = step_page(actor, episode=episode, step=step, at=at)
        if not can_ask(actor, page) or is_blocked(page.patient.number):
            raise NotFound()
        require_reason(actor, page.patient, at=at)
        log_step(actor, Event.STEP_PREFILL_ASKED, page, at, correlation=correlation)
    data = _answer(_request(actor, page), correlation)
    usable, unusable = usable_in(page, data, at=at)
    return page, Found(correlation=correlation, result=data.result, suggestions=usable, unusable=unusable)


def _new_correlation() -> str:
    """A UUID in which the log takes nothing for a personal number, which it would mask."""
    while mask_personal_numbers(found := str(uuid.uuid4())) != found:
        pass
    return found


def _request(actor: Actor, page: StepPage) -> FormDataRequest:
    return FormDataRequest(
        form_id=form_id_of(page.form),
        patient=page.patient.number.text,
        from_day=day_of(page.episode.began_at),
        care_unit=care_unit_of(actor.seat.clinic_id),
        employee=actor.hsa_id.text,
    )


def _answer(request: FormDataRequest, correlation: str) -> FormData:
    """Raises: JournalSilent."""
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": f'"{ACTION}"',
        "x-skltp-correlation-id": correlation,
    }
    try:
        answer = platform().post(request.message, headers=headers)
        data = read_form_data(answer.content, form_id=request.form_id)
    except (ServiceBroken, Unanswered, SoapFault, MessageBroken) as trouble:
        _log.warning("nkrr %s: no answer: %s", correlation, trouble)
        raise JournalSilent() from None
    _log.info("nkrr %s: %s, %s questions", correlation, data.result.value, len(data.elements))
    return data
