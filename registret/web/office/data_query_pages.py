"""What the office's pages of questions to clinics say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.records.data_queries.asking import ANSWERABLE_FOR, AnsweredQuery, AskedQuery
from registret.records.lifecycle import QueryState
from registret.registries.forms import Form
from registret.registries.queries import catalogue, name_of, open_for_rights, sub_registries
from registret.web.pieces import FactText, Link, Note, Tag
from registret.words.data_queries import query_outcome_name, query_state_name
from registret.words.days import day_in_words

_DONE: Final = {
    "fragat": gettext_lazy(
        "Frågan är mottagen. Finns vårdepisoden, och hör uppgiften till dess formulär, ser kliniken frågan. "
        "Annars får ni inget svar."
    ),
    "taget": gettext_lazy("Frågan är tillbakatagen."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredLine:
    """`withdraw`: where it is taken back, while it waits."""

    system_id: str
    about: str
    told: str
    state: Tag
    withdraw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredQueryLine:
    """`facts`: what was asked and answered, by whom."""

    system_id: str
    about: str
    outcome: Tag
    facts: Sequence[FactText]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueriesPage:
    """`registers`: in which something can be asked about."""

    done: Note | None
    registers: Sequence[Link]
    answered: Sequence[AnsweredQueryLine]
    unanswered: Sequence[UnansweredLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingPage:
    """`typed`: what was written in the field of variables without choosing one."""

    form: forms.Form
    sub_registry: str
    days: int
    typed: str


def queries_page(waiting: Sequence[AskedQuery], answered: Sequence[AnsweredQuery], *, done: str) -> QueriesPage:
    return QueriesPage(
        done=Note("ok", str(_DONE[done]), "status") if done in _DONE else None,
        registers=[Link(one.name, reverse("ask_clinic", args=[one.code])) for one in open_for_rights()],
        answered=[_answered(one) for one in answered],
        unanswered=[_unanswered(one) for one in waiting],
    )


def asking_page(form: forms.Form, code: str) -> AskingPage:
    return AskingPage(
        form=form,
        sub_registry=name_of(code),
        days=ANSWERABLE_FOR.days,
        typed=form.data.get("about_typed", ""),
    )


def variables_of(code: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a sub-registry asks, by step, in its newest version; below it what only earlier versions ask."""
    found: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    for form in _forms(code):
        for step in form.steps:
            names.setdefault(step.code, str(step.name))
            labels = found.setdefault(step.code, {})
            for question in step.questions:
                labels.setdefault(question.code, str(question.variable.label))
    return [
        (names[step], [(f"{step}:{variable}", label) for variable, label in labels.items()])
        for step, labels in found.items()
    ]


def _forms(code: str) -> list[Form]:
    """All versions that episodes can have, the newest first."""
    in_use = next(one.version for one in sub_registries() if one.code == code)
    found = [form for (of, version), form in catalogue().forms.items() if of == code and version <= in_use]
    return sorted(found, key=lambda form: -form.version)


def _about(one: AskedQuery) -> str:
    """`Pneumoni, Akut vård: Andningsfrekvens`."""
    value = f"{one.step}:{one.variable}"
    told = (
        f"{name_of(one.sub_registry)}, {step}: {label}"
        for step, labels in variables_of(one.sub_registry)
        for code, label in labels
        if code == value
    )
    return next(told, f"{name_of(one.sub_registry)}: {one.variable}")


def _unanswered(one: AskedQuery) -> UnansweredLine:
    waits = one.state is QueryState.WAITING
    told = {"day": day_in_words(one.asked_at), "name": one.asked_by_name, "last": day_in_words(one.answer_by)}
    return UnansweredLine(
        system_id=one.system_id,
        about=_about(one),
        told=_("Frågat %(day)s av %(name)s. Svar senast %(last)s.") % told,
        state=Tag(query_state_name(one.state), "" if waits else "warn", "" if waits else "clock"),
        withdraw=reverse("withdraw_query", args=[one.id]) if waits else "",
    )


def _answered(one: AnsweredQuery) -> AnsweredQueryLine:
    return AnsweredQueryLine(
        system_id=one.asked.system_id,
        about=_about(one.asked),
        outcome=Tag(query_outcome_name(one.outcome), "ok", "check"),
        facts=list(_facts(one)),
    )


def _facts(one: AnsweredQuery) -> Iterator[FactText]:
    yield FactText(_("Kansliet frågade"), [one.text, f"{one.asked.asked_by_name}, {day_in_words(one.asked.asked_at)}"])
    ended = one.asked.ended_at
    by = ", ".join([one.by_name, one.clinic, *([day_in_words(ended)] if ended else [])])
    yield FactText(_("Kliniken svarade"), [text for text in (one.answer, by) if text])
