"""Every refusal in words: what happened, what to do now. By code; facts are filled in by name.

`short` is the one line that stands beside a form field or at the top of a list; `in_general` is what happened without
the facts of a case, for the help page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from registret.kernel.identifiers import NumberFault
from registret.kernel.refused import Refused
from registret.words.advice import CARD_OFFICE, SUPPORT
from registret.words.days import day_in_words, moment_in_words
from registret.words.events import event_name
from registret.words.numbers import number_fault
from registret.words.refusals.cards import CARD_REFUSALS
from registret.words.refusals.exchange import EXCHANGE_REFUSALS
from registret.words.refusals.logins import LOGIN_REFUSALS
from registret.words.refusals.oversight import OVERSIGHT_REFUSALS
from registret.words.refusals.records import RECORD_REFUSALS
from registret.words.refusals.rights import RIGHTS_REFUSALS
from registret.words.refusals.staff import STAFF_REFUSALS
from registret.words.shapes import Action, Picture, RefusalWords, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalPage:
    """A refusal ready to be shown, in the language that was active when it was made."""

    code: str
    title: str
    happened: str
    todo: tuple[str, ...]
    action: Action
    also_check: bool
    picker: bool
    picture: Picture | None

    @property
    def tries_again(self) -> bool:
        """Whether logging in was what failed, so that the button means once more."""
        return self.code.partition(".")[0] in {"card", "attempt"}


REFUSALS: Mapping[str, RefusalWords] = {
    **CARD_REFUSALS,
    **LOGIN_REFUSALS,
    **RIGHTS_REFUSALS,
    **STAFF_REFUSALS,
    **RECORD_REFUSALS,
    **OVERSIGHT_REFUSALS,
    **EXCHANGE_REFUSALS,
}

REQUESTS: Mapping[str, RefusalWords] = {
    "request.forged": RefusalWords(
        title=_("Formuläret gick inte att ta emot."),
        happened=_(
            "Sidan hade legat öppen för länge, eller så kom formuläret från en annan webbplats. Inget har ändrats."
        ),
        todo=(_("Gå tillbaka, ladda om sidan och försök igen."),),
    ),
    "request.not_found": RefusalWords(
        title=_("Sidan finns inte."),
        happened=_("Adressen kan vara felskriven, eller så har sidan flyttat."),
        todo=(_("Börja om från första sidan."),),
    ),
    "request.failed": RefusalWords(
        title=_("Något gick fel hos oss."),
        happened=_("Felet är inte ditt. Inget som du skickade har sparats till hälften."),
        todo=(_("Gå tillbaka och försök igen om en stund."), SUPPORT),
    ),
    "request.database_gone": RefusalWords(
        title=_("Registret svarar inte just nu."),
        happened=_("Vi når inte vår databas. Felet är inte ditt. Det är osäkert om det du skickade nyss har sparats."),
        todo=(
            _("Vänta någon minut. Se sedan efter om det sparades. Gå annars tillbaka och försök igen."),
            SUPPORT,
        ),
    ),
}
"""What has no refusal class, because nothing in the rooms was asked."""


def page_of(refusal: Refused) -> RefusalPage:
    """The refusal's page, with its facts filled in, in the active language."""
    words = REFUSALS[refusal.code]
    return _page(refusal.code, words, words.happened, _shown_facts(refusal))


def in_general(code: str) -> RefusalPage:
    """What there is to say without the facts of a case: for help pages and for `REQUESTS`.

    Raises: KeyError: there is no such code.
    """
    words = REFUSALS.get(code) or REQUESTS[code]
    return _page(code, words, words.in_general or words.happened, _GENERALLY)


def short(refusal: Refused) -> str:
    """The refusal in one line, for beside a form field."""
    words = REFUSALS[refusal.code]
    return _filled(words.short or words.title, _shown_facts(refusal))


def log_title(code: str) -> str:
    """The refusal's headline as a detail of a log entry: without the words that the event says already, and without
    its full stop. The code itself for one that has since been given up."""
    if code not in REFUSALS:
        return code
    return in_general(code).title.removeprefix(f"{event_name('login.refused')}. ").removesuffix(".")


_GENERALLY: Mapping[str, Text] = {"again_at": _("senare"), "card_office": CARD_OFFICE}


def _page(code: str, words: RefusalWords, happened: Text, facts: Mapping[str, object]) -> RefusalPage:
    return RefusalPage(
        code=code,
        title=_filled(words.title, facts),
        happened=_filled(happened, facts),
        todo=tuple(_filled(line, facts) for line in words.todo),
        action=words.action,
        also_check=words.also_check,
        picker=words.picker,
        picture=words.picture,
    )


def _filled(text: Text, facts: Mapping[str, object]) -> str:
    # A plural chooses its form when the number comes.
    return str(cast(Any, text) % facts)


def _shown_facts(refusal: Refused) -> dict[str, object]:
    shown = {name: _shown(name, getattr(refusal, name)) for name in refusal.facts}
    return shown | {"card_office": CARD_OFFICE}


def _shown(name: str, value: object) -> object:
    if name == "number_fault":
        return number_fault(NumberFault(str(value)))
    if isinstance(value, datetime):
        return moment_in_words(value)
    return day_in_words(date.fromisoformat(str(value))) if name == "day" else value
