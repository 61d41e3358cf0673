"""What is missing before one comes in, as a checklist; and *Nästan klart*, right after registering."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.access.applications import application_notes, applying, earlier_accounts
from registret.access.applications.application_notes import NoteRow
from registret.access.grants.lost_rights import LostRight, newest_lost_right
from registret.access.lifecycle import ApplicationState
from registret.access.queries.administrators import Administrator, active_administrators
from registret.access.queries.applications import ApplicationRow
from registret.access.refusals import ApplicationDeclined, ApplicationLapsed, NoGrant, RemindedToday
from registret.accounts.queries import AccountRow, newest_confirmation
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused
from registret.mail.queries import Bounce, bounce, is_mail_delayed
from registret.places.queries import ClinicRow, clinic
from registret.registries.queries import names_of
from registret.web.http import HolderRequest
from registret.web.pieces import FactText, marked_up
from registret.web.signup.forms import AnswerForm, CodeForm
from registret.web.signup.parts import (
    Contact,
    EarlierPart,
    NotArrived,
    TrailStep,
    contact_of,
    earlier_part,
    not_arrived,
    trail,
    who_attests,
)
from registret.web.templatetags.look import day, moment
from registret.words.refusals import page_of, short
from registret.words.roles import role_in_sentence, role_name
from registret.words.states import revocation_reason, suspension_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStep:
    """`confirmed`: when; before that `sent`: where the letter went, and what to do if it has not come."""

    confirmed: str
    bounce: Bounce | None
    sent: SafeString | None
    not_arrived: NotArrived | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingStep:
    """Why one does not come in: what is said `before` a `quote` of a reason, and `after` it. `applies`: anew."""

    title: str
    before: Sequence[str]
    quote: str
    after: Sequence[str]
    applies: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestStep:
    """An application that waits. `lost`, `quote`: what right was lost since, and the reason; `reminding`: why reminding
    is not possible now."""

    lost: Sequence[str]
    quote: str
    told: SafeString
    contact: Contact | None
    may_remind: bool
    reminding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    text: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistPage:
    """`missing` or `attest`: the last step; `urgent`: how it goes faster; `wanted`: what was applied for."""

    heading: str
    hsa_id: HsaId
    form: CodeForm
    mail: MailStep
    missing: MissingStep | None
    attest: AttestStep | None
    questions: Sequence[QuestionLine]
    answering: AnswerForm
    urgent: str
    wanted: Sequence[FactText]
    earlier: EarlierPart | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlmostDonePage:
    trail: Sequence[TrailStep]
    sent: SafeString
    form: CodeForm
    not_arrived: NotArrived | None
    who: SafeString | None
    contact: Contact | None
    earlier: EarlierPart


def checklist_page(
    request: HolderRequest, account: AccountRow, form: CodeForm, answering: AnswerForm | None = None
) -> ChecklistPage:
    """`answering`: an answer to the clinic that has a fault."""
    standing = request.holder.standing
    wanted, place, administrators = standing.application, *_place(request)
    lost = _lost_since(request, account)
    refusal = _refusal(standing.missing, lost)
    missing = _missing(account, refusal.code, wanted, place, lost)
    waits = wanted is not None and wanted.state is ApplicationState.WAITING
    claim = earlier_accounts.own_claim(account_id=account.id)
    urgent = refusal.code == "login.not_attested"
    return ChecklistPage(
        heading=page_of(refusal).title,
        hsa_id=request.holder.sitting.card.hsa_id,
        form=form,
        mail=_mail(request, account),
        missing=missing,
        attest=_attest(request, wanted, place, administrators, lost) if wanted and place and not missing else None,
        questions=[_question(row) for row in application_notes.questions_to(account_id=account.id)],
        answering=answering or AnswerForm(),
        urgent=_urgent(administrators) if urgent else "",
        wanted=tuple(_wanted(wanted, place)) if wanted and place and waits else (),
        earlier=earlier_part(claim) if waits and refusal.code != "login.suspended" else None,
    )


def almost_done_page(request: HolderRequest, account: AccountRow, form: CodeForm) -> AlmostDonePage:
    place, administrators = _place(request)
    letter = newest_confirmation(account_id=account.id)
    text = _('Det gick till <b class="id">%(address)s</b> %(when)s.')
    return AlmostDonePage(
        trail=trail(2),
        sent=marked_up(text, address=account.email.text, when=moment(letter.sent_at if letter else None)),
        form=form,
        not_arrived=_mail(request, account).not_arrived,
        who=who_attests(place, administrators) if place else None,
        contact=contact_of(place) if place else None,
        earlier=earlier_part(earlier_accounts.own_claim(account_id=account.id)),
    )


def _place(request: HolderRequest) -> tuple[ClinicRow | None, Sequence[Administrator]]:
    wanted = request.holder.standing.application
    place = clinic(wanted.clinic_id) if wanted else None
    return place, active_administrators(clinic_id=place.id, at=request.at) if place else ()


def _mail(request: HolderRequest, account: AccountRow) -> MailStep:
    returned = bounce(account.email)
    letter = None if account.confirmed_at else newest_confirmation(account_id=account.id)
    if letter is None:
        confirmed = _("Bekräftad %(when)s") % {"when": day(account.confirmed_at)}
        return MailStep(confirmed=confirmed, bounce=returned, sent=None, not_arrived=None)
    text = _(
        'Vi skickade ett mejl till <b class="id">%(address)s</b> %(when)s. Öppna länken i det, eller skriv koden här.'
    )
    return MailStep(
        confirmed="",
        bounce=returned,
        sent=marked_up(text, address=account.email.text, when=moment(letter.sent_at)),
        not_arrived=not_arrived(letter, delayed=is_mail_delayed(request.at), bounce=returned),
    )


def _lost_since(request: HolderRequest, account: AccountRow) -> LostRight | None:
    """The right that was lost last, unless an application was made or decided since: then the page is about that."""
    lost, wanted = newest_lost_right(account_id=account.id, at=request.at), request.holder.standing.application
    if lost is None or wanted is None or wanted.state is ApplicationState.WITHDRAWN:
        return lost
    return lost if lost.ended_at > (wanted.decided_at or wanted.applied_at) else None


def _refusal(missing: Refused | None, lost: LostRight | None) -> Refused:
    """What the page is about: an application that was turned down is old news where a right was lost since."""
    if lost and isinstance(missing, ApplicationDeclined | ApplicationLapsed):
        return NoGrant()
    return missing or NoGrant()


def _missing(
    account: AccountRow, code: str, wanted: ApplicationRow | None, place: ClinicRow | None, lost: LostRight | None
) -> MissingStep | None:
    if code == "login.suspended":
        return _suspended(account)
    if code == "login.declined" and wanted:
        return _declined(wanted, place)
    if code in {"login.lapsed", "login.no_grant"}:
        return MissingStep(
            title=_("Behörighet saknas"),
            before=_lost(lost),
            quote=_reason(lost),
            after=[_("Ditt konto finns kvar. Ansök hos den klinik du arbetar på.")],
            applies=True,
        )
    return None


def _suspended(account: AccountRow) -> MissingStep:
    told = _("Kontakta din lokala administratör eller supporten.")
    return MissingStep(
        title=_("Kontot är spärrat"),
        before=[suspension_reason(account.state_reason)] if account.state_reason else [],
        quote="",
        after=[_with_contact(told)],
        applies=False,
    )


def _with_contact(told: str) -> SafeString:
    link = _("Så når du supporten")
    return format_html('{} <a href="{}#kontakt">{}</a>', told, reverse("help"), link)


def _declined(wanted: ApplicationRow, place: ClinicRow | None) -> MissingStep:
    told = _("%(place)s avslog din ansökan %(when)s. Skälet är:")
    return MissingStep(
        title=_("Ansökan är avslagen"),
        before=[told % {"place": place.title if place else "", "when": day(wanted.decided_at)}],
        quote=wanted.reason,
        after=[],
        applies=True,
    )


def _lost(lost: LostRight | None) -> Sequence[str]:
    if lost is None:
        return ()
    facts = {"role": role_in_sentence(lost.role), "place": lost.clinic_name or settings.REGISTRY_NAME}
    ended, last = facts | {"when": day(lost.ended_at)}, facts | {"when": day(lost.last_day)}
    if lost.by_self:
        return [_("Du lämnade din behörighet som %(role)s (%(place)s) %(when)s.") % ended]
    if lost.reason and lost.by_colleague:
        return [_("Din behörighet som %(role)s (%(place)s) återkallades %(when)s. Skälet är:") % ended]
    if lost.reason:
        return [_("Din behörighet som %(role)s (%(place)s) upphörde %(when)s. Skälet är:") % ended]
    return [_("Din behörighet som %(role)s (%(place)s) gällde till och med %(when)s.") % last]


def _reason(lost: LostRight | None) -> str:
    return revocation_reason(lost.reason) if lost and lost.reason and not lost.by_self else ""


def _attest(
    request: HolderRequest,
    wanted: ApplicationRow,
    place: ClinicRow,
    administrators: Sequence[Administrator],
    lost: LostRight | None,
) -> AttestStep:
    account = request.holder.standing.account
    is_confirmed = account is not None and account.confirmed_at is not None
    waits = _("Din ansökan från %(when)s väntar.") % {"when": day(wanted.applied_at)}
    reminded = _("De påmindes senast %(when)s.") % {"when": moment(wanted.reminded_at)}
    again_at = applying.may_remind_at(wanted)
    rests = short(RemindedToday(again_at=again_at)) if again_at > request.at else ""
    who = who_attests(place, administrators)
    return AttestStep(
        lost=_lost(lost),
        quote=_reason(lost),
        told=format_html("{} {} {}", waits, who, reminded if wanted.reminded_at else ""),
        contact=contact_of(place),
        may_remind=is_confirmed and not rests,
        reminding=rests if is_confirmed else "",
    )


def _question(row: NoteRow) -> QuestionLine:
    who = _("Ditt svar") if row.kind == "answer" else row.by_name
    return QuestionLine(text=row.text, told=f"{who} · {moment(row.at)}")


def _urgent(administrators: Sequence[Administrator]) -> SafeString:
    if administrators:
        return marked_up(_("Be din lokala administratör öppna <b>Att attestera</b>. Det tar mindre än en minut."))
    office = _("Registerkansliet attesterar dig. Hör av dig till supporten, så ser de att det blir gjort.")
    return _with_contact(office)


def _wanted(wanted: ApplicationRow, place: ClinicRow) -> Iterator[FactText]:
    yield FactText(_("Klinik"), [place.title])
    yield FactText(_("Roll"), [role_name(wanted.role)])
    yield FactText(_("Delregister"), [", ".join(names_of(wanted.sub_registries))])
