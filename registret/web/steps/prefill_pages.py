"""What the page of suggestions from the record system says, and the note about them on the page of the step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.exchange.nkrr.form_data import ResultCode
from registret.exchange.nkrr.suggesting import Found, can_ask
from registret.exchange.nkrr.suggestions import Suggestion
from registret.records.rows import StepPage
from registret.registries.saying import said
from registret.web.pieces import Note, OptionText, options
from registret.web.steps.heads import PatientHead, head_of, step_address
from registret.words.labels import asked

PREFILL: Final = "journalen"
"""In the address of a step, after the record system was asked about it."""


class PrefillEnd(StrEnum):
    """As the address says it."""

    SILENT = "tyst"
    NOTHING = "tom"
    SOME = "delvis"
    OLD = "gammal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """`text`: the answer with its unit."""

    variable: str
    written: tuple[str, ...]
    text: str
    source: str
    is_ambiguous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is suggested, as the page keeps it."""

    answers: tuple[ShownAnswer, ...]
    result: ResultCode
    unusable: int

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        answers = (ShownAnswer(**one | {"written": tuple(one["written"])}) for one in told["answers"])
        return cls(answers=tuple(answers), result=ResultCode(told["result"]), unusable=told["unusable"])


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillNote:
    """`url`: where the record system is asked, empty if it cannot be. `end`: how it went."""

    url: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillPage:
    """`remarks`: what is to be known of the suggestions."""

    head: PatientHead
    form: forms.Form
    answers: Sequence[OptionText]
    remarks: Sequence[Note]
    step: str
    url: str


def shown_of(page: StepPage, found: Found) -> Shown:
    return Shown(
        answers=tuple(_shown(page, one) for one in found.suggestions), result=found.result, unusable=found.unusable
    )


def _shown(page: StepPage, one: Suggestion) -> ShownAnswer:
    return ShownAnswer(
        variable=one.variable,
        written=one.written,
        text=said(page.form.questions[one.variable], one.answer),
        source=one.source,
        is_ambiguous=one.is_ambiguous,
    )


def prefill_page(page: StepPage, form: forms.Form, shown: Shown) -> PrefillPage:
    texts = {str(place): _text(page, one) for place, one in enumerate(shown.answers)}
    return PrefillPage(
        head=head_of(page, act=_("Förslag från journalen")),
        form=form,
        answers=options(form["accepted"], texts),
        remarks=_remarks(shown),
        step=step_address(page),
        url=step_address(page, "step_prefill"),
    )


def _text(page: StepPage, one: ShownAnswer) -> tuple[str, str]:
    """The question with the answer, and where that comes from."""
    source = one.source or _("står inte i svaret")
    hint = _("Källa: %(source)s.") % {"source": source}
    if one.is_ambiguous:
        hint += " " + _("Den timmen kom två gånger, när klockan ställdes tillbaka. Den första är vald: kontrollera.")
    return f"{asked(str(page.form.questions[one.variable].variable.label))} {one.text}", hint


def _remarks(shown: Shown) -> list[Note]:
    remarks = []
    if shown.result is ResultCode.ERROR:
        remarks.append(Note("warn", _("Något gick fel i journalen. Svaren här är riktiga, men fler kan saknas.")))
    if shown.result is ResultCode.INFO:
        remarks.append(Note("info", _("Journalen kunde inte svara på alla frågor.")))
    if shown.unusable:
        told = ngettext(
            "%(n)s svar ur journalen passar inte i formuläret.",
            "%(n)s svar ur journalen passar inte i formuläret.",
            shown.unusable,
        )
        remarks.append(Note("info", told % {"n": shown.unusable}))
    return remarks


def prefill_note(page: StepPage, actor: Actor, written: str) -> PrefillNote | None:
    """For one who fills the step in. `written`: how it went, as the address says it."""
    end = next((one for one in PrefillEnd if one == written), None)
    url = step_address(page, "step_prefill") if can_ask(actor, page) else ""
    return PrefillNote(url=url, end=_end(end)) if url or (end and page.is_writable) else None


def _end(end: PrefillEnd | None) -> str:
    match end:
        case PrefillEnd.SILENT:
            return _("Journalen svarade inte. Fyll i själv, eller försök igen senare.")
        case PrefillEnd.NOTHING:
            return _("Journalen hade inga svar på det som är obesvarat.")
        case PrefillEnd.SOME:
            return _("Några svar fördes inte in: de är besvarade redan, eller kan inte besvaras än.")
        case PrefillEnd.OLD:
            return _("Förslagen är för gamla. Hämta dem igen.")
    return ""
