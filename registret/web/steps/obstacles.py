"""What keeps a step from being saved or signed: what is wrong with it, and what is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.records.rows import StepPage
from registret.registries.assessing import Assessment
from registret.web.steps.fields import Field
from registret.web.steps.parts import Part
from registret.words.days import day_in_words
from registret.words.labels import asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A sentence and the field that it leads to. `is_unanswered`: nothing is wrong, but a question is not answered.
    `is_early`: and it cannot be yet."""

    code: str
    text: str
    is_unanswered: bool = False
    is_early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """`troubles` under their `title`: what came of what was sent. `broken`: rules that do not hold, before anything is
    sent. `seen`: codes of the remarks that are among the troubles, to be sent when the step is signed again."""

    troubles: Sequence[Trouble]
    title: str
    broken: Sequence[Trouble]
    seen: str


def obstacles_of(page: StepPage, parts: Sequence[Part], *, signing: bool) -> Obstacles:
    """`signing`: it was tried, and all that stops it is told in one place."""
    broken = broken_shown(page.assessment)
    troubles = troubles_of(parts, broken=broken if signing else ())
    to_look_at = _to_look_at(page) if signing and not troubles else ()
    return Obstacles(
        troubles=troubles or to_look_at,
        title=_("Stämmer det här? Rätta, eller signera igen.") if to_look_at else title_of(troubles),
        broken=() if signing or not page.is_writable else broken,
        seen=" ".join(sorted(remarks(page.assessment))) if to_look_at else "",
    )


def troubles_of(parts: Sequence[Part], *, broken: Sequence[Trouble] = ()) -> tuple[Trouble, ...]:
    """For the summary at the top: what is wrong, with the rules that are `broken`, before what is not answered."""
    fields = [field for part in parts for field in part.fields if field.is_shown]
    found = [_trouble(field) for field in fields if field.remarks.fault or field.remarks.is_unanswered]
    return tuple(sorted([*broken, *found], key=lambda one: one.is_unanswered))


def _trouble(field: Field) -> Trouble:
    remarks = field.remarks
    if not remarks.is_unanswered:
        return Trouble(code=field.code, text=f"{asked(field.label)} {remarks.fault}")
    text = f"{asked(field.label)} {remarks.opens}" if remarks.opens else field.label
    return Trouble(code=field.code, text=text, is_unanswered=True, is_early=bool(remarks.opens))


def title_of(troubles: Sequence[Trouble]) -> str:
    """`Rätta 1, besvara 8`. Nobody is asked to answer what cannot be answered yet."""
    mend = sum(not one.is_unanswered for one in troubles)
    answer = sum(one.is_unanswered and not one.is_early for one in troubles)
    if troubles and not mend and not answer:
        return _("Steget kan inte signeras än")
    if mend and answer:
        return _("Rätta %(mend)s, besvara %(answer)s") % {"mend": mend, "answer": answer}
    if answer:
        return ngettext("Besvara %(n)s fråga", "Besvara %(n)s frågor", answer) % {"n": answer}
    return ngettext("En uppgift behöver rättas", "%(n)s uppgifter behöver rättas", mend) % {"n": mend}


def broken_shown(assessment: Assessment) -> list[Trouble]:
    """Rules that stop signing, once for each sentence."""
    found = {str(rule.message): rule.about[0] for rule in assessment.broken}
    return [Trouble(code=code, text=text) for text, code in found.items()]


def remarks(assessment: Assessment) -> set[str]:
    """Codes of the rules that do not hold and stop no signature: they are asked about once, when it is tried."""
    return {rule.code for rule in assessment.odd}


def to_do(assessment: Assessment) -> str:
    """What is left before the step can be signed: `1 att rätta, 8 frågor kvar`."""
    broken, lacking = len(broken_shown(assessment)), len(assessment.lacking)
    told = []
    if broken:
        told.append(_("%(n)s att rätta") % {"n": broken})
    if lacking:
        told.append(ngettext("%(n)s fråga kvar", "%(n)s frågor kvar", lacking) % {"n": lacking})
    opens = [day for day in assessment.locked.values() if day is not None]
    if opens:
        told.append(_("kan signeras från %(day)s") % {"day": day_in_words(max(opens))})
    return ", ".join(told) or _("Klar att signera")


def next_to_do(page: StepPage) -> str:
    """The question that is to be mended or answered next, in the order of the form; empty if none is."""
    wrong = {code for rule in page.assessment.broken for code in rule.about} | set(page.assessment.lacking)
    return next((question.code for question in page.form_step.questions if question.code in wrong), "")


def _to_look_at(page: StepPage) -> tuple[Trouble, ...]:
    """What the remarks ask, each at the first of its questions that is on the page."""
    here = {question.code for question in page.form_step.questions}
    found = {str(rule.message): next((c for c in rule.about if c in here), "") for rule in page.assessment.odd}
    return tuple(Trouble(code=code, text=text) for text, code in found.items())
