"""One application: who asks for what, and what the one who attests may do about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _

from registret.access.applications.earlier_accounts import ClaimRow, claim_of
from registret.access.lifecycle import ApplicationState
from registret.access.queries.administrators import who_lets_wait
from registret.access.queries.applications import ApplicationRow, granted
from registret.access.similar_names import alike
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.mail.queries import Bounce, bounce
from registret.places.queries import MailHint, clinic, mail_hint
from registret.web.attest.claims import ClaimPart, claim_part
from registret.web.attest.desk_pages import Desk, desk_of
from registret.web.attest.forms import AttestForm, CorrectAddressForm, DeclineForm, WriteForm
from registret.web.attest.office_part import office_part
from registret.web.attest.queue_pages import Queue, decision_tag, letter_sent, queue_of, scope, waited_tag
from registret.web.card_time import CardTime
from registret.web.http import ActorRequest
from registret.web.pieces import FactText, Note, Tag
from registret.web.templatetags.look import day, last_day, moment, sub_registries, wished
from registret.words.roles import role_name
from registret.words.states import application_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks for what. `asides`: what to know about the organisation, and about the address."""

    hsa_id: HsaId
    organisation: str
    provider: Tag
    provider_asides: Sequence[str]
    email: str
    confirmed: Tag
    bounce: Bounce | None
    mail_asides: Sequence[str]
    wants: Sequence[FactText]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightPart:
    """The form for the right. `claim`: the earlier account that is looked at; `attests`, `recommend`: its buttons."""

    form: AttestForm
    claim: int | None
    attests: bool
    recommend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What the one who attests is told, and may do now. `unconfirmed`: which letter was sent, while the address waits;
    `is_decidable`: it can be attested or declined."""

    is_decidable: bool = False
    alike: Sequence[str] = ()
    note: Note | None = None
    unconfirmed: str = ""
    address: CorrectAddressForm | None = None
    right: RightPart | None = None
    declines: bool = False
    shows_card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """One application beside the queue. `has_faults`: in what was sent; `sent`: the forms whose faults are listed;
    `decision`: what became of it."""

    id: int
    name: str
    scope: str
    queue: Queue
    has_faults: bool
    sent: Sequence[forms.Form]
    state: Tag
    told: str
    applicant: Applicant
    claim: ClaimPart | None
    decision: Sequence[FactText]
    acting: Acting
    desk: Desk | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclinePage:
    id: int
    who: str
    queue: Queue
    applicant: Applicant
    hint: str
    form: DeclineForm


def item_page(
    request: ActorRequest, wanted: ApplicationRow, form: AttestForm, *, address: CorrectAddressForm, writing: WriteForm
) -> ItemPage:
    waits = wanted.state is ApplicationState.WAITING
    card_time = CardTime.of(request.actor, at=request.at)
    claim = claim_of(wanted=wanted, at=request.at)
    acting = _acting(request, wanted, form, claim=claim, address=address, card_time=card_time)
    return ItemPage(
        id=wanted.id,
        name=wanted.name,
        scope=scope(request.actor),
        queue=queue_of(request, current=wanted),
        has_faults=any(one.errors for one in (form, address, writing)),
        sent=[*([form] if acting.is_decidable else []), address, writing],
        state=waited_tag(wanted) if waits else decision_tag(wanted),
        told=" ".join(_told(wanted)),
        applicant=_applicant(wanted, is_office=_is_office(request)),
        claim=claim_part(claim) if claim and waits else None,
        decision=() if waits else tuple(_decision(wanted)),
        acting=acting,
        desk=None if _is_own(request, wanted) else desk_of(request, wanted, writing, card_time=card_time),
    )


def decline_page(request: ActorRequest, wanted: ApplicationRow, form: DeclineForm) -> DeclinePage | None:
    """None where there is nothing to decline."""
    if not wanted.actionable or _is_own(request, wanted):
        return None
    hint = _("%(name)s får skälet i ett mejl och ser det vid inloggning. Högst 500 tecken. Skriv inget om patienter.")
    return DeclinePage(
        id=wanted.id,
        who=f"{wanted.name}, {wanted.clinic_name}",
        queue=queue_of(request, current=wanted),
        applicant=_applicant(wanted, is_office=_is_office(request)),
        hint=hint % {"name": wanted.name},
        form=form,
    )


def _is_office(request: ActorRequest) -> bool:
    return request.actor.seat.clinic_id is None


def _is_own(request: ActorRequest, wanted: ApplicationRow) -> bool:
    return wanted.account_id == request.actor.account_id


def _told(row: ApplicationRow) -> Iterator[str]:
    yield _("Ansökte %(when)s.") % {"when": day(row.applied_at)}
    if row.mail_confirmed_at and day(row.mail_confirmed_at) == day(row.applied_at):
        yield _("E-posten bekräftad samma dag.")
    elif row.mail_confirmed_at:
        yield _("E-posten bekräftad %(when)s.") % {"when": day(row.mail_confirmed_at)}
    if row.reminded_at:
        yield _("Påminde %(when)s.") % {"when": day(row.reminded_at)}


def _applicant(row: ApplicationRow, *, is_office: bool) -> Applicant:
    """Its asides say what looks odd about the organisation and the address."""
    hint = mail_hint(EmailAddress(row.email), organisation_number=row.hsa_id.organisation_number)
    waits, confirmed = Tag(_("väntar på e-post"), icon="mail"), Tag(_("bekräftad"), "ok", "check")
    other, same = Tag(_("annan vårdgivare än kliniken")), Tag(_("samma vårdgivare som kliniken"), "ok", "check")
    return Applicant(
        hsa_id=row.hsa_id,
        organisation=row.organisation or "–",
        provider=same if row.same_care_provider else other,
        provider_asides=() if row.same_care_provider else (_of_another(row),),
        email=row.email,
        confirmed=confirmed if row.mail_confirmed_at else waits,
        bounce=bounce(EmailAddress(row.email)),
        mail_asides=(_usual(hint),) if hint else (),
        wants=tuple(_wants(row, is_office=is_office)),
    )


def _of_another(row: ApplicationRow) -> str:
    told = _("Kliniken hör till %(provider)s. Så är det ofta för hyrläkare och konsulter.")
    return told % {"provider": row.care_provider_name}


def _usual(hint: MailHint) -> str:
    told = _("%(provider)s brukar använda %(domains)s.")
    return told % {"provider": hint.care_provider, "domains": ", ".join(hint.domains)}


def _wants(row: ApplicationRow, *, is_office: bool) -> Iterator[FactText]:
    yield FactText(_("Söker"), [f"{role_name(row.role)} · {wished(row.sub_registries)}"])
    if is_office:
        yield FactText(_("Klinik"), [row.clinic_name])
    if row.message:
        yield FactText(_("Skriver"), f"”{row.message}”".splitlines())


def _decision(row: ApplicationRow) -> Iterator[FactText]:
    when = moment(row.decided_at)
    by = _("%(when)s av %(name)s") % {"when": when, "name": row.decided_by}
    yield FactText(application_state_name(row.state), [by if row.decided_by else when])
    right = granted(application_id=row.id)
    if right:
        what = f"{role_name(right.role)} · {sub_registries(right.sub_registries)}"
        if right.revoked_at:
            lasts = _("Återkallad %(when)s") % {"when": day(right.revoked_at)}
        else:
            lasts = _("Till och med %(until)s") % {"until": day(last_day(right.ends_at))}
        yield FactText(_("Gäller"), [what, lasts])
    if row.reason:
        yield FactText(_("Skäl"), row.reason.splitlines())


def _acting(
    request: ActorRequest,
    wanted: ApplicationRow,
    form: AttestForm,
    *,
    claim: ClaimRow | None,
    address: CorrectAddressForm,
    card_time: CardTime,
) -> Acting:
    if wanted.state is not ApplicationState.WAITING:
        return Acting()
    if _is_own(request, wanted):
        return Acting(note=_own())
    if wanted.mail_confirmed_at is None:
        letter = letter_sent(wanted, at=request.at)
        return Acting(unconfirmed=letter, address=address if card_time.left else None, shows_card=not card_time.left)
    place = clinic(wanted.clinic_id)
    if place is None or not place.is_open:
        return Acting(note=_closed(), declines=True)
    return _deciding(request, wanted, form, claim=claim, card_time=card_time)


def _own() -> Note:
    told = _(
        "Det här är din egen ansökan. Ingen attesterar sig själv: be en annan lokal administratör, eller "
        "registerkansliet."
    )
    return Note("info", told)


def _closed() -> Note:
    told = _(
        "Kliniken är stängd i registret, så ansökan går inte att attestera. Avslå den och skriv vilken klinik personen "
        "kan söka hos i stället."
    )
    return Note("warn", told, "alert")


def _deciding(
    request: ActorRequest, wanted: ApplicationRow, form: AttestForm, *, claim: ClaimRow | None, card_time: CardTime
) -> Acting:
    there = who_lets_wait(rows=[wanted], at=request.at)[wanted.id]
    office = office_part(request, wanted, there) if _is_office(request) else None
    deciding = [request.actor.name, *there, *(office.names if office else ())]
    allowed = office is None or office.may_act
    return Acting(
        is_decidable=True,
        alike=alike(deciding, name=wanted.name),
        note=office.note if office else None,
        right=RightPart(
            form=form,
            claim=claim.id if claim else None,
            attests=office is None or office.has_recommendation,
            recommend=office.recommend if office else "",
        )
        if allowed and card_time.left
        else None,
        declines=bool(card_time.left) and not allowed,
        shows_card=allowed or not card_time.left,
    )
