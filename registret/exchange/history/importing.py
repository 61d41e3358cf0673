"""Bring a history in: every line is right, and all of them are brought in, or none is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from registret.exchange.history.file import lines_of, told_on
from registret.exchange.history.judging import Here, Judged, judge
from registret.exchange.importing.results import RowFault
from registret.exchange.refusals import HistoryUnreadable, SourceIdTwice
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.places.queries import every_clinic
from registret.records.history import loading
from registret.records.history.loading import HistoryDecision
from registret.records.history.staging import EarlierEpisode, begin_staging, end_staging, stage
from registret.records.refusals import PerhapsDouble
from registret.records.reporting.forms_in_use import use
from registret.records.scope import all_providers
from registret.registries.forms import Form

_AT_ONCE: Final = 500
MOST_FAULTS: Final = 10_000
"""So many faulty lines are kept to be told; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """A line with what is wrong with it."""

    file: Path
    line: int
    faults: tuple[RowFault, ...]
    form: Form | None = None


Remark = tuple[str, int, str, str]
"""Sub-registry, version, code of the remark, and the variable that it is about."""


@dataclass(slots=True, kw_only=True)
class HistoryResult:
    """What the files came to. `there`: brought in before; `faulty`: how many lines are wrong; `faults`: the first of
    them. Nothing is saved if there is one."""

    lines: int = 0
    episodes: int = 0
    patients: int = 0
    there: int = 0
    opted_out: int = 0
    faulty: int = 0
    faults: list[HistoryLine] = field(default_factory=list)
    remarks: Counter[Remark] = field(default_factory=Counter)
    is_saved: bool = False

    def refuse(self, file: Path, line: int, *faults: RowFault, form: Form | None = None) -> None:
        self.faulty += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(HistoryLine(file=file, line=line, faults=faults, form=form))


def import_history(
    files: Sequence[Path],
    *,
    decision: HistoryDecision,
    dry_run: bool,
    by: By,
    at: datetime,
    tell: Callable[[int], None] = lambda lines: None,
) -> HistoryResult:
    """Bring in the episodes of these files, in one transaction. `dry_run`: the same, and then it is rolled back. `tell`
    is called with how many lines are read.

    The figures of reports follow, since triggers mark the episodes as stale.

    Raises: OSError; FormChanged (the files of a form are not those that it was first used with).
    """
    result = HistoryResult()
    with all_providers(), transaction.atomic():
        begin_staging()
        reading = _Reading(files, Here.of(every_clinic(), at=at), result)
        for batch in reading.batches():
            stage(batch)
            tell(result.lines)
        end_staging()
        _hold_against(decision, reading, result)
        if not result.faulty:
            _load(decision, reading, result, by, at)
        if dry_run or result.faulty:
            # What a commit would have refused is refused here.
            connection.check_constraints()
            transaction.set_rollback(True)
    result.is_saved = not dry_run and not result.faulty
    if not result.is_saved:
        _log_trial(decision, result, by, at)
    return result


class _Reading:
    """The lines of all files, judged, each episode under the number of its line among them."""

    def __init__(self, files: Sequence[Path], here: Here, result: HistoryResult) -> None:
        self._files, self._here, self._result = files, here, result
        self._first: dict[Path, int] = {}
        self._digest = hashlib.sha256()
        self.forms: dict[tuple[str, int], tuple[Form, datetime]] = {}
        """By code and version, with the moment when the first of these episodes was registered."""

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def batches(self) -> Iterator[dict[int, EarlierEpisode]]:
        batch: dict[int, EarlierEpisode] = {}
        for file in self._files:
            self._first[file] = self._result.lines
            with file.open("rb") as opened:
                for line in lines_of(opened):
                    self._result.lines += 1
                    self._digest.update(line + b"\n")
                    if (episode := self._judged(line)) is not None:
                        batch[self._result.lines] = episode
                    if len(batch) == _AT_ONCE:
                        yield batch
                        batch = {}
        yield batch

    def place_of(self, number: int) -> tuple[Path, int]:
        """File and line of the episode with this number."""
        file = [one for one, first in self._first.items() if first < number][-1]
        return file, number - self._first[file]

    def _judged(self, line: bytes) -> EarlierEpisode | None:
        try:
            told = told_on(line)
        except HistoryUnreadable as unreadable:
            judged = Judged(faults=[RowFault(why=unreadable)])
        else:
            judged = judge(told, self._here)
        if judged.faults:
            self._result.refuse(*self.place_of(self._result.lines), *judged.faults, form=judged.form)
            return None
        if judged.form is not None and judged.episode is not None:
            self._note(judged.form, judged.episode, judged.remarks)
        return judged.episode

    def _note(self, form: Form, episode: EarlierEpisode, remarks: Sequence[RowFault]) -> None:
        _, first = self.forms.get((form.code, form.version), (form, episode.created_at))
        self.forms[form.code, form.version] = form, min(first, episode.created_at)
        self._result.remarks.update((form.code, form.version, one.why.code, one.variable) for one in remarks)


def _hold_against(decision: HistoryDecision, reading: _Reading, result: HistoryResult) -> None:
    """Leave out what is there and whose patients have opted out; refuse what is told twice."""
    for number, first in loading.twice_staged():
        _, line = reading.place_of(first)
        result.refuse(*reading.place_of(number), RowFault(why=SourceIdTwice(line=line)))
    result.there = loading.leave_out_known(decision.source)
    result.opted_out = loading.leave_out_opted_out()
    for number in loading.doubles():
        result.refuse(*reading.place_of(number), RowFault(why=PerhapsDouble(own=1)))


def _load(decision: HistoryDecision, reading: _Reading, result: HistoryResult, by: By, at: datetime) -> None:
    """Raises: FormChanged."""
    for form, used_at in reading.forms.values():
        use(form, at=used_at)
    loaded = loading.load(decision, digest=reading.digest, there=result.there, opted_out=result.opted_out, by=by, at=at)
    result.episodes, result.patients = loaded.episodes, loaded.patients


def _log_trial(decision: HistoryDecision, result: HistoryResult, by: By, at: datetime) -> None:
    """Nothing was brought in, and patients were looked for all the same."""
    record(
        event=Event.HISTORY_TRIED,
        by=by,
        at=at,
        facts={
            "source": decision.source,
            "decision": decision.reference,
            "rows": result.lines,
            "episodes": result.episodes,
            "refused": result.faulty,
            "opted_out": result.opted_out,
        },
    )
