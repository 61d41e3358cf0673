"""Answer the lines of a recertification. What an act on a grant elsewhere means for its line: `grants.outcomes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.grants.granting import revoke
from registret.access.grants.outcomes import RECERTIFIED, record_outcome
from registret.access.grants.reach import lock_with_own, reach_in
from registret.access.lifecycle import LineState
from registret.access.refusals import AlreadyAnswered, BeyondOwnRights, NotFound, NotPermitted, OwnRights
from registret.access.staff.recertification.letters import tell_person
from registret.access.staff.recertification.rows import LineRow, asked_about, line_of, lines_of, recertification_of
from registret.accounts.locks import lock_account
from registret.kernel.refused import Refused
from registret.ledger.events import Event
from registret.ledger.services import record


class LineAnswer(StrEnum):
    """What is saved on the screen itself. *Ändra* is an act of its own: `people.change_grant`."""

    KEEP = "keep"
    END = "end"


_GIVES = {LineAnswer.KEEP: LineState.KEPT, LineAnswer.END: LineState.ENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of one of several answers: `refusal` is None if it was saved."""

    line: LineRow
    refusal: Refused | None


@transaction.atomic
def answer(*, line_id: int, answer: LineAnswer, actor: Actor, at: datetime) -> None:
    """Behåll, or avsluta: the right is gone at the person's next click, who is told.

    Raises: NotPermitted (also to end an administrator's right as a colleague), NotFound, OwnRights, CardTooOld,
        AlreadyAnswered, BeyondOwnRights (to keep what the actor could not give).
    """
    account_id, grant_id = asked_about(line_id, actor=actor)
    # In the order of acts that revoke a grant: the account, the grant, the recertification.
    lock_account(account_id=account_id)
    own = lock_with_own(grant_id, actor=actor, at=at)
    line = line_of(line_id, actor=actor, at=at)
    if line.own:
        raise OwnRights()
    check_card_age(actor, at=at)
    if line.state is _GIVES[answer] and line.answered_by_id == actor.account_id:
        return  # the same person clicked twice: no colleague was faster
    _check_unanswered(line, at=at)
    if answer is LineAnswer.END:
        _end(line, actor=actor, at=at)
    elif reach_in(own).covers(line.sub_registries):
        _keep(line, actor=actor, at=at)
    else:
        raise BeyondOwnRights()


def _check_unanswered(line: LineRow, *, at: datetime) -> None:
    """Raises: AlreadyAnswered."""
    if line.state is not LineState.UNANSWERED:
        raise AlreadyAnswered(state=line.state.value, answered_by=line.answered_by, answered_at=line.settled_at or at)
    if line.ends_at <= at:
        raise AlreadyAnswered(state=LineState.OVERTAKEN.value, answered_by="", answered_at=line.ends_at)


def _end(line: LineRow, *, actor: Actor, at: datetime) -> None:
    """Raises: NotPermitted."""
    if not line.endable:
        raise NotPermitted()
    revoke(grant_id=line.grant_id, reason=RECERTIFIED, revoked_by_id=actor.account_id, by=actor.by, at=at)
    tell_person(line.id, kind="recertification_ended", more={}, at=at)


def _keep(line: LineRow, *, actor: Actor, at: datetime) -> None:
    who, where, by = line.account_id, line.clinic_id, actor.by
    facts = {"recertification": line.recertification_id, "role": line.role.value}
    record(event=Event.GRANT_RECERTIFIED, by=by, at=at, about_account_id=who, clinic_id=where, facts=facts)
    record_outcome(grant_id=line.grant_id, act="keep", answered_by_id=actor.account_id, by=actor.by, at=at)


def answer_many(
    *, recertification_id: int, answers: Mapping[int, LineAnswer], actor: Actor, at: datetime
) -> tuple[Answered, ...]:
    """Saves each answer (by line) in a transaction of its own, for as long as is possible.

    Raises: NotPermitted, NotFound (the recertification, or one of the lines is not of it), CardTooOld.
    """
    recertification_of(actor=actor, recertification_id=recertification_id)
    check_card_age(actor, at=at)
    lines = {line.id: line for line in lines_of(actor=actor, recertification_id=recertification_id, at=at)}
    if not set(answers) <= set(lines):
        raise NotFound()
    return tuple(
        Answered(line=lines[line_id], refusal=_refusal(line_id, given, actor=actor, at=at))
        for line_id, given in sorted(answers.items())
    )


def _refusal(line_id: int, given: LineAnswer, *, actor: Actor, at: datetime) -> Refused | None:
    try:
        answer(line_id=line_id, answer=given, actor=actor, at=at)
    except Refused as refusal:
        return refusal
    return None
