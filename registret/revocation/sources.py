"""Where the door asks whether a certificate is revoked: lists on disk, kept lists, OCSP. And how old the lists are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registret.cards import Anchor, CardKind, CrlFiles, RevocationAnswer, RevocationState, Trust
from registret.cards.revocation import RevocationList, answer_of, that_counts
from registret.revocation.lists import KeptLists
from registret.revocation.online import Responders


class ListState(StrEnum):
    FRESH = "fresh"
    LATE = "late"
    """Past its time, within grace: it decides, and the operator should look."""
    TOO_OLD = "too_old"
    """No card of the CA is let in (unless OCSP says that it is good)."""
    MISSING = "missing"
    """There has never been one: as too old."""
    ONLY_OCSP = "only_ocsp"
    """None is set up, and OCSP is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStanding:
    """How it stands with the list of one CA on this node. `decides`: logins depend on it. The list's own facts are
    None if there is none. `usable_until`: the end of grace. `from_file`: it is the one on disk that counts."""

    anchor: Anchor
    decides: bool
    state: ListState
    number: int | None = None
    entries: int | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    usable_until: datetime | None = None
    from_file: bool = False

    @property
    def is_trouble(self) -> bool:
        return self.state in {ListState.LATE, ListState.TOO_OLD, ListState.MISSING}

    @property
    def lets_in(self) -> bool:
        return self.state not in {ListState.TOO_OLD, ListState.MISSING}


class Sources:
    """All that is known about revocation under one trust; safe to share between threads.

    Revoked by any source is revoked. Otherwise an OCSP answer counts, and without one the newest list.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._files = CrlFiles(trust)
        self._kept = KeptLists(trust)
        self._responders = Responders(self._is_listed)

    def answer(self, *, anchor: Anchor, serial: int, at: datetime) -> RevocationAnswer:
        listed = answer_of(self._lists(anchor), serial=serial, at=at, grace=anchor.grace)
        if listed.state is RevocationState.REVOKED:
            return listed
        said = self._responders.answer(anchor=anchor, serial=serial, at=at)
        if said is None or said.state is RevocationState.UNKNOWN:
            return listed
        return RevocationAnswer(state=said.state, as_of=said.this_update, by_ocsp=True)

    def standings(self, *, at: datetime) -> tuple[ListStanding, ...]:
        """One for each anchor, in the order of the trust. From memory: asks neither database nor network."""
        return tuple(self._standing(anchor, at) for anchor in self._trust.anchors)

    def has_listed(self, *, issuer: str, serial: int) -> bool:
        """Whether a CA of this name has revoked the certificate since it was shown. From memory, like `standings`:
        cheap enough to ask at every click."""
        return any(self._is_listed(a, serial) for a in self._trust.anchors if a.common_name == issuer)

    def warm(self) -> None:
        """Loads all lists and begins to look for newer ones. Raises: django.db.Error."""
        for anchor in self._trust.anchors:
            self._lists(anchor)

    def refresh(self) -> None:
        """Looks for newer kept lists now. Raises: django.db.Error."""
        self._kept.refresh()

    def is_up_to_date(self) -> bool:
        """Whether newer lists have been looked for lately."""
        return self._kept.is_up_to_date()

    def stop(self) -> None:
        """For the end of the process."""
        self._kept.stop()

    def _lists(self, anchor: Anchor) -> tuple[RevocationList, ...]:
        return (*self._kept.lists(anchor), *self._files.lists(anchor))

    def _is_listed(self, anchor: Anchor, serial: int) -> bool:
        return any(serial in one.serials for one in self._lists(anchor))

    def _standing(self, anchor: Anchor, at: datetime) -> ListStanding:
        decides = anchor.kind is CardKind.HSA and self._trust.accepts(anchor)
        found = self._lists(anchor)
        counts = that_counts(found, at=at)
        if counts is None:
            is_set_up = anchor.crl_url or anchor.crl or not anchor.ocsp_url
            return ListStanding(
                anchor=anchor, decides=decides, state=ListState.MISSING if is_set_up else ListState.ONLY_OCSP
            )
        return ListStanding(
            anchor=anchor,
            decides=decides,
            state=_state(counts, anchor, at),
            number=counts.number,
            entries=len(counts.serials),
            this_update=counts.this_update,
            next_update=counts.next_update,
            usable_until=counts.next_update + anchor.grace,
            from_file=counts is not found[0] or not self._kept.lists(anchor),
        )


def _state(counts: RevocationList, anchor: Anchor, at: datetime) -> ListState:
    if not counts.has_begun(at) or at > counts.next_update + anchor.grace:
        return ListState.TOO_OLD
    return ListState.LATE if at > counts.next_update else ListState.FRESH
