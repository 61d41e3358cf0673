"""The queue of applications: those that wait, those that cannot be acted on yet, the newest decisions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.lifecycle import ApplicationState
from registret.access.queries.administrators import who_lets_wait
from registret.access.queries.applications import (
    ApplicationPage,
    ApplicationRow,
    decided_applications,
    granted,
    waiting_applications,
)
from registret.web.card_time import CardTime
from registret.web.http import ActorRequest
from registret.web.numbers import number_in
from registret.web.pieces import Link, Note, Tag, marked_up
from registret.web.templatetags.look import ago, day, days_ago, last_day, wished
from registret.words.roles import role_in_sentence, role_name
from registret.words.states import application_state_name

_LATE = 3
"""Days after which a wait is marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """An application in the queue. `small`: lines about it; `is_current`: the one that the page is about."""

    id: int
    name: str
    state: Tag
    small: Sequence[str]
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`number`: how many cannot be acted on, where all are shown. `is_open`: the decisions are unfolded."""

    waiting: Sequence[QueueLine]
    more: Link | None
    unready: Sequence[QueueLine]
    number: str
    more_unready: Link | None
    decided: Sequence[QueueLine]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLine:
    """An application that can be attested as it is."""

    id: int
    name: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOnce:
    """Attesting straight from the queue. `is_several`: some are chosen."""

    legend: str
    lines: Sequence[OfferedLine]
    is_several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestPage:
    """`advice`: what to look at, if anything waits."""

    scope: str
    done: Note | None
    queue: Queue
    advice: Sequence[str]
    at_once: AtOnce | None


def attest_page(request: ActorRequest) -> AttestPage:
    """The queue, and what the actor just did (`klart`)."""
    actor, at = request.actor, request.at
    waiting = _waiting(request)
    decided = decided_applications(actor=actor, at=at)
    card_time = CardTime.of(actor, at=at)
    is_office = actor.seat.clinic_id is None
    done = number_in(request.GET, "klart")
    return AttestPage(
        scope=scope(actor),
        done=next((_done(row) for row in decided if row.id == done), None),
        queue=_queue(request, waiting, decided, current=None),
        advice=tuple(_advice(is_office=is_office)) if waiting.rows else (),
        at_once=_at_once(waiting.rows) if waiting.rows and card_time.left and not is_office else None,
    )


def queue_of(request: ActorRequest, *, current: ApplicationRow) -> Queue:
    """The queue beside one application."""
    decided = decided_applications(actor=request.actor, at=request.at)
    return _queue(request, _waiting(request), decided, current=current)


def scope(actor: Actor) -> str:
    """Which applications these are."""
    if actor.seat.clinic_id is None:
        return _("Ansökningar som ingen på kliniken kan attestera, eller som har väntat för länge där. Äldst överst.")
    return _("%(place)s. Äldst överst.") % {"place": actor.seat.clinic_name}


def decision_tag(row: ApplicationRow) -> Tag:
    """What became of it."""
    looks = {ApplicationState.ATTESTED: ("ok", "check"), ApplicationState.DECLINED: ("bad", "cross")}
    return Tag(application_state_name(row.state), *looks.get(row.state, ()))


def waited_tag(row: ApplicationRow) -> Tag:
    """How long it has waited, or for what."""
    if not row.actionable:
        return Tag(_("väntar på e-post"), icon="mail")
    return Tag(ago(row.applied_at), "warn" if days_ago(row.applied_at) >= _LATE else "")


def letter_sent(row: ApplicationRow, *, at: datetime) -> str:
    """Which letter the applicant got to confirm the address."""
    if row.mail_sent_at is None or row.mail_expires_at is None:
        return _("Inget mejl är skickat")
    days = {"sent": day(row.mail_sent_at), "until": day(row.mail_expires_at)}
    if row.mail_expires_at <= at:
        return _("Mejl skickat %(sent)s, länken gick ut %(until)s") % days
    return _("Mejl skickat %(sent)s, länken gäller till %(until)s") % days


def _waiting(request: ActorRequest) -> ApplicationPage:
    after = number_in(request.GET, "efter") or 0
    return waiting_applications(actor=request.actor, actionable=True, after=after, at=request.at)


def _queue(
    request: ActorRequest, waiting: ApplicationPage, decided: Sequence[ApplicationRow], current: ApplicationRow | None
) -> Queue:
    unready = waiting_applications(
        actor=request.actor, actionable=False, after=number_in(request.GET, "ej") or 0, at=request.at
    )
    is_office = request.actor.seat.clinic_id is None
    attended = _attended(waiting.rows, request.at) if is_office else None
    mine = current.id if current else None

    def line(row: ApplicationRow, state: Tag, told: str) -> QueueLine:
        return _line(row, state, [told, row.clinic_name] if is_office else [told], mine)

    return Queue(
        waiting=[_line(row, waited_tag(row), _wanted(row, attended), mine) for row in waiting.rows],
        more=_more("efter", waiting.after),
        unready=[line(row, waited_tag(row), letter_sent(row, at=request.at)) for row in unready.rows],
        number="" if unready.after else str(len(unready.rows)),
        more_unready=_more("ej", unready.after),
        decided=[line(row, decision_tag(row), _decided(row)) for row in decided],
        is_open=bool(current and current.decided_at),
    )


def _attended(rows: Iterable[ApplicationRow], at: datetime) -> frozenset[int]:
    """Those that an administrator at the clinic could attest."""
    return frozenset(id for id, names in who_lets_wait(rows=rows, at=at).items() if names)


def _line(row: ApplicationRow, state: Tag, small: Iterable[str], current: int | None) -> QueueLine:
    return QueueLine(id=row.id, name=row.name, state=state, small=tuple(small), is_current=row.id == current)


def _wanted(row: ApplicationRow, attended: frozenset[int] | None) -> Iterator[str]:
    """`attended`: at the office alone, which is told why an application has come to it."""
    taken = [_("tas av %(name)s") % {"name": row.taken_by}] if row.taken_by else []
    yield " · ".join([role_name(row.role), wished(row.sub_registries), *taken])
    if attended is None:
        return
    why = _("ingen där har tagit ställning") if row.id in attended else _("ingen där kan attestera")
    yield f"{row.clinic_name} · {why}"
    if row.recommended:
        yield _("tillstyrkt av %(name)s") % {"name": row.recommended.by}


def _decided(row: ApplicationRow) -> str:
    return f"{row.decided_by}, {day(row.decided_at)}"


def _more(name: str, after: int | None) -> Link | None:
    return Link(_("Visa fler"), f"{reverse('attest')}?{name}={after}") if after else None


def _advice(*, is_office: bool) -> Iterator[str]:
    yield _("Kontrollera att personen arbetar på kliniken, och att rollen stämmer.")
    yield _("Välj en tidigare sista dag om anställningen tar slut.")
    if is_office:
        yield _("Två på kansliet beslutar: en tillstyrker, en annan attesterar.")
    yield _("Avslår du får den som ansökte läsa skälet, och kan ansöka igen.")


def _at_once(rows: Sequence[ApplicationRow]) -> AtOnce:
    several, one = _("Attestera flera, så som de har sökt"), _("Attestera, så som personen har sökt")
    return AtOnce(
        legend=several if len(rows) > 1 else one,
        lines=[OfferedLine(id=row.id, name=row.name, told=_offered(row)) for row in rows],
        is_several=len(rows) > 1,
    )


def _offered(row: ApplicationRow) -> str:
    same, other = _("samma vårdgivare som kliniken"), _("annan vårdgivare än kliniken")
    return " · ".join([role_name(row.role), wished(row.sub_registries), same if row.same_care_provider else other])


def _done(row: ApplicationRow) -> Note:
    """What was just decided, read again from the database."""
    right = granted(application_id=row.id)
    if right:
        text = _("<b>%(name)s</b> är attesterad som %(role)s till och med %(until)s, och får ett mejl om det.")
        facts = {"role": role_in_sentence(right.role), "until": day(last_day(right.ends_at))}
        told = marked_up(text, name=row.name, **facts)
    else:
        told = marked_up(_("Ansökan från <b>%(name)s</b> är avslagen. Skälet skickas i ett mejl."), name=row.name)
    kind = "ok" if row.state is ApplicationState.ATTESTED else "info"
    address = reverse("attest_one", args=[row.id])
    return Note(kind, format_html('{} <a href="{}">{}</a>', told, address, _("Visa ansökan")), "status")
