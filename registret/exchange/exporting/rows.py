"""Episodes become rows of cells, one for each episode or step. What a format makes of a cell is its own matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from registret.exchange.exporting.wishes import RowFor, ShownAs
from registret.records.queries.exports import ExportedEpisode, ExportedStep
from registret.registries.answers import MISSING_KEY, Answer
from registret.registries.assessing import known_after_all
from registret.registries.forms import Form, FormScore, Question
from registret.registries.saying import said
from registret.words.extracts import sex_name, step_state_name
from registret.words.labels import yes_or_no

Cell = str | Decimal | date | datetime | None

EPISODE_ID, NUMBER, BIRTH_DATE, SEX = "episode_id", "number", "birth_date", "sex"
FORM_VERSION: Final = "form_version"
BETWEEN: Final = ","
"""Between several choices in one cell, where they are codes."""


class ExportLayout:
    """The columns of a file: about episode and patient, about steps, the variables, the scores. `forms`: all versions
    of the form, oldest first; a cell is empty where a version has no such variable.

    `columns`: by code. No variable is called like one of the others, which a test holds. `header`: as the file names
    them.
    """

    def __init__(self, forms: Sequence[Form], shown_as: ShownAs, row_for: RowFor) -> None:
        self._shown_as = shown_as
        self._row_for = row_for
        self._questions = {code: one for form in forms for code, one in form.questions.items()}
        self._scores = {code: one for form in forms for code, one in form.scores.items()}
        self._steps = {step.code: str(step.name) for form in forms for step in form.steps}
        labels = {**self._labels(), **{code: _titled(one) for code, one in self._questions.items()}}
        labels |= {code: str(score.name) for code, score in self._scores.items()}
        self.columns = tuple(labels)
        self.header = self.columns if shown_as is ShownAs.CODES else tuple(_told_apart(labels))

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(self._questions)

    def _labels(self) -> dict[str, str]:
        """Of the columns that are no answers."""
        about_step = {"state": _("Status"), "signed_at": _("Signerad"), "signed_by": _("Signerad av")}
        if self._row_for is RowFor.STEP:
            steps = {"step": _("Steg"), **about_step}
        else:
            steps = {
                f"{step}.{code}": f"{name}: {label}"
                for step, name in self._steps.items()
                for code, label in about_step.items()
            }
        return {
            EPISODE_ID: _("Vårdepisod"),
            NUMBER: _("Personnummer"),
            BIRTH_DATE: _("Födelsedatum"),
            SEX: _("Kön"),
            FORM_VERSION: _("Formulärets version"),
            **steps,
        }

    def rows(self, episode: ExportedEpisode) -> Iterator[list[Cell]]:
        told = {step.code: self._step(episode, step) for step in episode.steps}
        scores = scores_of(episode)
        if self._row_for is RowFor.EPISODE:
            facts = {f"{step}.{about}": cell for step, cells in told.items() for about, cell in cells.items()}
            answers = {code: answer for step in episode.steps for code, answer in step.answers.items()}
            yield self._row(episode, facts, answers, scores)
            return
        for step in episode.steps:
            own = {one.code: scores[one.code] for one in episode.form.step(step.code).scores if one.code in scores}
            name = self._words(step.code, self._steps.__getitem__)
            yield self._row(episode, {"step": name, **told[step.code]}, step.answers, own)

    def _row(
        self,
        episode: ExportedEpisode,
        facts: Mapping[str, Cell],
        answers: Mapping[str, Answer],
        scores: Mapping[str, Decimal],
    ) -> list[Cell]:
        patient, form = episode.patient, episode.form
        sex = self._words(patient.sex.value, sex_name)
        cells: dict[str, Cell] = {
            EPISODE_ID: episode.system_id,
            NUMBER: patient.numbers[0].shown if patient.numbers else None,
            BIRTH_DATE: patient.birth_date,
            SEX: sex,
            FORM_VERSION: Decimal(form.version),
            **facts,
        }
        cells |= {code: self._answer(form.questions[code], answer) for code, answer in answers.items()}
        cells |= {code: self._score(form.scores[code], value) for code, value in scores.items()}
        return [cells.get(code) for code in self.columns]

    def _step(self, episode: ExportedEpisode, step: ExportedStep) -> dict[str, Cell]:
        return {
            "state": self._words(step.state.value, step_state_name),
            "signed_at": step.signed_at,
            "signed_by": step.signed_by_name or None,
        }

    def _answer(self, question: Question, answer: Answer) -> Cell:
        match answer.value:
            case Decimal() if answer.mark is None:
                return answer.value
            case datetime() | date():
                return answer.value
        if self._shown_as is ShownAs.LABELS:
            return said(question, answer)
        if answer.missing is not None:
            return f"{MISSING_KEY}:{answer.missing.value}"
        if isinstance(answer.value, frozenset):
            return BETWEEN.join(sorted(answer.value))
        return f"{answer.mark or ''}{answer.value}"

    def _score(self, score: FormScore, value: Decimal) -> Cell:
        is_word = score.is_yes_or_no and self._shown_as is ShownAs.LABELS
        return yes_or_no(value == 1) if is_word else value

    def _words(self, code: str, label: Callable[[str], str]) -> str:
        return code if self._shown_as is ShownAs.CODES else label(code)


def scores_of(episode: ExportedEpisode) -> dict[str, Decimal]:
    """Those that have a value. A step that nobody has begun may have one: a death before it says enough."""
    answers = {step.code: step.answers for step in episode.steps}
    known = known_after_all(episode.form, answers=answers, patient=episode.known)
    return {code: value for code in episode.form.scores if isinstance(value := known[code], Decimal)}


def _titled(question: Question) -> str:
    unit = question.variable.unit
    return f"{question.variable.label} ({unit})" if unit else str(question.variable.label)


def _told_apart(labels: Mapping[str, str]) -> Iterator[str]:
    """Labels that are the same have their codes behind them."""
    often = Counter(labels.values())
    for code, label in labels.items():
        yield label if often[label] == 1 else f"{label} [{code}]"
