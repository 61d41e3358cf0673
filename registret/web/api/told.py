"""What record systems are told, as JSON. Numbers of people are masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import override

from registret.exchange.importing.jobs import JobRow
from registret.exchange.importing.kept_rows import KeptFileRows
from registret.exchange.mappings.faults import MappingFault
from registret.kernel.identifiers import mask_personal_numbers
from registret.web.exchange.fault_lines import FaultLine, lines_of
from registret.web.problems import type_of
from registret.words.import_faults import mapping_fault

Told = dict[str, Any]


def told_job(job: JobRow) -> Told:
    return {
        "id": job.file,
        "mapping": job.saved.sub_registry,
        "mapping_version": job.saved.number,
        "dry_run": job.only_tried,
        "state": _state(job),
        "why": job.why or None,
        "sent_at": job.asked_at.isoformat(),
        "kept_until": None if job.is_gone else job.gone_at.isoformat(),
        "rows": {
            "total": job.rows,
            "done": sum(job.counts.values()),
            **{one.value: n for one, n in job.counts.items()},
        },
    }


def _state(job: JobRow) -> str:
    if job.is_running:
        return "running"
    if job.is_stopped:
        return "stopped"
    return "broken_off" if job.why or job.done < job.parts else "done"


def told_rows(found: KeptFileRows) -> list[Told]:
    """One for each fault, in both languages."""
    with override("sv"):
        swedish = list(_lines(found))
    with override("en"):
        english = list(_lines(found))
    return [
        {
            "line": line.line,
            "source_id": line.source_id,
            "outcome": outcome,
            "column": line.column,
            "value": line.value,
            "code": line.code,
            "type": type_of(line.code),
            **_words(line),
            "en": _words(other),
        }
        for (outcome, line), (_, other) in zip(swedish, english, strict=True)
    ]


def told_columns(faults: Sequence[MappingFault]) -> list[Told]:
    return [{"column": mask_personal_numbers(one.about), "code": one.code.value, **_in_words(one)} for one in faults]


def _in_words(fault: MappingFault) -> Told:
    def said(language: str) -> str:
        with override(language):
            return mask_personal_numbers(
                mapping_fault(fault.code, about=fault.about, nearest=fault.nearest, facts=fault.facts)
            )

    return {"text": said("sv"), "en": {"text": said("en")}}


def _lines(found: KeptFileRows) -> Iterator[tuple[str, FaultLine]]:
    for row in found.rows:
        if row.result is not None:
            for line in lines_of(found.mapping, found.table, row.source, row.result):
                yield row.result.outcome.value, line


def _words(line: FaultLine) -> Told:
    return {"text": line.what, "todo": line.todo}
