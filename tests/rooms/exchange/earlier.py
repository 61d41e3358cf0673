"""A history of fictitious episodes, as an earlier platform would hand it over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from registret.demo.history.clinics import WAS_OPEN
from registret.demo.history.country import TELLERS, PastEpisode, Share, Span
from registret.demo.history.registering import PastStep
from registret.records.history.loading import HistoryDecision
from registret.records.lifecycle import StepState

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DECISION = HistoryDecision(
    source="Gamla registret",
    reference="Dnr 2026/117",
    decided_by="Greta Frost, registerhållare",
    decided_on=date(2026, 11, 2),
)
SPAN = Span(years=3, now=NOW)
ULLA = {"name": "Ulla Sköld", "hsa_id": "SE2321009991-E00U4S2"}
OVE = {"name": "Ove Ek"}

Line = dict[str, Any]


def told(sub_registry: str, how_many: int, *, clinic: str) -> list[PastEpisode]:
    """Episodes of patients of their own. `clinic`: where they are of the joints, one that has registered such."""
    share = Share(clinic=clinic, sub_registry=sub_registry, span=SPAN)
    return [one for _, one in zip(range(how_many), filter(None, share.episodes()), strict=False)]


def of_all(each: int, *, clinic: str) -> list[PastEpisode]:
    """Of every sub-registry, closed ones among them, no patient twice."""
    found = [one for code in (*TELLERS.keys() - WAS_OPEN.keys(), *WAS_OPEN) for one in told(code, each, clinic=clinic)]
    return list({one.number: one for one in found}.values())


def line(one: PastEpisode, *, clinic: str) -> Line:
    """Ulla has signed what comes first of each, Ove the rest."""
    return {
        "id": f"IR-{one.system_id}",
        "clinic": clinic,
        "sub_registry": one.sub_registry,
        "version": one.version,
        "number": one.number,
        "steps": dict(_steps(one)),
    }


def _steps(one: PastEpisode) -> Iterator[tuple[str, Line]]:
    for place, step in enumerate(one.steps):
        if step.state is StepState.SIGNED:
            yield step.code, _signed(step, OVE if place else ULLA)


def _signed(step: PastStep, by: Mapping[str, str]) -> Line:
    assert step.at is not None
    return {"state": "signed", "at": step.at.isoformat(), "by": by, "answers": step.answers}


def written(folder: Path, *lines: Line | str, name: str = "history.ndjson") -> Path:
    file = folder / name
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file
