"""Who is who in the demo, and whose turn it is: for the bar at the top and the page *Rollerna*."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.queries.logins import CardHolder
from registret.demo.history.progress import read_progress
from registret.demo.people import cast
from registret.demo.people.cast import Person
from registret.kernel.identifiers import HsaId
from registret.web.pieces import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCard:
    """One card of the demo. `command` opens a browser with it."""

    card: str
    name: str
    what: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What comes next in the story, and with which card."""

    role: DemoCard
    why: str


# By the card of who has just done something: who comes next, and what for.
_NEXT: Final[Mapping[str, tuple[str, str]]] = {
    "reporter": ("administrator", "attesterar Anna när hon har bekräftat sin e-post"),
    "administrator": ("reporter", "loggar in när hon är attesterad"),
    "not-attested": ("administrator", "attesterar Per-Olof"),
    "working": ("cases", "svarar patienten som undrar vad som finns om hen"),
    "office": ("office-colleague", "bekräftar det som Doris har föreslagit"),
    "cases": ("cases-colleague", "beslutar om utlämnandet som Henrik har förberett"),
    "reader": ("working", "registrerar det som Sixten läser"),
    "substitute": ("reviewer", "granskar vad alla har gjort, i loggen"),
}
_FIRST: Final = "reporter"


def roles() -> tuple[DemoCard, ...]:
    """All cards that `make demo-browser` knows."""
    return tuple(_role(card) for card in cast.BROWSERS)


def turn_after(hsa_id: HsaId | None) -> Turn | None:
    """Who comes after this person; the newcomer after nobody. None if the story goes no further."""
    card = next((card for card, person in _people().items() if HsaId(person.hsa_id) == hsa_id), "")
    if not hsa_id:
        return Turn(role=_role(_FIRST), why="är ny: loggar in och registrerar sig")
    if card not in _NEXT:
        return None
    following, why = _NEXT[card]
    return Turn(role=_role(following), why=why)


def context(request: HttpRequest) -> dict[str, Any]:
    """For every page of the demo: who is here, and whose turn it is."""
    person = getattr(request, "person", None)
    here = person.by if isinstance(person, Actor | CardHolder) else None
    return {
        "demo_name": here.name if here else "",
        "demo_turn": lambda: turn_after(here.hsa_id if here else None),
        "demo_history": history,
    }


def history() -> Note | None:
    """That the figures of the country grow while its history is written; None afterwards, and if it has none."""
    progress = read_progress(settings.HISTORY_FILE)
    if progress is None or progress.is_complete:
        return None
    share = 100 * progress.done // progress.of if progress.of else 0
    return Note(
        "info",
        _("Demolandets kliniker fylls med påhittade vårdepisoder: %(share)s %% är klart. Siffrorna ändras tills dess.")
        % {"share": share},
    )


def _role(card: str) -> DemoCard:
    name, _, what = cast.BROWSERS[card].what.partition(": ")
    return DemoCard(card=card, name=name, what=what, command=f"make demo-browser CARD={card}")


def _people() -> dict[str, Person]:
    """By card, the person whose HSA-id certificate is on it."""
    files = {cast.hsa_file(person): person for person in cast.PEOPLE}
    found = {card: files.get(offered.files[0]) for card, offered in cast.BROWSERS.items()}
    return {card: person for card, person in found.items() if person is not None}
