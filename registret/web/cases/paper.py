"""Extracts as PDF, made in memory and kept nowhere: language and title are in the file, chapters in its outline.

Measured, in seconds of one core: a log extract of 1,000 entries takes 0.2, of 4,000 0.5, of 10,000 1.1, and then has a
megabyte, for which the process grows by 7. That is the longest
(`extracts.PAPER_ROWS`); what is longer comes as JSON.
The tables are drawn here, because those of fpdf2 took 1.6, 6.4 and 16, and a request is no place for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import font_source_sans_pro
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from registret.kernel.sweden import SWEDEN
from registret.oversight.extracts import LogExtract, Seen
from registret.records.patient_rights.in_words import EpisodeInWords, RegistryExtract, RevisionInWords, StepInWords
from registret.records.rows import PatientRow
from registret.web.cases.processing import about
from registret.words.events import event_name

FONTS: Final = Path(font_source_sans_pro.__file__).parent / "files"
_FAMILY: Final = "source"
_INK: Final = (22, 33, 28)
_SOFT: Final = (85, 98, 92)
_LINE: Final = (205, 213, 209)
# Of tables, in points and millimetres.
_SMALL: Final = 9.5
_LEADING, _PAD, _GAP, _BASELINE = 4.6, 0.8, 2.2, 3.3


def registry_extract(found: RegistryExtract) -> bytes:
    """Registerutdrag: all about one person."""
    paper = _Paper(_("Registerutdrag"), found.case_number, found.at)
    paper.patient(found.patient)
    paper.say(_("Här står allt som registret har om dig, från alla vårdgivare, när utdraget togs fram."))
    paper.chapter(_("Person"))
    paper.facts(_person(found))
    if not found.episodes:
        paper.chapter(_("Vårdepisoder"))
        paper.say(_("Det finns inga vårdepisoder."))
    for episode in found.episodes:
        _episode(paper, episode)
    _processing(paper, found)
    return paper.bytes()


def _processing(paper: _Paper, found: RegistryExtract) -> None:
    words = about(found)
    paper.chapter(_("Om behandlingen"))
    paper.facts(
        (
            (_("Centralt ansvarig"), words.central),
            (_("Lokalt ansvarig"), ", ".join(words.local) or "–"),
            (_("Dataskyddsombud"), words.data_protection),
            (_("Ändamål"), words.purposes),
            (_("Rättslig grund"), words.ground),
            (_("Uppgifter"), words.categories),
            (_("Kommer från"), words.source),
            (_("Mottagare"), " ".join(words.recipients)),
            (_("Hur länge"), ". ".join(words.kept) or "–"),
            (_("Dina rättigheter"), " ".join(words.rights)),
        )
    )


def log_extract(found: LogExtract) -> bytes:
    """Loggutdrag: from where, when, and whether anything was changed; no names of those who looked."""
    paper = _Paper(_("Loggutdrag"), found.case_number, found.at)
    paper.patient(found.patient)
    paper.say(
        _(
            "Här står när dina uppgifter i registret har lästs eller ändrats, och från vilken vårdenhet. Namn på den "
            "som läste ingår inte. Undrar du varför någon har läst? Hör av dig till vårdenheten."
        )
    )
    paper.chapter(_("Åtkomst till dina uppgifter"))
    paper.table(
        (_("När"), _("Vårdenhet"), _("Vårdgivare"), _("Vad"), _("Läst eller ändrat")),
        (
            (
                _moment(row.at),
                row.unit or settings.REGISTRY_NAME,
                row.care_provider or settings.CENTRAL_CONTROLLER,
                _what(row),
                _("ändrat") if row.is_change else _("läst"),
            )
            for row in found.rows
        ),
        widths=(17, 29, 19, 23, 12),
    )
    return paper.bytes()


def _what(row: Seen) -> str:
    if row.times == 1:
        return event_name(row.event)
    return _("%(event)s, %(times)s gånger den dagen") % {"event": event_name(row.event), "times": row.times}


def _person(found: RegistryExtract) -> Iterable[tuple[str, str]]:
    patient = found.patient
    yield _("Id i registret"), patient.system_id
    yield _("Namn"), patient.name or _("okänt för registret")
    yield _("Född"), patient.birth_date.isoformat()
    yield _("Kön"), found.sex
    protected = _("ja, enligt folkbokföringen") if found.register_protects else _("ja")
    yield _("Skyddad identitet"), protected if patient.is_protected else _("nej")
    yield _("Avliden"), patient.died_on.isoformat() if patient.died_on else _("nej")
    yield _("Finns i registret sedan"), _moment(found.created_at)
    yield _("Folkbokföringen svarade senast"), _moment(found.looked_up_at)
    for one in found.numbers:
        until = _("till %(moment)s") % {"moment": _moment(one.until)} if one.until else _("gäller nu")
        yield one.kind, f"{one.number.shown}, {_('från')} {_moment(one.since)}, {until}"
    for merged in found.merged:
        yield _("Ihopslagen med"), f"{merged.gone}, {_moment(merged.at)}, {merged.by_name}: {merged.reason}"


def _episode(paper: _Paper, found: EpisodeInWords) -> None:
    paper.chapter(f"{found.sub_registry}, {_moment(found.began_at)[:10]}")
    paper.facts(
        (
            (_("Vårdepisod"), found.system_id),
            (_("Vårdgivare"), found.care_provider),
            (_("Vårdenhet"), found.unit),
            (_("Började"), _moment(found.began_at)),
            (_("Registrerad"), f"{_moment(found.created_at)}, {found.created_by_name}"),
        )
    )
    for step in found.steps:
        _step(paper, step)


def _step(paper: _Paper, found: StepInWords) -> None:
    paper.heading(f"{found.name}: {found.state}")
    if found.signed_at:
        paper.say(
            _("Signerad %(at)s av %(name)s, %(unit)s.")
            % {"at": _moment(found.signed_at), "name": found.signed_by_name, "unit": found.unit}
        )
    if found.research_gone_at:
        paper.say(_("Svaren på forskningsfrågorna gallrades %(at)s.") % {"at": _moment(found.research_gone_at)})
    if found.answers:
        paper.table((_("Fråga"), _("Svar")), ((a.question, a.answer) for a in found.answers), widths=(55, 45))
    else:
        paper.say(_("Inga svar."))
    if found.computed:
        paper.table(
            (_("Beräknat ur svaren"), _("Resultat")), ((c.name, c.words) for c in found.computed), widths=(55, 45)
        )
    if found.revisions:
        paper.heading(_("Ändringar: %(step)s") % {"step": found.name}, small=True)
        paper.table(
            (_("När"), _("Vem"), _("Vad"), _("Före"), _("Efter")),
            (line for revision in found.revisions for line in _changes(revision)),
            widths=(16, 24, 28, 16, 16),
        )


def _changes(found: RevisionInWords) -> Iterable[tuple[str, ...]]:
    who = ", ".join(text for text in (found.by_name, found.by_role, found.unit) if text)
    act = f"{found.act}: {found.reason}" if found.reason else found.act
    if not found.changes:
        yield _moment(found.at), who, act, "", ""
    when = _moment(found.at)
    for change in found.changes:
        yield when, who, f"{act}: {change.question}", change.before, change.after
        when = who = ""


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(SWEDEN):%Y-%m-%d %H:%M}" if value else "–"


class _Paper:
    """A document in the making: A4, page numbers, the case number on each page."""

    def __init__(self, title: str, case_number: str, at: datetime) -> None:
        self._title, self._at = title, at
        self._widths: dict[tuple[str, str], float] = {}
        foot = f"{settings.REGISTRY_NAME} · {title} · {_('ärende')} {case_number} · {_moment(at)}"
        self._pdf = _Numbered(foot)
        pdf = self._pdf
        pdf.set_title(f"{title}, {settings.REGISTRY_NAME}")
        pdf.set_author(settings.CENTRAL_CONTROLLER)
        pdf.set_lang(get_language() or settings.LANGUAGE_CODE)
        pdf.set_creation_date(at)
        pdf.set_display_mode("fullwidth")
        pdf.set_margins(20, 18)
        pdf.c_margin = 0
        pdf.set_auto_page_break(True, margin=22)
        pdf.add_font(_FAMILY, fname=FONTS / "SourceSansPro-Regular.ttf")
        pdf.add_font(_FAMILY, style="B", fname=FONTS / "SourceSansPro-Semibold.ttf")
        pdf.set_text_color(*_INK)
        pdf.set_draw_color(*_LINE)
        pdf.add_page()
        self._text(title, size=24, style="B")
        self._text(f"{settings.REGISTRY_NAME}, {settings.CENTRAL_CONTROLLER}", size=11, soft=True)
        pdf.ln(4)
        self._case_number = case_number

    def patient(self, patient: PatientRow) -> None:
        self.facts(
            (
                (_("Namn"), patient.name or _("okänt för registret")),
                (_("Nummer"), patient.number.shown),
                (_("Ärende"), self._case_number),
                (_("Framtaget"), _moment(self._at)),
            )
        )
        self._pdf.ln(2)

    def chapter(self, text: str) -> None:
        self._space_for(40)
        self._pdf.ln(5)
        self._pdf.start_section(text)
        self._text(text, size=16, style="B")
        self._pdf.ln(1)

    def heading(self, text: str, *, small: bool = False) -> None:
        self._space_for(25)
        self._pdf.ln(3)
        if not small:
            self._pdf.start_section(text, level=1)
        self._text(text, size=10.5 if small else 12.5, style="B")
        self._pdf.ln(1)

    def say(self, text: str) -> None:
        self._text(text, size=10.5)
        self._pdf.ln(1)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Names and values, without a heading row."""
        self._table(rows, widths=(34, 66), headings=None)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[int]) -> None:
        """Its heading row comes again on each page."""
        self._table(rows, widths=widths, headings=headings)

    def bytes(self) -> bytes:
        return bytes(self._pdf.output())

    def _table(self, rows: Iterable[Sequence[str]], *, widths: Sequence[int], headings: Sequence[str] | None) -> None:
        pdf = self._pdf
        x, columns = pdf.l_margin, []
        for share in widths:
            columns.append((x, pdf.epw * share / sum(widths) - _GAP))
            x += pdf.epw * share / sum(widths)
        pdf.set_font(_FAMILY, size=_SMALL)
        if headings is not None:
            self._row(headings, columns, headings=headings, is_heading=True)
        for cells in rows:
            self._row(cells, columns, headings=headings)
        pdf.ln(1)

    def _row(
        self,
        cells: Sequence[str],
        columns: Sequence[tuple[float, float]],
        *,
        headings: Sequence[str] | None,
        is_heading: bool = False,
    ) -> None:
        """On the next page, with the heading row, if there is no room; what is very high goes on there."""
        pdf = self._pdf
        style = "B" if is_heading else ""
        texts = [self._wrapped(text, width, style) for text, (_left, width) in zip(cells, columns, strict=True)]
        left = max(len(lines) for lines in texts)
        while left:
            room = self._room(pdf.get_y())
            # What takes half a page or more begins where it stands, so that its heading is not left alone.
            if room < left and (room < 3 or left < self._room(pdf.t_margin) / 2):
                pdf.add_page()
                if headings is not None:
                    self._row(headings, columns, headings=headings, is_heading=True)
                continue
            shown = min(left, room)
            for place, (lines, (x, _width)) in enumerate(zip(texts, columns, strict=True)):
                soft = is_heading or (headings is None and place == 0)
                self._lines(lines[:shown], x, style=style, soft=soft)
            texts = [lines[shown:] for lines in texts]
            left -= shown
            pdf.set_y(pdf.get_y() + shown * _LEADING + 2 * _PAD)
            if headings is not None:
                pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())

    def _room(self, y: float) -> int:
        """How many lines a row may have that begins there."""
        return int((self._pdf.page_break_trigger - y - 2 * _PAD) / _LEADING)

    def _lines(self, lines: Sequence[str], x: float, *, style: str, soft: bool) -> None:
        """At the height of the row that is being drawn."""
        pdf = self._pdf
        pdf.set_font(_FAMILY, style=style, size=_SMALL)
        pdf.set_text_color(*(_SOFT if soft else _INK))
        for number, line in enumerate(lines):
            if line:
                pdf.text(x, pdf.get_y() + _PAD + number * _LEADING + _BASELINE, line)
        pdf.set_text_color(*_INK)

    def _wrapped(self, text: str, width: float, style: str) -> list[str]:
        """Lines that fit; a word that is wider than that is broken where it must be."""
        lines = []
        for paragraph in text.splitlines() or [""]:
            line, used = "", 0.0
            for word in paragraph.split():
                for part in self._broken(word, width, style):
                    needed = self._width(part, style) + (self._width(" ", style) if line else 0)
                    if line and used + needed > width:
                        lines.append(line)
                        line, used, needed = "", 0.0, self._width(part, style)
                    line = f"{line} {part}" if line else part
                    used += needed
            lines.append(line)
        return lines

    def _broken(self, word: str, width: float, style: str) -> Iterable[str]:
        if self._width(word, style) <= width:
            return [word]
        parts = [""]
        for letter in word:
            if parts[-1] and self._width(parts[-1] + letter, style) > width:
                parts.append("")
            parts[-1] += letter
        return parts

    def _width(self, text: str, style: str) -> float:
        """Of a word in the letters of a table; most words come again and again."""
        known = self._widths.get((text, style))
        if known is None:
            self._pdf.set_font(_FAMILY, style=style, size=_SMALL)
            known = self._widths[text, style] = self._pdf.get_string_width(text)
        return known

    def _text(self, text: str, *, size: float, style: str = "", soft: bool = False) -> None:
        pdf = self._pdf
        pdf.set_font(_FAMILY, style=style, size=size)
        pdf.set_text_color(*(_SOFT if soft else _INK))
        pdf.multi_cell(0, size * 0.48, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        pdf.set_text_color(*_INK)

    def _space_for(self, millimetres: float) -> None:
        """A heading does not stand alone at the foot of a page."""
        if self._pdf.will_page_break(millimetres):
            self._pdf.add_page()


class _Numbered(FPDF):
    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self._foot = foot

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(_FAMILY, size=8.5)
        self.set_text_color(*_SOFT)
        self.cell(150, 5, self._foot)
        self.cell(0, 5, _("sida %(n)s av {nb}") % {"n": self.page_no()}, align="R")
        self.set_text_color(*_INK)
