"""Forms as episodes use them."""

from __future__ import annotations

from collections.abc import Mapping

from registret.records.models import FormVersion
from registret.registries.answers import Answer, Stored, restored
from registret.registries.forms import Form, Question
from registret.registries.queries import catalogue


def question_of(form: Form, code: str) -> Question:
    """A variable of the form; of the newest other version that has it, if the form has lost it.

    Raises: KeyError.
    """
    others = [other for other in catalogue().forms.values() if other.code == form.code]
    others.sort(key=lambda other: -other.version)
    return next(one.questions[code] for one in (form, *others) if code in one.questions)


def answers_of(form: Form, kept: Mapping[str, Stored]) -> dict[str, Answer]:
    """Raises: AnswerBroken, KeyError (the form is not the one that the answers were given to)."""
    return {code: restored(form.questions[code], stored) for code, stored in kept.items()}


def digests_in_use() -> dict[tuple[str, int], str]:
    """Of the forms that episodes were begun with, by code and version."""
    found = FormVersion.objects.values_list("sub_registry", "version", "digest")
    return {(code, version): digest for code, version, digest in found}
