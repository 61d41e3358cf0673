"""The attestation desk: who takes an application on, notes among administrators, questions to the applicant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from registret.access.actor import Actor
from registret.access.applications.attesting import attest
from registret.access.checks import check_actor, limit_letter_to
from registret.access.grants.reach import reach_of
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Note
from registret.access.notices import post_to, write_to
from registret.access.queries.applications import ApplicationRow, application_for
from registret.access.refusals import AlreadyDecided, NothingAsked
from registret.accounts.queries import account
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.rate_limits.services import Limit, take

QUESTIONS_PER_APPLICATION = Limit(what="questions_application", most=5, per=timedelta(days=1))
# Each of them is a letter to the applicant.
AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRow:
    """A note, a question to the applicant or an answer; `by_name` wrote it."""

    kind: str
    text: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What became of one of several applications: `refusal` is None if it was attested."""

    application: ApplicationRow
    refusal: Refused | None


def notes_of(*, actor: Actor, application_id: int, at: datetime) -> tuple[NoteRow, ...]:
    """Everything written about an application that the actor may see, oldest first.

    Raises: NotFound.
    """
    application_for(actor=actor, application_id=application_id, at=at)
    return _rows(application_id)


def questions_to(*, account_id: int, application_id: int | None = None) -> tuple[NoteRow, ...]:
    """Questions and answers of one of the applicant's waiting applications (None: the newest), oldest first."""
    wanted = _newest_waiting(account_id, application_id)
    return tuple(row for row in _rows(wanted.id) if row.kind != Note.Kind.NOTE) if wanted else ()


@transaction.atomic
def take_on(*, application_id: int, actor: Actor, at: datetime) -> None:
    """Tas av mig: colleagues see who is at it. It binds nobody: anyone else may decide, or take it over.

    Raises: NotFound, OwnApplication, CardTooOld, AlreadyDecided.
    """
    wanted = _open(application_id, actor=actor, at=at)
    if wanted.taken_by_id != actor.account_id:
        Application.objects.filter(id=wanted.id).update(taken_by_id=actor.account_id, taken_at=at)
        _record(Event.APPLICATION_TAKEN, wanted, actor=actor, at=at)


@transaction.atomic
def put_back(*, application_id: int, actor: Actor, at: datetime) -> None:
    """Lämna tillbaka what one has taken on oneself.

    Raises: NotFound, OwnApplication, CardTooOld, AlreadyDecided.
    """
    wanted = _open(application_id, actor=actor, at=at)
    if wanted.taken_by_id == actor.account_id:
        Application.objects.filter(id=wanted.id).update(taken_by_id=None, taken_at=None)
        _record(Event.APPLICATION_PUT_BACK, wanted, actor=actor, at=at)


@transaction.atomic
def write_note(*, application_id: int, text: str, actor: Actor, at: datetime) -> None:
    """A note for colleagues: the applicant does not see it. Also after the decision.

    Raises: NotFound, OwnApplication, CardTooOld.
    """
    wanted = application_for(actor=actor, application_id=application_id, at=at)
    check_actor(wanted.account_id, actor=actor, at=at)
    Note.objects.create(application_id=wanted.id, kind=Note.Kind.NOTE, text=text, at=at, by_id=actor.account_id)
    _record(Event.APPLICATION_NOTED, wanted, actor=actor, at=at)


def ask(*, application_id: int, text: str, actor: Actor, at: datetime) -> None:
    """Fråga: the applicant gets it by mail, and answers on the page with the card.

    Raises: NotFound, OwnApplication, CardTooOld, AlreadyDecided, TooMany.
    """
    take(limit=QUESTIONS_PER_APPLICATION, subject=str(application_id), at=at)
    with transaction.atomic():
        wanted = _open(application_id, actor=actor, at=at)
        Note.objects.create(application_id=wanted.id, kind=Note.Kind.QUESTION, text=text, at=at, by_id=actor.account_id)
        _record(Event.APPLICATION_ASKED, wanted, actor=actor, at=at)
        write_to(wanted.account_id, kind="question", clinic=wanted.clinic_name, question=text, at=at)


@transaction.atomic
def answer(*, account_id: int, application_id: int | None = None, text: str, by: By, at: datetime) -> None:
    """The applicant answers, about the newest waiting application unless one is named; the last to ask is told.

    Raises: NothingAsked, TooMany.
    """
    wanted = _newest_waiting(account_id, application_id)
    asked = Note.objects.filter(application=wanted, kind=Note.Kind.QUESTION).order_by("-id").first() if wanted else None
    if wanted is None or asked is None:
        raise NothingAsked()
    limit_letter_to(asked.by_id, by=by, at=at)
    Note.objects.create(application=wanted, kind=Note.Kind.ANSWER, text=text, at=at, by_id=account_id)
    record(event=Event.APPLICATION_ANSWERED, by=by, at=at, about_account_id=account_id, clinic_id=wanted.clinic_id)
    asker, applicant = account(account_id=asked.by_id), account(account_id=account_id)
    if asker is not None and applicant is not None:
        post_to(asker, kind="answered", context={"applicant": applicant.name, "clinic": wanted.clinic.title}, at=at)


def attest_many(*, application_ids: Sequence[int], actor: Actor, at: datetime) -> tuple[Attested, ...]:
    """Attest each as it was asked for, for as long as the actor can, in a transaction of its own; the first `AT_ONCE`.

    Raises: NotFound (one of them is not the actor's to see).
    """
    chosen = [application_for(actor=actor, application_id=i, at=at) for i in dict.fromkeys(application_ids[:AT_ONCE])]
    last_day = reach_of(actor, at=at).last_day(at=at)

    def one(wanted: ApplicationRow) -> Callable[[], int]:
        return lambda: attest(
            application_id=wanted.id,
            role=wanted.role,
            sub_registries=wanted.sub_registries,
            last_day=last_day,
            actor=actor,
            at=at,
        )

    return tuple(Attested(application=wanted, refusal=_refusal(one(wanted))) for wanted in chosen)


def _refusal(act: Callable[[], object]) -> Refused | None:
    try:
        act()
    except Refused as refusal:
        return refusal
    return None


def _open(application_id: int, *, actor: Actor, at: datetime) -> ApplicationRow:
    wanted = application_for(actor=actor, application_id=application_id, at=at)
    check_actor(wanted.account_id, actor=actor, at=at)
    Application.objects.select_for_update(of=("self",)).get(id=application_id)
    wanted = application_for(actor=actor, application_id=application_id, at=at)
    if wanted.state is not ApplicationState.WAITING:
        raise AlreadyDecided(
            state=wanted.state.value, decided_by=wanted.decided_by or wanted.name, decided_at=wanted.decided_at or at
        )
    return wanted


def _newest_waiting(account_id: int, application_id: int | None) -> Application | None:
    waiting = Application.objects.filter(account_id=account_id, state=ApplicationState.WAITING)
    if application_id is not None:
        waiting = waiting.filter(id=application_id)
    return waiting.select_related("clinic").order_by("-id").first()


def _rows(application_id: int) -> tuple[NoteRow, ...]:
    found = Note.objects.filter(application_id=application_id).select_related("by").order_by("id")
    return tuple(NoteRow(kind=n.kind, text=n.text, at=n.at, by_name=n.by.name) for n in found)


def _record(event: Event, wanted: ApplicationRow, *, actor: Actor, at: datetime) -> None:
    record(event=event, by=actor.by, at=at, about=wanted, clinic_id=wanted.clinic_id)
