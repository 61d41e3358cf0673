"""Notes and questions about an application, and who takes it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.access.applications.application_notes import NoteRow, notes_of
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import ApplicationRow
from registret.web.attest.forms import WriteForm
from registret.web.card_time import CardTime
from registret.web.http import ActorRequest
from registret.web.templatetags.look import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenNote:
    text: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingOn:
    """Who takes the application: the actor, if `is_mine`. `told`: nothing, or who does."""

    told: Sequence[str]
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """The form for a note or, if `asks`, a question."""

    form: WriteForm
    hint: str
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    notes: Sequence[WrittenNote]
    taking_on: TakingOn | None
    writing: Writing | None


def desk_of(request: ActorRequest, wanted: ApplicationRow, form: WriteForm, *, card_time: CardTime) -> Desk:
    """Only to be read once the card was shown too long ago."""
    waits, may_act = wanted.state is ApplicationState.WAITING, bool(card_time.left)
    notes = notes_of(actor=request.actor, application_id=wanted.id, at=request.at)
    return Desk(
        notes=[WrittenNote(text=note.text, told=_told(note)) for note in notes],
        taking_on=_taking_on(wanted, request.actor.account_id) if waits and may_act else None,
        writing=Writing(form=form, hint=_hint(waits=waits), asks=waits and wanted.mail_confirmed_at is not None)
        if may_act
        else None,
    )


def _told(note: NoteRow) -> str:
    kind = {"question": _("Fråga"), "answer": _("Svar")}.get(note.kind, _("Anteckning"))
    return f"{kind} · {note.by_name} · {moment(note.at)}"


def _taking_on(wanted: ApplicationRow, account_id: int) -> TakingOn:
    if wanted.taken_by_id == account_id:
        return TakingOn(told=[_("Du har tagit dig an ansökan.")], is_mine=True)
    by = _("%(name)s tog sig an ansökan %(when)s.") % {"name": wanted.taken_by, "when": moment(wanted.taken_at)}
    return TakingOn(told=[by] if wanted.taken_by else [], is_mine=False)


def _hint(*, waits: bool) -> str:
    if waits:
        return _(
            "En anteckning ser bara ni som attesterar. En fråga skickas till den som ansökt, som svarar här. Skriv "
            "inget om patienter."
        )
    return _("En anteckning ser bara ni som attesterar. Skriv inget om patienter.")
