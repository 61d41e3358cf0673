"""Write the history of the country while its demo runs: `python -m registret.demo.history.filling FILE`.

It is a process of its own, so that pages do not wait for it, and ends with the demo. The file holds the progress.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from registret.demo.history.progress import Progress, read_progress, write_progress

if TYPE_CHECKING:
    from registret.places.queries import ClinicRow

T = TypeVar("T")

_BATCH: Final = 100
"""Episodes in a transaction: an act about patients waits for one at most."""
_KINDNESS: Final = 10


def main() -> None:
    import django

    django.setup()
    file, demo = Path(sys.argv[1]), os.getppid()
    os.nice(_KINDNESS)
    progress = read_progress(file)
    if progress is not None:
        fill(progress, tell=lambda found: write_progress(file, found), goes_on=lambda: os.getppid() == demo)


def fill(
    progress: Progress,
    *,
    size: float = 1.0,
    tell: Callable[[Progress], object] = bool,
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Write what is not written yet, and return how many episodes that was. `tell` is called after each batch, and
    `goes_on` before it. `size`: as in `Span`."""
    # They import models.
    from registret.demo.history.country import Span, shares
    from registret.demo.history.loading import load
    from registret.places.queries import every_clinic

    clinics = {row.code: row for row in every_clinic()}
    span = Span(years=progress.years, now=progress.now, size=size)
    wanted = shares(clinics, span)
    # And an edition, so that the figures of others are told before the first one is due, with the counts of all.
    of, before, written = sum(share.patients for share in wanted) + 1, 0, 0
    for share in wanted:
        # What is done is passed over by whole shares; within one, what is there is not written again.
        if before + share.patients > progress.done:
            done = before
            for batch in _batches(share.episodes()):
                if not goes_on():
                    return written
                written += load([one for one in batch if one is not None], clinic=clinics[share.clinic])
                done += len(batch)
                tell(replace(progress, done=done, of=of))
        before += share.patients
    if progress.done < of and goes_on():
        _bring_edition(clinics, since=span.first_day, at=progress.now)
        tell(replace(progress, done=of, of=of))
    return written


def _bring_edition(clinics: Mapping[str, ClinicRow], *, since: date, at: datetime) -> None:
    """With the counts of all."""
    from registret.demo.history.counting import bring_counts
    from registret.reports.editions import make_edition

    bring_counts({row.id: row.code for row in clinics.values()}, since=since, at=at)
    make_edition(at=at)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


if __name__ == "__main__":
    main()
