"""What an act on a grant means for its line in an open recertification: changing a right answers it."""

from __future__ import annotations

from datetime import datetime

from registret.access.lifecycle import LINE_LIFE, LineState
from registret.access.models import Recertification, RecertificationLine
from registret.access.notices import post_to
from registret.access.queries.administrators import active_administrators, registry_office
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record

SILENCE = "silence"
"""Why a grant was revoked that nobody answered for in time."""
RECERTIFIED = "recertified"
"""Why a grant was revoked that a recertification was answered for with *avsluta*."""

_TOLD = {
    "kept": LineState.KEPT,
    "changed": LineState.CHANGED,
    "ended": LineState.ENDED,
    "silent": LineState.SILENT,
}
_BY_SOMEBODY = {"changed": "change", "renewed": "change"}


def settle_revoked(*, grant_id: int, reason: str, revoked_by_id: int | None, by: By, at: datetime) -> None:
    """A grant has just been revoked: if a recertification asks about it, that was the answer."""
    if revoked_by_id is not None:
        act = _BY_SOMEBODY.get(reason, "end")
    else:
        act = "silence" if reason == SILENCE else "overtake"
    record_outcome(grant_id=grant_id, act=act, answered_by_id=revoked_by_id, by=by, at=at)


def record_outcome(*, grant_id: int, act: str, answered_by_id: int | None, by: By, at: datetime) -> bool:
    """The grant's unanswered line takes the step `act`; with its last line the recertification closes.

    Whether there was such a line. In the caller's transaction, which holds the account and the grant: the
    recertification comes last in the order of locks.
    """
    waiting = RecertificationLine.objects.filter(grant_id=grant_id, state=LineState.UNANSWERED)
    line = waiting.first()
    if line is None:
        return False
    if answered_by_id == line.account_id:
        # Giving up one's own right is no answer about oneself.
        act, answered_by_id = "overtake", None
    # Of two who give the last two answers, the second sees that none is left.
    whole = Recertification.objects.select_for_update().get(id=line.recertification_id)
    state = LINE_LIFE.after(LineState.UNANSWERED, act)
    if not waiting.filter(id=line.id).update(state=state, settled_at=at, answered_by_id=answered_by_id):
        return False
    if not RecertificationLine.objects.filter(recertification=whole, state=LineState.UNANSWERED).exists():
        _close(whole, by=by, at=at)
    return True


def _close(whole: Recertification, *, by: By, at: datetime) -> None:
    Recertification.objects.filter(id=whole.id).update(closed_at=at)
    found = RecertificationLine.objects.filter(recertification=whole).values_list("state", flat=True)
    states = [LineState(state) for state in found]
    facts = {"recertification": whole.id} | {
        state.value: states.count(state) for state in LineState if state is not LineState.UNANSWERED
    }
    record(event=Event.RECERTIFICATION_CLOSED, by=by, at=at, clinic_id=whole.clinic_id, facts=facts)
    if LineState.SILENT in states:
        _tell_of_silence(whole, states, at=at)


def _tell_of_silence(whole: Recertification, states: list[LineState], *, at: datetime) -> None:
    """Rights ended because nobody answered: the administrators that are left read of it, and so does the office."""
    place = Recertification.objects.select_related("clinic").get(id=whole.id).clinic.title
    numbers = {name: str(states.count(state)) for name, state in _TOLD.items()}
    people = {person.account_id: person for person in active_administrators(clinic_id=whole.clinic_id, at=at)}
    people |= {person.account_id: person for person in registry_office(at=at)}
    for person in people.values():
        post_to(person, kind="recertification_closed", context={"clinic": place, **numbers}, at=at)
