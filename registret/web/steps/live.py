"""What the script of a form is told: what is asked now, what is odd, what scores come to, what others wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from registret.records.lifecycle import StepState
from registret.records.reporting.writing import WriteOutcome
from registret.records.rows import Other, StepPage
from registret.registries.answers import written
from registret.registries.forms import Question
from registret.web.steps.faults import odd_of, overtaken, stops_of
from registret.web.steps.fields import StepAnswers
from registret.web.steps.obstacles import next_to_do, to_do
from registret.web.steps.pages import StepFormPage
from registret.web.steps.parts import parts_of
from registret.web.steps.scores import ScoreShown, score_shown
from registret.words.days import clock_in_words
from registret.words.labels import asked


def live(outcome: WriteOutcome, faults: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """What the browser is told after it saved or asked: what is asked now, what is odd, what scores come to."""
    page = outcome.page
    questions = {question.code: question for question in page.form_step.questions}
    parts = parts_of(page.form_step, StepAnswers.of(page, at=at))
    return {
        "version": page.step.version,
        "saved": clock_in_words(page.step.saved_at or at),
        "shown": sorted(page.assessment.shown),
        "stops": {code: stops_of(question, page.assessment) for code, question in questions.items()},
        "odd": {code: odd_of(question, page.assessment) for code, question in questions.items()},
        "faults": faults,
        "conflicts": [conflict.code for conflict in outcome.conflicts],
        "others": {
            code: _other(page, questions[code], outcome.others[code]) for code in questions if code in outcome.others
        },
        "closed": _closed(page),
        "scores": {now.score.code: _score(score_shown(now)) for now in page.assessment.scores},
        "left": {part.code: part.left for part in parts},
        "done": [part.code for part in parts if part.is_done],
        "told": {part.code: part.told for part in parts if part.is_optional},
        "to_do": to_do(page.assessment),
        "next": next_to_do(page),
    }


def refused_live(shown: StepFormPage, outcome: WriteOutcome, faults: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """As `live`, of a form that was sent and not accepted: with the summary of what is to be mended and answered."""
    fields = [field for part in shown.sheet.parts for field in part.fields]
    unanswered = {field.code: field.remarks.fault for field in fields if field.remarks.is_unanswered}
    obstacles = shown.obstacles
    return live(outcome, faults, at) | {
        "unanswered": unanswered,
        "title": obstacles.title,
        "seen": obstacles.seen,
        "troubles": [{"code": t.code, "text": t.text, "left": t.is_unanswered} for t in obstacles.troubles],
    }


def _score(shown: ScoreShown) -> dict[str, Any]:
    return {
        "value": shown.value,
        "counted": shown.is_counted,
        "word": shown.is_word,
        "unit": shown.unit,
        "reading": shown.reading,
    }


def _other(page: StepPage, question: Question, other: Other) -> dict[str, Any]:
    """An answer that another user changed: what a field is filled with, and what is said of it there. `clash`: if the
    field holds something else that is not saved."""
    theirs = page.answers[page.step.code].get(question.code)
    said_of_it = {"name": other.by_name, "clock": clock_in_words(other.at)}
    return {
        "texts": list(written(question, theirs)),
        "label": asked(str(question.variable.label)),
        "changed": _("Ändrat av %(name)s kl. %(clock)s.") % said_of_it,
        "clash": overtaken(question, theirs, other.by_name),
    }


def _closed(page: StepPage) -> str:
    """Why nothing more can be written, if another user has seen to that."""
    if page.is_writable:
        return ""
    if page.step.state is StepState.CLOSED:
        return _("Patienten har avlidit, och steget är stängt. Ladda om sidan.")
    if page.step.state is StepState.SIGNED:
        return _("%(name)s har signerat. Ladda om sidan.") % {"name": page.step.signed_by_name}
    return _("Steget har flyttats till en annan klinik. Ladda om sidan.")
