"""Answers and computed results as people read them, in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registret.kernel.sweden import SWEDEN
from registret.registries.answers import Answer
from registret.registries.assessing import ScoreNow
from registret.registries.forms import Question
from registret.words.labels import answer_missing, yes_or_no


def said(question: Question, answer: Answer | None) -> str:
    """An answer with its unit; empty if there is none. Days and times as in tables: `2026-11-24 07:48`."""
    if answer is None:
        return ""
    if answer.missing is not None:
        return answer_missing(answer.missing)
    if question.terminology is not None:
        codes = answer.value if isinstance(answer.value, frozenset) else {str(answer.value)}
        return ", ".join(f"{code} {question.terminology.name(code)}".strip() for code in sorted(codes))
    labels = {option.code: str(option.label) for option in question.options}
    match answer.value:
        case frozenset():
            return ", ".join(label for code, label in labels.items() if code in answer.value)
        case datetime():
            return f"{answer.value.astimezone(SWEDEN):%Y-%m-%d %H:%M}"
        case Decimal():
            unit = question.variable.unit
            number = f"{answer.mark} {in_digits(answer.value)}" if answer.mark else in_digits(answer.value)
            return f"{number} {unit}" if unit else number
    return labels.get(str(answer.value), str(answer.value))


def computed(now: ScoreNow) -> str:
    """A number without its unit, or yes or no; a dash as long as something has not been answered, and then that it is
    unknown, or does not apply."""
    if now.value is None:
        return "–" if now.is_open else answer_missing("not_applicable" if now.is_skipped else "unknown")
    return yes_or_no(now.value == 1) if now.score.is_yes_or_no else in_digits(now.value)


def computed_by(now: ScoreNow) -> str:
    """Which value set a number comes from, with its version: without it nobody could tell what the number means. Empty
    for other scores, and as long as there is no number."""
    used = now.score.value_set
    if used is None or now.value is None:
        return ""
    return _("värderingssystem %(name)s, version %(version)s") % {"name": used.name, "version": used.version}


def listed(names: Sequence[str], last_by: str) -> str:
    """Names of their own as a part of a sentence: `CRB-65, ålder och kön`."""
    first, *others = names
    *middle, last = [first, *(name[:1].lower() + name[1:] for name in others)]
    return f"{', '.join(middle)} {last_by} {last}" if middle else last


def in_digits(number: Decimal) -> str:
    """`41,5`, in English `41.5`."""
    return str(number) if get_language() == "en" else str(number).replace(".", ",")
