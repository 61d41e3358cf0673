"""Write what a person has accepted of what a record system suggested: only where nothing is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.ledger.events import Event
from registret.records.logged import log_step
from registret.records.queries.steps import step_page
from registret.records.reporting.changes import Written
from registret.records.reporting.writing import write_in
from registret.records.scope import provider_scope

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedSuggestions:
    """`correlation`: by which the record system's log knows the question. `sources`: by variable."""

    written: Written
    sources: Mapping[str, str]
    correlation: str


def accept(*, actor: Actor, episode: str, step: str, said: AcceptedSuggestions, at: datetime) -> tuple[str, ...]:
    """Save accepted suggestions as if they were typed; the revision says where they came from. Return the variables
    that were not saved, because they are answered by now, or cannot be.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible (signed), FormChanged.
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        free = {code: texts for code, texts in said.written.items() if code not in row.answers}
        sources = dict.fromkeys(said.sources[code] for code in free if said.sources.get(code))
        reason = f"NKRR {said.correlation}: {'; '.join(sources)}"[:_LONGEST]
        outcome, _ = write_in(actor, page, row, base=row.version, written=free, reason=reason, at=at)
        saved = free.keys() - outcome.faults.keys()
        log_step(actor, Event.STEP_PREFILLED, page, at, correlation=said.correlation, answers=len(saved))
        return tuple(sorted(said.written.keys() - saved))
