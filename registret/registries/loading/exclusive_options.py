"""The rules of options that exclude the others."""

from __future__ import annotations

from collections.abc import Iterable

from registret.registries.forms import FormRule, Question
from registret.registries.language.expressions import Name, ValueKind
from registret.registries.language.parsing import parse
from registret.registries.vocabulary import RuleLevel, VariableType, Words


def exclusive_options(question: Question) -> Iterable[FormRule]:
    """Yield a rule for each option that excludes the others, such as "None of them"."""
    if question.type is not VariableType.CHOICES:
        return
    names = {question.code: Name(kind=ValueKind.SET)}
    for option in question.options:
        if option.alone:
            yield FormRule(
                code=f"{question.code}_{option.code}_alone",
                require=parse(f'not ("{option.code}" in {question.code}) or count({question.code}) == 1', names=names),
                message=Words(
                    sv=f"{option.label.sv}: kan inte väljas tillsammans med något annat.",
                    en=f"{option.label.en}: cannot be chosen together with anything else.",
                ),
                about=(question.code,),
                level=RuleLevel.FLAG,
            )
