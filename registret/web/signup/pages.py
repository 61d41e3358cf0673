"""Registering, proving an earlier account, confirming an address, applying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.access.applications.earlier_accounts import OwnClaim
from registret.access.lifecycle import ApplicationState
from registret.access.queries.administrators import Administrator
from registret.access.queries.logins import LoginStatus
from registret.accounts.cardfacts import CardFacts
from registret.places.queries import CareProviderRow
from registret.web.pieces import FactText, Link, Note, marked_up
from registret.web.signup.address_pages import AskedAddress
from registret.web.signup.forms import AddressForm, ApplicationForm, CodeForm, EarlierForm, RegistrationForm
from registret.web.signup.parts import TrailStep, card_facts, trail
from registret.web.templatetags.look import day, moment, names


@dataclass(frozen=True, slots=True, kw_only=True)
class SignupPage:
    """`asked`: the address, before the form counts."""

    trail: Sequence[TrailStep]
    ended: Note | None
    card: Sequence[FactText]
    form: RegistrationForm
    provider: CareProviderRow | None
    asked: AskedAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplicationPage:
    card: Sequence[FactText]
    form: ApplicationForm
    provider: CareProviderRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPage:
    trail: Sequence[TrailStep]
    form: AddressForm
    asked: AskedAddress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPage:
    """`sent`: the form with faults; `claimed`: where a code was sent, while it is not typed; `button`: of the form for
    the address."""

    sent: EarlierForm | CodeForm
    form: EarlierForm
    code: CodeForm
    proven: Note | None
    claimed: SafeString | None
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAddressPage:
    """The link of a letter. `trail`: of an applicant; `address`: what is confirmed, in the browser that holds the card;
    `code`: to be typed there, from another."""

    trail: Sequence[TrailStep]
    has_card: bool
    address: str
    token: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedPage:
    """`trail`: while the application waits; `told`: what happens now; `go_on`: leads there."""

    trail: Sequence[TrailStep]
    title: str
    lead: str
    told: str
    go_on: Link
    css: str


def register_page(
    form: RegistrationForm,
    *,
    card: CardFacts,
    provider: CareProviderRow | None,
    ended_before: bool,
    asked: AskedAddress | None,
) -> SignupPage:
    ended = _("Det fanns ett konto med ditt HSA-id, men det är avslutat. Du kan registrera dig på nytt.")
    return SignupPage(
        trail=trail(1),
        ended=Note("info", ended) if ended_before else None,
        card=tuple(card_facts(card)),
        form=form,
        provider=provider,
        asked=asked,
    )


def new_application_page(
    form: ApplicationForm, *, card: CardFacts, provider: CareProviderRow | None
) -> NewApplicationPage:
    return NewApplicationPage(card=tuple(card_facts(card)), form=form, provider=provider)


def address_page(form: AddressForm, asked: AskedAddress | None = None) -> AddressPage:
    return AddressPage(trail=trail(2), form=form, asked=asked)


def earlier_page(form: EarlierForm, code: CodeForm, claim: OwnClaim | None) -> EarlierPage:
    """The same whether or not there is such an account, until it is proven."""
    proven = _("Du har visat att ett konto under ett annat HSA-id är ditt. Det avslutas när ansökan attesteras.")
    is_proven = claim is not None and claim.proven
    return EarlierPage(
        sent=code if code.errors else form,
        form=form,
        code=code,
        proven=Note("ok", proven, "status") if is_proven else None,
        claimed=_claimed(claim) if claim and not is_proven else None,
        button=_("Skicka en ny kod") if claim else _("Skicka en kod"),
    )


def _claimed(claim: OwnClaim) -> SafeString:
    text = _(
        'Hör <b class="id">%(address)s</b> till ett konto skickade vi en kod dit %(when)s. Den gäller till och med '
        "%(until)s."
    )
    return marked_up(text, address=claim.email.text, when=moment(claim.sent_at), until=day(claim.expires_at))


def confirmed_page(standing: LoginStatus, administrators: Sequence[Administrator]) -> ConfirmedPage:
    wanted = standing.application
    if wanted and wanted.state is ApplicationState.WAITING:
        return ConfirmedPage(
            trail=trail(3),
            title=_confirmed(standing),
            lead=_(
                "När den lokala administratören har attesterat din behörighet kan du logga in i registret. Du får mejl "
                "när det är klart."
            ),
            told=_where_to(wanted.clinic_name, administrators),
            go_on=Link(_("Se min ansökan"), reverse("application")),
            css="btn quiet",
        )
    go_on = (
        Link(_("Se vad som återstår"), reverse("application"))
        if standing.missing
        else Link(_("Börja arbeta"), reverse("seat"))
    )
    return ConfirmedPage(trail=(), title=_confirmed(standing), lead="", told="", go_on=go_on, css="btn")


def _confirmed(standing: LoginStatus) -> str:
    if standing.missing:
        return _("Tack, din e-post är bekräftad. Nu återstår attesten.")
    return _("Tack, din e-post är bekräftad.")


def _where_to(place: str, administrators: Sequence[Administrator]) -> str:
    if administrators:
        sent = _("Din ansökan har skickats till %(names)s på %(place)s.")
        return sent % {"names": names(administrators), "place": place}
    nobody = _("%(place)s har ingen lokal administratör just nu. Ansökan har därför gått till registerkansliet.")
    return nobody % {"place": place}
