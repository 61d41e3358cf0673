"""Accounts in words, for support."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.queries.applications import ApplicationRow
from registret.access.roles import Permission
from registret.access.staff.support import CardRead, Helped
from registret.access.staff.suspending import may_take_over
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import AccountRow
from registret.accounts.search import FoundAccount, FoundPage
from registret.ledger.queries import EntryRow
from registret.mail.queries import Bounce, LetterRow, bounce, bounces
from registret.web.home.pages import SeatLine, seat_lines
from registret.web.pieces import FactText, Link, Note, Tag, older_and_newest
from registret.web.templatetags.look import day, iso, moment
from registret.words.events import event_name
from registret.words.letters import fate_name, letter_name
from registret.words.programs import program_name
from registret.words.refusals import log_title, page_of
from registret.words.states import application_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    row: FoundAccount
    bounce: Bounce | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Accounts that fit `words`. `told`: that none does."""

    words: str
    lines: Sequence[FoundLine]
    more: Link | None
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportLetter:
    """A letter and what became of it: in a word, or a tag if it was given up, with `small` about it."""

    at: datetime
    about: str
    to: str
    fate: str
    given_up: Tag | None
    small: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    at: datetime
    refused: Tag | None
    what: str
    small: str
    who: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened. `told`: which part of it; `other` leads to the other part; `links`: newer and older."""

    told: str
    other: Link
    lines: Sequence[EventLine]
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpedPage:
    """One account. `notes`: whether the person comes in, and what was done; `todo`: what the person is told to do;
    `told`: more about it; `living`: the account that counts instead. `decides`: may lift the suspension."""

    account: AccountRow
    sent: Note | None
    login: Note | None
    todo: Sequence[str]
    told: Sequence[str]
    living: Link | None
    is_resendable: bool
    decides: bool
    may_take_over: bool
    letters: Sequence[SupportLetter]
    timeline: Timeline
    who: Sequence[FactText]
    mail_state: str
    bounce: Bounce | None
    since: Sequence[FactText]
    card: Sequence[FactText]
    seats: Sequence[SeatLine]
    application: str


def search_page(words: str, found: FoundPage) -> SearchPage:
    refused = bounces(row.email for row in found.rows)
    more = Link(_("Visa fler"), "?" + urlencode({"q": words, "efter": found.after})) if found.after else None
    none = _("Inget konto passar ”%(words)s”. Namn söks från början: förnamn eller efternamn först.")
    return SearchPage(
        words=words,
        lines=[FoundLine(row=row, bounce=refused.get(row.email)) for row in found.rows],
        more=more,
        told=none % {"words": words} if words and not found.rows else "",
    )


def helped_page(
    found: Helped, *, sent: bool, before: int | None, everything: bool, actor: Actor, at: datetime
) -> HelpedPage:
    account = found.account
    suspended = account.state is AccountState.SUSPENDED and account.id != actor.account_id
    mail = _("Ett nytt mejl är på väg. Länken och koden i äldre mejl gäller inte längre.")
    missing = page_of(found.missing) if found.missing and account.state is not AccountState.ENDED else None
    return HelpedPage(
        account=account,
        sent=Note("ok", mail, "status") if sent else None,
        login=_login(found, missing.title if missing else ""),
        todo=missing.todo if missing else (),
        told=tuple(_told(found, at)),
        living=_living(found),
        is_resendable=found.resendable,
        # The office lifts what nobody at a clinic can; support decides nothing.
        decides=suspended and actor.may(Permission.APPOINT),
        may_take_over=may_take_over(account_id=account.id, actor=actor, at=at),
        letters=[_letter(letter) for letter in found.letters],
        timeline=_timeline(found, before=before, everything=everything),
        who=tuple(_who(account)),
        mail_state=_mail_state(account),
        bounce=bounce(account.email),
        since=tuple(_since(account)),
        card=tuple(_card(found.card)) if found.card else (),
        seats=seat_lines(found.seats, chosen=0),
        application=_application(found.application) if found.application else "",
    )


def _login(found: Helped, missing: str) -> Note | None:
    if found.account.state is AccountState.ENDED:
        return None
    if missing:
        return Note("warn", format_html("<b>{}</b>", missing))
    return Note("ok", _("Inget saknas: med ett giltigt kort kommer personen in."))


def _told(found: Helped, at: datetime) -> Iterator[str]:
    account, letter = found.account, found.confirmation
    if account.state is AccountState.ENDED:
        yield _("Kontot är avslutat.") + ("" if found.living_id else " " + _("Personen kan registrera sig igen."))
    elif letter and not account.confirmed_at:
        facts = {"sent": moment(letter.sent_at), "until": day(letter.expires_at)}
        if letter.expires_at <= at:
            yield _("Det senaste bekräftelsemejlet skrevs %(sent)s. Länken gick ut %(until)s.") % facts
        else:
            yield _("Det senaste bekräftelsemejlet skrevs %(sent)s. Länken gäller till %(until)s.") % facts


def _living(found: Helped) -> Link | None:
    if found.account.state is not AccountState.ENDED or not found.living_id:
        return None
    return Link(_("Ett nytt konto finns med samma HSA-id."), reverse("support_account", args=[found.living_id]))


def _letter(letter: LetterRow) -> SupportLetter:
    tries = ngettext("%(n)s försök, nästa %(when)s", "%(n)s försök, nästa %(when)s", letter.attempts)
    next_try = tries % {"n": letter.attempts, "when": moment(letter.next_try_at)}
    waits = letter.next_try_at and letter.attempts
    given_up = letter.fate == "given_up"
    fate = fate_name(letter.fate)
    return SupportLetter(
        at=letter.created_at,
        about=letter_name(letter.kind),
        to=letter.to,
        fate="" if given_up else fate,
        given_up=Tag(fate, "bad", "stop") if given_up else None,
        small=[one for one in (iso(letter.ended_at), letter.error, next_try if waits else "") if one],
    )


def _timeline(found: Helped, *, before: int | None, everything: bool) -> Timeline:
    shown = "visa=allt" if everything else ""
    older = f"{shown}&fore={found.log.older}" if everything else f"fore={found.log.older}"
    return Timeline(
        told=_("Allt som kontot har gjort och som gjorts med det, utom det som rör patienter.")
        if everything
        else _("Registrering, mejl, ansökningar, behörighet, spärrar och inloggningar."),
        other=Link(_("Visa bara kontots egen historia"), "?#tid")
        if everything
        else Link(_("Visa allt"), "?visa=allt#tid"),
        lines=[_event(entry) for entry in found.log.rows],
        links=older_and_newest(
            older=f"?{older}#tid" if found.log.older else "", newest=f"?{shown}#tid" if before else ""
        ),
    )


def _event(entry: EntryRow) -> EventLine:
    code = entry.facts.get("code")
    return EventLine(
        at=entry.at,
        refused=Tag(_("nekad"), "bad", "stop") if entry.outcome == "refused" else None,
        what=event_name(entry.event),
        small=log_title(str(code)) if code else "",
        who=program_name(entry.by_name or entry.by_program),
        reference=entry.reference or "–",
    )


def _who(account: AccountRow) -> Iterator[FactText]:
    yield FactText(_("Nummer"), [str(account.id)])
    yield FactText("HSA-id", [account.hsa_id.text], css="id")
    if account.organisation:
        yield FactText(_("Organisation"), [account.organisation])


def _mail_state(account: AccountRow) -> str:
    if account.confirmed_at is None:
        return _("inte bekräftad")
    return _("bekräftad %(when)s") % {"when": day(account.confirmed_at)}


def _since(account: AccountRow) -> Iterator[FactText]:
    yield FactText(_("Registrerat"), [day(account.created_at)])
    yield FactText(_("Senaste inloggning"), [moment(account.logged_in_at) or _("aldrig")])


def _card(card: CardRead) -> Iterator[FactText]:
    yield FactText(_("Lästes senast"), [moment(card.at)])
    yield FactText(_("Utfärdare"), [card.issuer])
    if card.not_after:
        yield FactText(_("Gäller till"), [day(card.not_after)])


def _application(one: ApplicationRow) -> str:
    facts = {"when": day(one.applied_at), "place": one.clinic_name}
    became = f"{application_state_name(one.state).lower()} {day(one.decided_at)}".strip()
    return f"{_('Senaste ansökan %(when)s, %(place)s:') % facts} {became}."
