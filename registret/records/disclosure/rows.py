"""Disclosures as pages show them, and what is asked for in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from registret.records.disclosure.selection import Extent
from registret.records.ethics_approval import Approval
from registret.records.lifecycle import DISCLOSURE_LIFE, DisclosureState
from registret.registries.queries import name_of

FEW: Final = 5
"""Fewer patients than this are easy to recognise; the page warns before the decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureWish:
    """What a project asks for. `full_dates` needs a `dates_reason`. `clinics`: whether each line names its clinic."""

    project: str
    approval: Approval
    recipient_name: str
    recipient_organisation: str
    sub_registry: str
    first_day: date
    last_day: date
    parts: frozenset[str]
    full_dates: bool = False
    dates_reason: str = ""
    clinics: bool = True
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRow:
    """One time that the file (`what` "file") or the key ("key") left the registry. `digest`: SHA-256 of the file."""

    what: str
    at: datetime
    by_name: str
    patients: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRow:
    """A disclosure. `number` is shown to people."""

    number: int
    wish: DisclosureWish
    state: DisclosureState
    prepared_at: datetime
    prepared_by_id: int
    prepared_by_name: str
    decided_at: datetime | None
    decided_by_name: str
    patients: int | None
    episodes: int | None
    fetch_until: date | None
    ended_at: datetime | None
    ended_by_name: str

    @property
    def name(self) -> str:
        """Of the sub-registry, in the active language."""
        return name_of(self.wish.sub_registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePage:
    """A disclosure with its extent now, None once it is over. `decidable`: whether the actor may decide it."""

    row: DisclosureRow
    extent: Extent | None
    free_text: tuple[str, ...]
    fetches: tuple[FetchRow, ...]
    decidable: bool

    @property
    def few(self) -> bool:
        return self.extent is not None and self.extent.patients < FEW

    @property
    def acts(self) -> frozenset[str]:
        """What the actor can do with it, except fetching the file."""
        steps = {act for state, act in DISCLOSURE_LIFE.steps if state is self.row.state} - {"fetch"}
        return frozenset(steps if self.decidable else steps - {"decide"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDisclosures:
    """Newest first. `older` is what to ask for next (`before`), or None."""

    rows: tuple[DisclosureRow, ...]
    older: int | None
