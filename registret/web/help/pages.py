"""What the pages of the help show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.web.controllers import Controllers
from registret.words.refusals import RefusalPage
from registret.words.shapes import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpTab:
    text: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHelp:
    """`reserve_numbers`: the kinds of them."""

    reserve_numbers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderHelp:
    idle_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessHelp:
    confirmation_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsHelp:
    """Errors by the title of their group."""

    groups: Sequence[tuple[str, Sequence[RefusalPage]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorHelp:
    """One error. `logs_in`: whether the page has the button for it; `address`: at the card door; `picture`: its
    template."""

    error: RefusalPage
    grid: str
    logs_in: bool
    helper: str
    address: str
    picture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    updated: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldProcessing:
    """A processing of personal data, and how long they are kept."""

    name: str
    data: str
    kept: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyNotice:
    updated: date
    processings: Sequence[ToldProcessing]
    controllers: Controllers
    data_protection: str


def help_tabs(here: str) -> tuple[HelpTab, ...]:
    """The pages of the help, `here` being the address of the one that is shown."""
    names = {
        "help": _("Arbeta i registret"),
        "help_reader": _("Kort och inloggning"),
        "help_access": _("Konto, mejl och attest"),
        "help_errors": _("Felmeddelanden"),
    }
    return tuple(
        HelpTab(text=text, address=reverse(name), is_here=reverse(name) == here) for name, text in names.items()
    )


def error_page(error: RefusalPage, *, helper: str, at_work: bool) -> ErrorHelp:
    """`helper`: who can help. Only who is not at work is offered to log in, where that can help."""
    picture = f"help/parts/picture_{error.picture}.html" if error.picture else ""
    if error.picker:
        picture = "components/picker.html"
    is_of_card = error.code.startswith("card.")
    return ErrorHelp(
        error=error,
        grid="door" if picture else "door one",
        logs_in=not at_work and error.action not in {Action.HELP, Action.BACK_TO_LIST},
        helper=helper,
        address=settings.SITE_ORIGIN + reverse("help_card", args=[error.code]) if is_of_card else "",
        picture=picture,
    )
