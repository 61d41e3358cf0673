"""What a refusal in words is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise

Text = str | Promise


class Action(StrEnum):
    """The one thing to do now: which button the page has."""

    LOGIN = "login"
    CHECK = "check"
    APPLICATION = "application"
    REGISTER = "register"
    START = "start"
    ACCOUNT = "account"
    BACK_TO_LIST = "list"
    HELP = "help"
    UNLOCK = "unlock"
    PROVIDER = "provider"
    AGAIN = "again"


class Picture(StrEnum):
    """Pictures of help pages, by their template in components."""

    READER = "reader"
    TWO_USES = "two_uses"
    DATES = "dates"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalWords:
    title: Text
    happened: Text
    todo: tuple[Text, ...]
    action: Action = Action.START
    short: Text = ""
    in_general: Text = ""
    also_check: bool = False
    """Offers *Kontrollera ditt kort* as a second way."""
    picker: bool = False
    """Shows what to choose in the browser's list."""
    picture: Picture | None = None
    """What else the help page shows."""
