"""Forms on paper as PDF: the same questions as on the pages that are printed, for those who need tags or a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from registret.web.records.paper import BlankForm, FilledForm, PaperSection, PaperStep
from registret.web.templatetags.look import in_full
from registret.web.typeset import Frame, frame, typeset


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledStep:
    name: str
    sections: Sequence[PaperSection]
    facts: Sequence[tuple[str, str]]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOnPaper:
    """`facts`: about whom, on a form that is filled in; `lines`: what is written by hand about them on a blank one."""

    frame: Frame
    intro: str
    about: str
    facts: Sequence[tuple[str, str]]
    lines: Sequence[str]
    steps: Sequence[FilledStep]


def blank_pdf(page: BlankForm, *, at: datetime) -> bytes:
    version = _("Tomt formulär, version %(version)s. Fylls i för hand, och skrivs sedan in i registret.")
    later = _("Poäng och tider räknas ut när svaren skrivs in.")
    document = FormOnPaper(
        frame=frame(page.title, about=_("Tomt formulär"), at=at),
        intro=version % {"version": page.form.version},
        about=_("Patienten"),
        facts=(),
        lines=(_("Nummer"), _("Ifyllt av, och när")),
        steps=[_step(step, step.name, [later] if step.has_scores else []) for step in page.steps],
    )
    return typeset("records/form.typ", document, at=at)


def filled_pdf(page: FilledForm, *, at: datetime) -> bytes:
    first = page.first
    document = FormOnPaper(
        frame=frame(page.title, about=first.episode.system_id, at=at),
        intro="",
        about=_("Patienten"),
        facts=(
            (_("Vem"), page.whom),
            (_("Nummer"), first.patient.number.shown),
            (_("Vårdepisod"), first.episode.system_id),
            (_("Ankomst"), in_full(first.arrival)),
            *([(_("Tidigare plattform"), page.earlier)] if page.earlier else []),
        ),
        lines=(),
        steps=[_step(step, f"{step.name}: {step.state}", [step.signed] if step.signed else []) for step in page.steps],
    )
    return typeset("records/form.typ", document, at=at)


def _step(step: PaperStep, name: str, texts: Sequence[str]) -> FilledStep:
    scores = [(score.term, " ".join(score.lines)) for score in step.scores]
    return FilledStep(name=name, sections=step.sections, facts=scores, texts=texts)
