"""A question that is answered with a code: the field, what is wrong with a code, and what is remarked about one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.registries.answers import Answer, FormFault
from registret.registries.forms import Question
from registret.registries.terminologies import CodeDoubt, Terminology
from registret.registries.vocabulary import VariableType

# Several codes of a procedure or two, with spaces between them.
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeInput:
    """What the component shows. `named`: the names of the codes. `address`: where the script searches; empty, if the
    list that comes along has no names to search in. `within`: the ranges of codes that come first there."""

    name: str
    value: str
    named: str
    address: str
    within: str
    has_several: bool
    is_bad: bool
    explained_by: str

    @property
    def longest(self) -> int:
        return _LONGEST


def code_input(
    question: Question, answer: Answer | None, *, value: str, is_bad: bool, explained_by: str
) -> CodeInput | None:
    """None: the question is not answered with a code. `answer`: None, if what is typed is no answer."""
    terminology = question.terminology
    if terminology is None:
        return None
    return CodeInput(
        name=question.code,
        value=value,
        named=_named(terminology, answer),
        address=reverse("code_search", args=[terminology.system.value]) if terminology.concepts else "",
        within=" ".join(question.variable.expected),
        has_several=question.type is VariableType.CODES,
        is_bad=is_bad,
        explained_by=f"{explained_by} {question.code}-namn".strip(),
    )


def code_fault(question: Question, fault: FormFault) -> str:
    """What to do, in a sentence."""
    if question.terminology is None:
        return ""
    about = question.terminology.about
    names = {"system": about.name, "looks_like": about.looks_like, "example": about.example}
    if fault is FormFault.NO_SUCH_CODE:
        return _("Koden finns inte i %(system)s. Sök på ord, eller skriv en kod som %(example)s.") % names
    return _("Det är ingen kod i %(system)s. En kod har %(looks_like)s, till exempel %(example)s.") % names


def doubts_said(question: Question, doubts: Mapping[str, CodeDoubt]) -> list[str]:
    """Why codes should be looked at again, a sentence for each."""
    sentences = {
        CodeDoubt.OUT_OF_DATE: _("%(code)s gällde inte när vårdepisoden började. Kontrollera koden."),
        CodeDoubt.UNLISTED: _("%(code)s finns inte i registrets kodlista. Den sparas, men kontrollera koden."),
        CodeDoubt.UNEXPECTED: _("%(code)s är ett ovanligt svar här. Den sparas, men kontrollera koden."),
    }
    return [sentences[doubt] % {"code": code} for code, doubt in doubts.items()]


def _named(terminology: Terminology, answer: Answer | None) -> str:
    if answer is None or answer.value is None:
        return ""
    value = answer.value
    if not isinstance(value, frozenset):
        return terminology.name(str(value))
    return ", ".join(f"{code} {name}" for code in sorted(value) if (name := terminology.name(code)))
