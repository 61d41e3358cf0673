"""What several pages of signing up show: how far one has come, who attests, an earlier account."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.applications.earlier_accounts import OwnClaim
from registret.access.queries.administrators import Administrator
from registret.accounts.cardfacts import CardFacts
from registret.accounts.queries import ConfirmationRow
from registret.mail.queries import Bounce
from registret.places.queries import ClinicRow
from registret.web.pieces import FactText, Link, Note, marked_up
from registret.web.templatetags.look import day, names


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailStep:
    """A step on the way to the registry."""

    number: int
    name: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How to reach a clinic. `between`: what stands between phone and mail."""

    name: str
    phone: Link | None
    between: str
    mail: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPart:
    """Whether there is an account under another HSA-id, and where to show that it is one's own."""

    told: str
    link: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArrived:
    """What to do if the letter has not come. `told`: until when its link counts."""

    delayed: Note | None
    bounce: Bounce | None
    until: str


def trail(current: int) -> tuple[TrailStep, ...]:
    """The three steps, `current` of them being taken."""
    steps = (_("Dina uppgifter"), _("Bekräfta e-post"), _("Attest på kliniken"))
    return tuple(
        TrailStep(number=number, name=name, is_done=number < current, is_current=number == current)
        for number, name in enumerate(steps, 1)
    )


def card_facts(card: CardFacts) -> Iterator[FactText]:
    """Who the card says that one is."""
    yield FactText(_("Namn"), [format_html("<b>{}</b>", card.name)])
    yield FactText("HSA-id", [card.hsa_id.text], css="id")
    if card.organisation:
        yield FactText(_("Organisation"), [card.organisation])


def who_attests(place: ClinicRow, administrators: Sequence[Administrator]) -> SafeString:
    """Who can attest at the clinic, or that the office does."""
    if not administrators:
        nobody = _("<b>%(place)s</b> har ingen lokal administratör just nu. Ansökan går därför till registerkansliet.")
        return marked_up(nobody, place=place.title)
    number = len(administrators)
    text = ngettext(
        "På <b>%(place)s</b> finns en lokal administratör:",
        "På <b>%(place)s</b> finns %(n)s lokala administratörer:",
        number,
    )
    there = marked_up(text, place=place.title, n=str(number))
    return format_html("{} {}.", there, names(administrators))


def contact_of(place: ClinicRow) -> Contact | None:
    """None if the clinic has told neither phone nor mail."""
    phone, mail = place.contact_phone, place.contact_mail
    if not (phone or mail):
        return None
    return Contact(
        name=f"{place.contact_name}," if place.contact_name else "",
        phone=Link(phone, "tel:" + phone.replace(" ", "").replace("-", "")) if phone else None,
        between="," if phone and mail else "",
        mail=Link(mail, f"mailto:{mail}") if mail else None,
    )


def earlier_part(claim: OwnClaim | None) -> EarlierPart:
    """The same whether or not there is such an account, until it is proven."""
    address = reverse("earlier")
    if claim is None:
        told = _("Har du haft ett konto under ett annat HSA-id, till exempel hos en tidigare arbetsgivare?")
        return EarlierPart(told=told, link=Link(_("Visa att det är ditt"), address))
    if claim.proven:
        proven = _("Du har visat att ett konto under ett annat HSA-id är ditt. Det avslutas när ansökan attesteras.")
        return EarlierPart(told=proven, link=None)
    sent = _('Hör <b class="id">%(address)s</b> till ett konto har vi skickat en kod dit.')
    return EarlierPart(told=marked_up(sent, address=claim.email.text), link=Link(_("Skriv koden"), address))


def not_arrived(letter: ConfirmationRow, *, delayed: bool, bounce: Bounce | None) -> NotArrived:
    late = _("Mejlet är försenat just nu. Det är inte förlorat: det skickas så fort mejlservern svarar.")
    return NotArrived(delayed=Note("warn", late) if delayed else None, bounce=bounce, until=day(letter.expires_at))
