"""What the pages of attesting show: plain values for the templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from registret.access.applications.application_notes import notes_of
from registret.access.applications.attesting import is_appointed, standing_recommendation
from registret.access.applications.earlier_accounts import claim_of
from registret.access.grants.reach import Reach, reach_of
from registret.access.queries.administrators import registry_office, who_lets_wait
from registret.access.queries.applications import ApplicationRow, decided_applications, granted, waiting_applications
from registret.access.similar_names import alike
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.mail.queries import bounce
from registret.places.queries import MailHint, clinic, mail_hint
from registret.web.attest.card_time import CardTime
from registret.web.http import ActorRequest
from registret.web.numbers import number_in


def queue_context(request: ActorRequest) -> dict[str, Any]:
    """The queue: those that wait, those that cannot be acted on yet, the newest decisions."""
    actor, at = request.actor, request.at
    after = number_in(request.GET, "efter") or 0
    unready_after = number_in(request.GET, "ej") or 0
    is_office = actor.seat.clinic_id is None
    waiting = waiting_applications(actor=actor, actionable=True, after=after, at=at)
    return {
        "tab": "attest",
        "at": at,
        "is_office": is_office,
        "waiting": waiting,
        # The office alone is told why an application has come to it.
        "attended": _attended(waiting.rows, at) if is_office else frozenset(),
        "unready": waiting_applications(actor=actor, actionable=False, after=unready_after, at=at),
        "decided": decided_applications(actor=actor, at=at),
        "card_time": CardTime.of(actor, at=at),
    }


def _attended(rows: Iterable[ApplicationRow], at: datetime) -> frozenset[int]:
    """Those that somebody at the clinic could attest."""
    return frozenset(id for id, names in who_lets_wait(rows=rows, at=at).items() if names)


def done_context(request: ActorRequest, decided: tuple[ApplicationRow, ...]) -> dict[str, Any]:
    """What was just decided, read again from the database."""
    done = next((row for row in decided if row.id == number_in(request.GET, "klart")), None)
    return {"done": done, "granted": granted(application_id=done.id) if done else None}


def item_context(request: ActorRequest, wanted: ApplicationRow) -> dict[str, Any]:
    """One application, beside the queue."""
    place = clinic(wanted.clinic_id)
    is_open = place is not None and place.is_open
    own = wanted.account_id == request.actor.account_id
    there = who_lets_wait(rows=[wanted], at=request.at)[wanted.id]
    return (
        queue_context(request)
        | {
            "a": wanted,
            "own": own,
            "is_open": is_open,
            "decidable": wanted.actionable and not own,
            "there": there,
            "granted": granted(application_id=wanted.id) if wanted.decided_at else None,
            "hint": hint_about(wanted),
            "alike": alike([request.actor.name, *there], name=wanted.name),
            "claim": claim_of(wanted=wanted, at=request.at),
            "bounce": bounce(EmailAddress(wanted.email)),
            "notes": notes_of(actor=request.actor, application_id=wanted.id, at=request.at),
        }
        | _office(request, wanted, there)
    )


def reach(request: ActorRequest) -> Reach:
    """How far the actor may give rights."""
    return reach_of(request.actor, at=request.at)


def _office(request: ActorRequest, wanted: ApplicationRow, there: tuple[str, ...]) -> dict[str, Any]:
    """What the registry office is told: whom it has appointed, who has recommended what, who could be the second."""
    if request.actor.seat.clinic_id is not None:
        return {}
    office = registry_office(at=request.at)
    mine = wanted.recommended is not None and wanted.recommended.by_id == request.actor.account_id
    return {
        "appointed": is_appointed(wanted),
        "recommended": standing_recommendation(wanted, actor=request.actor, at=request.at),
        "recommended_by_me": mine,
        "alike": alike([request.actor.name, *there, *(one.name for one in office)], name=wanted.name),
        "seconds": [one for one in office if one.account_id != request.actor.account_id],
    }


def hint_about(wanted: ApplicationRow) -> MailHint | None:
    """Whether the address looks odd for the applicant's care provider."""
    return mail_hint(EmailAddress(wanted.email), organisation_number=HsaId(wanted.hsa_id).organisation_number)
