"""The steps of one episode, written in one after the other, as if a person had typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from registret.access.actor import Actor
from registret.exchange.importing.results import RowFault, RowRefused
from registret.exchange.mappings.applying import MappedRow
from registret.exchange.refusals import AnswerImpossible
from registret.records.proposals.proposing import FileSays, decided_before, propose
from registret.records.queries.revisions import changes_since
from registret.records.queries.steps import OpenEpisode, open_episode
from registret.records.reporting.changes import Written
from registret.records.reporting.writing import write_in
from registret.records.rows import StepPage
from registret.registries.answers import Fault, Stored
from registret.registries.forms import Form


class EpisodeSteps:
    """Locked with the patient, so that they are read again only where one has changed others. Inside
    `provider_scope(actor)`."""

    def __init__(self, actor: Actor, episode: str, *, at: datetime) -> None:
        self._actor, self._episode, self._at = actor, episode, at
        self._open: OpenEpisode | None = None

    def page(self, step: str) -> StepPage:
        """As it is now. Raises: NotFound, NotPermitted."""
        return self._now().page(step, at=self._at)[0]

    def stored(self, step: str) -> Mapping[str, Stored]:
        """The answers that stand in it. Raises: NotFound, NotPermitted."""
        answers: Mapping[str, Stored] = self._now().steps[step].answers
        return answers

    def changed_since(self, step: str, version: int) -> Mapping[str, Stored | None]:
        """By variable that was changed since this version, what stood there then. Raises: NotFound, NotPermitted."""
        return {code: then for code, (then, _) in changes_since(self._now().steps[step], version).items()}

    def write(self, step: str, written: Written) -> int:
        """Write in a step, and return its version.

        Raises: RowRefused (a question is about a day that has not come), and what `write` raises.
        """
        page, row = self._now().page(step, at=self._at)
        done, is_current = write_in(self._actor, page, row, base=row.version, written=written, at=self._at)
        if done.faults:
            raise RowRefused(*impossible(done.faults), patient_id=page.patient.id)
        if not is_current:
            self._open = None
        return row.version

    def decided(self, step: str) -> Mapping[str, Stored | None]:
        """By variable, the answer of a file that a person decided about last. Raises: NotFound, NotPermitted."""
        return decided_before(self._now().steps[step].id)

    def propose(self, step: str, says: FileSays) -> bool:
        """As `proposing.propose`. Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic."""
        page, row = self._now().page(step, at=self._at)
        if not says.offered and not page.is_proposed:
            return False
        return propose(self._actor, page, row.id, says, at=self._at)

    def _now(self) -> OpenEpisode:
        if self._open is None:
            self._open = open_episode(self._actor, episode=self._episode, lock=True)
        return self._open


def written_of(form: Form, row: MappedRow, step: str) -> Written:
    """What the row says of one step."""
    return {q.code: row.written[q.code] for q in form.step(step).questions if q.code in row.written}


def impossible(faults: Mapping[str, Fault]) -> Iterator[RowFault]:
    for code, fault in faults.items():
        yield RowFault(why=AnswerImpossible(), variable=code, fault=fault)
