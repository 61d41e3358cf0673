"""What the answers of a step come to: scores and times, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from registret.records.rows import StepPage
from registret.registries.assessing import ScoreNow
from registret.registries.forms import FormScore
from registret.registries.saying import computed
from registret.registries.vocabulary import Block

_FEW_SCORES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreShown:
    """A score in words. `is_counted`: there is something to read, a value or what is wrong with the times that it is
    computed of. `is_word`: the value is yes, no or unknown, and no number. `parts`: what is shown with it, one
    row each."""

    code: str
    name: str
    is_counted: bool
    value: str
    is_word: bool
    unit: str
    reading: str
    help: str
    source: str
    parts: tuple[ScoreShown, ...] = ()

    @property
    def line(self) -> str:
        """`3, hög risk`, or why there is no value."""
        unit = f" {self.unit}" if self.unit else ""
        reading = f", {self.reading.lower()}" if self.reading else ""
        return f"{self.value}{unit}{reading}" if self.is_counted else self.value


def score_shown(now: ScoreNow) -> ScoreShown:
    score = now.score
    return ScoreShown(
        code=score.code,
        name=str(score.name),
        is_counted=now.value is not None or now.is_backwards,
        value=computed(now),
        is_word=score.is_yes_or_no or (now.value is None and not now.is_open),
        unit=str(score.unit or "") if now.value is not None else "",
        reading=now.reading or _why_not(now),
        help=str(score.help or ""),
        source=_source(score),
    )


def _source(score: FormScore) -> str:
    said = {"version": score.version, "source": score.source}
    if score.value_set is None:
        return _("Definition %(version)s. %(source)s") % said
    return _("Värderingssystem: %(name)s, version %(version)s. %(source)s") % {**said, "name": score.value_set.name}


def scores_shown(scores: Sequence[ScoreNow]) -> list[ScoreShown]:
    """Each by itself, with its parts below it; these without its name before their own."""

    def part(now: ScoreNow, whole: ScoreNow) -> ScoreShown:
        found = score_shown(now)
        name = found.name.removeprefix(f"{whole.score.name}, ")
        return replace(found, name=name[:1].upper() + name[1:])

    return [
        replace(
            score_shown(whole),
            parts=tuple(part(now, whole) for now in scores if now.score.part_of == whole.score.code),
        )
        for whole in scores
        if whole.score.part_of is None
    ]


def _why_not(now: ScoreNow) -> str:
    """Why there is no value, if there is none."""
    if now.value is not None:
        return ""
    if now.is_open:
        return _("Räknas när alla delar är besvarade.")
    if now.is_backwards:
        return _("Tiden slutar innan den börjar.")
    return _("Gäller inte här.") if now.is_skipped else _("Någon del är okänd.")


def where_scores_stand(page: StepPage, on_page: Sequence[str]) -> str:
    """After which section, for those who read one column: a few after what the first is counted from, many last."""
    scores, sections = page.assessment.scores, [one for one in page.form_step.sections if one.code in on_page]
    if not sections:
        return ""
    core = [one for one in sections if one.block is Block.CORE] or list(sections)
    if len(scores) > _FEW_SCORES:
        return core[-1].code
    needed = scores[0].score.formula.names if scores else frozenset()
    holding = [one for one in core if needed & {question.code for question in one.questions}]
    return (holding or core[:1])[-1].code
