"""A large file: what its page says, while a worker tries it or brings it in, and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.exchange.importing.jobs import JobRow
from registret.exchange.importing.kept_rows import KeptFileRows, KeptRow
from registret.exchange.importing.results import RowOutcome
from registret.web.exchange.fault_lines import FaultLine, lines_of
from registret.web.exchange.forms import titled
from registret.web.exchange.pages import SHOWN, FileLine, button_words, counted, mapping_link, table_facts
from registret.web.pieces import FactText, Link, Note
from registret.web.templatetags.look import iso
from registret.words.refusals import in_general


@dataclass(frozen=True, slots=True)
class ActButton:
    value: str
    text: str
    css: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LargePage:
    title: str
    said: Note | None
    is_running: bool
    progress: str
    percent: int
    facts: Sequence[FactText]
    told: str
    buttons: Sequence[ActButton]
    errors_file: str
    refused: Sequence[FaultLine]
    kept: Sequence[FaultLine]
    more: str
    mapping: Link


def large_page(job: JobRow, rows: KeptFileRows | None) -> LargePage:
    """`rows`: the first of those of which something is told; None if the file is gone."""
    told = rows.rows if rows is not None else ()
    refused, kept = (_lines(rows, told, is_refused=is_refused) for is_refused in (True, False))
    is_under_way = job.is_running or job.is_stopped
    return LargePage(
        title=_title(job),
        said=_said(job),
        is_running=job.is_running,
        progress=progress_words(job) if is_under_way else "",
        percent=job.percent,
        facts=_facts(job, rows),
        told=_told(job),
        buttons=_buttons(job),
        errors_file=reverse("import_errors", args=[job.file]) if told and not job.is_running else "",
        refused=refused[:SHOWN],
        kept=kept[:SHOWN],
        more=_("Alla fel står i filen med fel.") if len(told) >= SHOWN else "",
        mapping=mapping_link(job.saved),
    )


def progress_words(job: JobRow) -> str:
    words = _("%(done)s av %(rows)s rader provade") if job.only_tried else _("%(done)s av %(rows)s rader lästa")
    return words % {"done": sum(job.counts.values()), "rows": job.rows}


def file_lines(files: Sequence[JobRow]) -> list[FileLine]:
    return [
        FileLine(
            link=Link(titled(job.saved), reverse("import_file", args=[job.file])), at=job.asked_at, state=_state(job)
        )
        for job in files
    ]


def _state(job: JobRow) -> str:
    if job.is_running or job.is_stopped:
        return f"{_title(job)}: {progress_words(job)}"
    return f"{_title(job)}: {', '.join(counted(job.counts))}"


def _lines(rows: KeptFileRows | None, told: Sequence[KeptRow], *, is_refused: bool) -> list[FaultLine]:
    if rows is None:
        return []
    return [
        line
        for row in told
        if row.result and (row.result.outcome is RowOutcome.REFUSED) is is_refused
        for line in lines_of(rows.mapping, rows.table, row.source, row.result)
    ]


def _title(job: JobRow) -> str:
    if job.is_running:
        return _("Filen provas") if job.only_tried else _("Filen läses in")
    if job.is_stopped:
        return _("Filen är stoppad")
    if job.why:
        return _("Filen är avbruten")
    return _("Filen är provad") if job.only_tried else _("Filen är inläst")


def _said(job: JobRow) -> Note | None:
    if job.is_running:
        return None
    told = ", ".join(counted(job.counts))
    if job.why:
        refusal = in_general(job.why)
        return Note("bad", " ".join((refusal.title, refusal.happened, *refusal.todo[:1])), "alert")
    if job.is_stopped:
        return Note("warn", _("Det som är inläst är kvar. Fortsätt när du vill."), "status")
    if not job.only_tried:
        return Note("ok", _("Inläst: %(told)s.") % {"told": told}, "status")
    kind = "warn" if job.counts[RowOutcome.REFUSED] else "info"
    return Note(kind, _("Filen är bara provad. Den skulle ge: %(told)s.") % {"told": told}, "status")


def _facts(job: JobRow, rows: KeptFileRows | None) -> list[FactText]:
    facts = table_facts(job.saved, rows.table if rows is not None else None, job.rows)
    if job.opted_out:
        number = ngettext("%(n)s rad togs bort", "%(n)s rader togs bort", job.opted_out) % {"n": job.opted_out}
        facts.append(FactText(_("Patienter som har avböjt"), [number]))
    kept = _("Filen finns inte längre") if job.is_gone else _("Krypterad, till %(at)s") % {"at": iso(job.gone_at)}
    return [*facts, FactText(_("Sparad"), [kept])]


def _told(job: JobRow) -> str:
    if not job.can_be_brought_in:
        return ""
    if job.counts[RowOutcome.REFUSED]:
        return _("Rätta helst filen och prova den igen. Det som redan är inläst blir inte dubbelt.")
    return _("Varje rad läses in för sig. Du kan stoppa och fortsätta.")


def _buttons(job: JobRow) -> list[ActButton]:
    buttons = []
    if job.can_be_brought_in:
        text = button_words(job.to_bring_in, some_refused=bool(job.counts[RowOutcome.REFUSED]))
        buttons.append(ActButton("bring_in", text, "btn"))
    if job.is_running:
        buttons.append(ActButton("stop", _("Stoppa"), "btn quiet"))
    if job.is_stopped and not job.is_gone:
        buttons.append(ActButton("go_on", _("Fortsätt"), "btn"))
    if not job.is_running and not job.is_gone:
        buttons.append(ActButton("remove", _("Ta bort filen"), "btn quiet"))
    return buttons
