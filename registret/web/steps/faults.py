"""What is said at a question: why an answer cannot be kept, what stops signing, and what is only remarked."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.kernel.dates import DateFault
from registret.records.reporting.writing import Conflict
from registret.registries.answers import Answer, Fault, FormFault
from registret.registries.assessing import Assessment
from registret.registries.forms import Question
from registret.registries.saying import in_digits, said
from registret.registries.variables import Variable
from registret.web.steps.code_fields import code_fault, doubts_said
from registret.words.dates import date_fault
from registret.words.days import day_in_words


def fault_of(question: Question, fault: Fault) -> str:
    """What to do, in a sentence."""
    if isinstance(fault, DateFault):
        return date_fault(fault)
    variable = question.variable
    of_numbers = {FormFault.NOT_A_NUMBER, FormFault.TOO_LOW, FormFault.TOO_HIGH, FormFault.NOT_WHOLE}
    if variable.error is not None and fault in of_numbers:
        return str(variable.error)
    match fault:
        case FormFault.NOT_A_NUMBER:
            return _("Skriv ett tal, till exempel %(example)s") % {"example": "12,5" if variable.decimals else "12"}
        case FormFault.OTHER_UNIT:
            return _("Skriv värdet i %(unit)s, eller bara talet.") % {"unit": variable.unit}
        case FormFault.NOT_WHOLE:
            return _("Skriv ett helt tal, utan decimaler")
        case FormFault.DECIMALS:
            n = variable.decimals
            return ngettext("Skriv högst %(n)s decimal", "Skriv högst %(n)s decimaler", n) % {"n": n}
        case FormFault.TOO_LOW | FormFault.TOO_HIGH:
            return _beyond(variable, is_low=fault is FormFault.TOO_LOW)
        case FormFault.NOT_YET:
            return _("Frågan kan inte besvaras än")
        case FormFault.TOO_LONG:
            return _("Skriv högst %(n)s tecken") % {"n": variable.longest}
        case FormFault.PERSONAL_NUMBER:
            return _("Skriv inga personnummer här")
        case FormFault.NOT_A_CODE | FormFault.NO_SUCH_CODE:
            return code_fault(question, fault)
    return _("Välj ett av alternativen")


def _beyond(variable: Variable, *, is_low: bool) -> str:
    limit = (variable.hard.least if is_low else variable.hard.most) if variable.hard else None
    shown = {"limit": f"{_limit(limit)} {variable.unit or ''}".rstrip()}
    if is_low:
        return _("Värdet kan inte vara lägre än %(limit)s. Kontrollera det.") % shown
    return _("Värdet kan inte vara högre än %(limit)s. Kontrollera det.") % shown


def ask_for(question: Question) -> str:
    return _("Svara, eller välj varför svaret saknas") if question.variable.missing else _("Svara på frågan")


def not_saved(question: Question, fault: Fault | None, conflict: Conflict | None) -> str:
    """Why an answer is on the page only."""
    found = [overtaken(question, conflict.theirs, conflict.by_name)] if conflict else []
    return " ".join([*found, *([fault_of(question, fault)] if fault else [])])


def overtaken(question: Question, theirs: Answer | None, name: str) -> str:
    """What another user has answered meanwhile, said at the field that holds something else."""
    answer = said(question, theirs) or _("inget svar")
    return _("%(name)s har under tiden svarat %(answer)s. Det svaret gäller tills du sparar ett annat.") % {
        "name": name,
        "answer": answer,
    }


def stops_of(question: Question, assessment: Assessment) -> str:
    """The rules about an answer that must hold before the step is signed, and do not; empty if all do."""
    return _once(rule.message for rule in assessment.broken if question.code in rule.about)


def odd_of(question: Question, assessment: Assessment) -> str:
    """What is remarked about an answer and stops nothing; empty if nothing is."""
    found = [str(rule.message) for rule in assessment.odd if question.code in rule.about]
    if question.code in assessment.unusual:
        found.append(" ".join(filter(None, [_("Ovanligt värde."), _plausible(question), _("Kontrollera det.")])))
    return _once([*found, *doubts_said(question, assessment.doubts.get(question.code, {}))])


def opens_of(question: Question, assessment: Assessment) -> str:
    """`Kan besvaras från 20 december 2026.`; empty if the question can be answered now."""
    if question.code not in assessment.locked:
        return ""
    day = assessment.locked[question.code]
    if day is None:
        return _("Kan besvaras när det tidigare steget är ifyllt.")
    return _("Kan besvaras från %(day)s.") % {"day": day_in_words(day)}


def _once(messages: Iterable[object]) -> str:
    return " ".join(dict.fromkeys(map(str, messages)))


def _plausible(question: Question) -> str:
    """`Rimligt är 35–41 °C.`, of a number that lies outside."""
    usual = question.variable.usual
    if usual is None:
        return ""
    unit = f" {question.variable.unit}" if question.variable.unit else ""
    limits = {"least": _limit(usual.least), "most": _limit(usual.most), "unit": unit}
    if usual.least is not None and usual.most is not None:
        return _("Rimligt är %(least)s–%(most)s%(unit)s.") % limits
    if usual.least is not None:
        return _("Rimligt är minst %(least)s%(unit)s.") % limits
    return _("Rimligt är högst %(most)s%(unit)s.") % limits


def _limit(number: Decimal | None) -> str:
    return "" if number is None else in_digits(number)
