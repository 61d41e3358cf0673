"""Skip logic as `enableWhen` of a FHIR R4 Questionnaire."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final

from registret.registries.exports.fhir import SYSTEMS, Json
from registret.registries.forms import Form, Question
from registret.registries.vocabulary import Missing, VariableType

_OPERATORS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_MIRRORED: Final = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED: Final = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
Conditions = tuple[str, list[Json]]
"""All or any of some conditions."""


class SkipLogic:
    """`system_of`: the address of the list that a question is answered from."""

    def __init__(self, form: Form, system_of: Callable[[Question], str]) -> None:
        self._form = form
        self._system_of = system_of

    def conditions(self, expression: str) -> Conditions | None:
        """None if `enableWhen` cannot say it."""
        return self._conditions(ast.parse(expression, mode="eval").body)

    def _conditions(self, node: ast.expr) -> Conditions | None:
        match node:
            case ast.BoolOp(op=op, values=parts):
                behaviour = "all" if isinstance(op, ast.And) else "any"
                found = [self._conditions(part) for part in parts]
                conditions: list[Json] = []
                for some in found:
                    if some is None or (len(some[1]) > 1 and some[0] != behaviour):
                        return None
                    conditions += some[1]
                return behaviour, conditions
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self._condition(inner, is_negated=True)
            case ast.Compare(left=ast.Name(id=name), ops=[ast.In()], comparators=[ast.Tuple() | ast.List() as among]):
                each = [self._compared(name, "=", part) for part in among.elts]
                whole = [one for one in each if one is not None]
                return (
                    ("any", [condition for _, some in whole for condition in some]) if len(whole) == len(each) else None
                )
        return self._condition(node, is_negated=False)

    def _condition(self, node: ast.expr, *, is_negated: bool) -> Conditions | None:
        match node:
            case ast.Call(func=ast.Name(id="answered"), args=[ast.Name(id=name)]) if self._is_answer(name):
                return "all", [_exists(name, not is_negated)]
            case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[other]) if type(op) in _OPERATORS:
                operator = _OPERATORS[type(op)]
            case ast.Compare(left=other, ops=[op], comparators=[ast.Name(id=name)]) if type(op) in _OPERATORS:
                operator = _MIRRORED[_OPERATORS[type(op)]]
            case ast.Compare(left=ast.Constant() as other, ops=[ast.In()], comparators=[ast.Name(id=name)]):
                operator = "="
            case ast.Compare(left=ast.Constant() as other, ops=[ast.NotIn()], comparators=[ast.Name(id=name)]):
                operator = "!="
            case _:
                return None
        return self._compared(name, _NEGATED[operator] if is_negated else operator, other)

    def _compared(self, name: str, operator: str, other: ast.expr) -> Conditions | None:
        match other:
            case ast.Constant(value=value):
                answer = self._answer(name, value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                answer = self._answer(name, -value)
            case _:
                return None
        if not answer:
            return None
        condition = {"question": name, "operator": operator, **answer}
        # R4: true if no answer is equal, so true too of a question without one.
        return "all", [_exists(name, True), condition] if operator == "!=" else [condition]

    def _is_answer(self, name: str) -> bool:
        """Whether what we take for an answer is one in FHIR. What is computed is not, nor is what is too low to be
        measured, with which we compare."""
        asked = self._form.questions.get(name)
        return asked is not None and Missing.UNMEASURABLE not in asked.variable.missing

    def _answer(self, name: str, value: object) -> Json | None:
        """Empty-handed if the value is not one that the item can have."""
        if not self._is_answer(name):
            return None
        match self._form.questions[name].type, value:
            case ((VariableType.CHOICE | VariableType.CHOICES), str()):
                return {"answerCoding": {"system": self._system_of(self._form.questions[name]), "code": value}}
            case ((VariableType.CODE | VariableType.CODES), str()):
                terminology = self._form.questions[name].terminology
                return {"answerCoding": {"system": SYSTEMS[terminology.system], "code": value}} if terminology else None
            case VariableType.INTEGER, int():
                return {"answerInteger": value}
            case VariableType.DECIMAL, int() | float():
                return {"answerDecimal": value}
        return None


def _exists(question: str, truth: bool) -> Json:
    return {"question": question, "operator": "exists", "answerBoolean": truth}
