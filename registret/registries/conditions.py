"""When a question is asked, in the words of the form: for paper, on which nothing can be hidden."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.registries.answers import Answer
from registret.registries.forms import Form, Question
from registret.registries.saying import said

_COMPARED: Final = {
    ast.Eq: gettext_lazy("”%(what)s” är %(value)s"),
    ast.NotEq: gettext_lazy("”%(what)s” inte är %(value)s"),
    ast.Gt: gettext_lazy("”%(what)s” är mer än %(value)s"),
    ast.GtE: gettext_lazy("”%(what)s” är minst %(value)s"),
    ast.Lt: gettext_lazy("”%(what)s” är mindre än %(value)s"),
    ast.LtE: gettext_lazy("”%(what)s” är högst %(value)s"),
}


def asked_when(form: Form, question: Question) -> str:
    """`Besvaras om ”Blododling tagen” är Ja.` What cannot be said so simply is said to follow from other answers; empty
    if the question is always asked."""
    if question.shown_if is None:
        return ""
    told = _told(form, ast.parse(question.shown_if.text, mode="eval").body)
    if told is None:
        return _("Besvaras om andra svar leder hit.")
    return _("Besvaras om %(condition)s.") % {"condition": told}


def _told(form: Form, node: ast.expr) -> str | None:
    match node:
        case ast.BoolOp(op=op, values=parts) if not any(isinstance(part, ast.BoolOp) for part in parts):
            told = [_told(form, part) for part in parts]
            known = [one for one in told if one is not None]
            joint = f" {_('och')} " if isinstance(op, ast.And) else f" {_('eller')} "
            return joint.join(known) if len(known) == len(told) else None
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call(func=ast.Name(id="answered"), args=[ast.Name(id=code)])):
            return _of(form, code, gettext_lazy("”%(what)s” inte har något svar"))
        case ast.Call(func=ast.Name(id="answered"), args=[ast.Name(id=code)]):
            return _of(form, code, gettext_lazy("”%(what)s” har ett svar"))
    return _comparison(form, node)


def _comparison(form: Form, node: ast.expr) -> str | None:
    match node:
        # `if_unknown(discharged_to, "home") != "died"`: asked unless the answer is that one.
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="if_unknown"), args=[of, ast.Constant(value=instead)]),
            ops=[ast.NotEq()],
            comparators=[ast.Constant() as one],
        ) if instead != one.value:
            return _compared(form, of, ast.NotEq, [one])
        case ast.UnaryOp(
            op=ast.Not(), operand=ast.Compare(left=ast.Constant() as one, ops=[ast.In()], comparators=[of])
        ):
            return _compared(form, of, ast.NotEq, [one])
        case ast.Compare(left=ast.Constant() as one, ops=[ast.In()], comparators=[of]):
            return _compared(form, of, ast.Eq, [one])
        case ast.Compare(left=of, ops=[ast.In()], comparators=[ast.Tuple(elts=among)]):
            return _compared(form, of, ast.Eq, among)
        case ast.Compare(left=of, ops=[op], comparators=[one]) if type(op) in _COMPARED:
            return _compared(form, of, type(op), [one])
    return None


def _compared(form: Form, of: ast.expr, how: type[ast.cmpop], among: Sequence[ast.expr]) -> str | None:
    if not isinstance(of, ast.Name) or not all(isinstance(one, ast.Constant) for one in among):
        return None
    values = [_value(form.questions.get(of.id), one.value) for one in among if isinstance(one, ast.Constant)]
    *first, last = values
    value = f"{', '.join(first)} {_('eller')} {last}" if first else last
    return _of(form, of.id, _COMPARED[how], value)


def _of(form: Form, code: str, sentence: object, value: str = "") -> str | None:
    found = form.questions.get(code)
    return str(sentence) % {"what": found.variable.label, "value": value} if found else None


def _value(question: Question | None, value: object) -> str:
    """An option by its label, a number with its unit."""
    if question is None:
        return str(value)
    if isinstance(value, (int, float)):
        return said(question, Answer(value=Decimal(str(value))))
    return said(question, Answer(value=str(value)))
