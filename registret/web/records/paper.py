"""Forms on paper: each question with all its options as boxes, and lines to write on. Blank, to fill in by hand, or as
an episode has been answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.records.rows import StepPage
from registret.registries.answers import Answer
from registret.registries.assessing import ScoreNow
from registret.registries.conditions import asked_when
from registret.registries.forms import Form, Question
from registret.registries.queries import name_of
from registret.registries.saying import computed_by, said
from registret.registries.vocabulary import VariableType
from registret.web.pieces import FactText
from registret.web.steps.heads import sex_name, state_name
from registret.web.steps.scores import score_shown
from registret.web.templatetags.look import moment_on_paper
from registret.words.labels import answer_missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    label: str
    is_ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperQuestion:
    """`when`: on which answers it depends, and from which day it can be answered, `how`: how a day or a time is
    written; both only on a blank form. `boxes`: all options, and why an answer is missing. `is_written`: the answer,
    `value`, stands on a line before `unit`."""

    label: str
    help: str
    when: Sequence[str]
    boxes: tuple[Box, ...]
    is_written: bool
    value: str
    unit: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSection:
    name: str
    intro: str
    questions: Sequence[PaperQuestion]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperStep:
    """`scores`: names and values; `has_scores`: some will be computed. `signed`: by whom and when, if it is."""

    name: str
    state: str
    sections: Sequence[PaperSection]
    has_scores: bool
    scores: Sequence[FactText] = ()
    signed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankForm:
    form: Form
    title: str
    steps: Sequence[PaperStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """`first`: the first step of the episode; `whom`: the patient, before the number; `earlier`: the platform that it
    was registered in first, and its id there; or empty."""

    first: StepPage
    title: str
    whom: str
    earlier: str
    steps: Sequence[PaperStep]


def blank(form: Form) -> BlankForm:
    """Every step of a form with every question of it, also those that only follow from answers."""
    steps = [
        PaperStep(
            name=str(step.name),
            state="",
            has_scores=bool(step.scores),
            sections=[
                PaperSection(
                    name=str(section.name),
                    intro=str(section.intro or ""),
                    questions=[_question(form, question, None, is_blank=True) for question in section.questions],
                )
                for section in step.sections
            ],
        )
        for step in form.steps
    ]
    return BlankForm(form=form, title=str(form.register.name), steps=steps)


def filled_in(pages: Sequence[StepPage]) -> FilledForm:
    """An episode as it stands: every question that is asked, answered or not."""
    first = pages[0]
    patient, sex = first.patient, sex_name(first.patient.sex)
    return FilledForm(
        first=first,
        title=name_of(first.episode.sub_registry),
        whom=f"{patient.name}, {sex.lower()}" if patient.name and not patient.is_protected else sex,
        earlier=f"{first.episode.source}, {first.episode.source_id}" if first.episode.source else "",
        steps=[_filled(page) for page in pages],
    )


def _filled(page: StepPage) -> PaperStep:
    answers, row = page.answers[page.step.code], page.step
    sections = [
        PaperSection(
            name=str(section.name),
            intro="",
            questions=[
                _question(page.form, question, answers.get(question.code))
                for question in section.questions
                if question.code in page.assessment.shown
            ],
        )
        for section in page.form_step.sections
    ]
    signed = {"when": moment_on_paper(row.signed_at), "name": row.signed_by_name}
    return PaperStep(
        name=str(page.form_step.name),
        state=state_name(row.state),
        sections=[section for section in sections if section.questions],
        has_scores=bool(page.assessment.scores),
        scores=[score_on_paper(now) for now in page.assessment.scores],
        signed=_("Signerad %(when)s av %(name)s.") % signed if row.signed_at else "",
    )


def score_on_paper(now: ScoreNow) -> FactText:
    shown = score_shown(now)
    return FactText(shown.name, [", ".join(text for text in (shown.line, computed_by(now)) if text)])


def _question(form: Form, question: Question, answer: Answer | None, *, is_blank: bool = False) -> PaperQuestion:
    variable = question.variable
    missing = answer.missing if answer else None
    value = answer.value if answer else None
    chosen = value if isinstance(value, frozenset) else {value}
    options = [Box(label=str(one.label), is_ticked=one.code in chosen) for one in question.options]
    reasons = [Box(label=answer_missing(why), is_ticked=why is missing) for why in variable.missing]
    return PaperQuestion(
        label=str(variable.label),
        help=str(variable.help or "") if is_blank else "",
        when=[one for one in (asked_when(form, question), _opens(form, question)) if one] if is_blank else (),
        boxes=(*options, *reasons),
        is_written=not question.options,
        value="" if question.options or missing is not None else _without_unit(question, answer),
        unit=str(variable.unit or ""),
        how=_how(question) if is_blank else "",
    )


def _opens(form: Form, question: Question) -> str:
    """`Kan besvaras från dygn 30 efter ”Ankomst till sjukhuset”.`"""
    opens = question.variable.opens
    if opens is None:
        return ""
    after = str(form.questions[opens.after].variable.label)
    return _("Kan besvaras från dygn %(days)s efter ”%(after)s”.") % {"days": opens.days, "after": after}


def _without_unit(question: Question, answer: Answer | None) -> str:
    return said(question, answer).removesuffix(f" {question.variable.unit}")


def _how(question: Question) -> str:
    match question.type:
        case VariableType.DATE:
            return _("åååå-mm-dd")
        case VariableType.MOMENT:
            return _("åååå-mm-dd tt.mm")
    return ""
