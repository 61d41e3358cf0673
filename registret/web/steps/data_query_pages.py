"""What the page of a question of the registry office says, and the note about it on the page of the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.records.rows import StepPage, WaitingQuery
from registret.registries.saying import said
from registret.web.pieces import FactText, Link
from registret.web.steps.heads import PatientHead, head_of, step_address
from registret.words.days import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryNote:
    """What the office asks, with where the answer stands, and where the office is answered."""

    title: str
    text: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPage:
    """`field`: where the answer stands, and can be corrected."""

    head: PatientHead
    form: forms.Form
    facts: Sequence[FactText]
    field: str
    step: str


def query_page(page: StepPage, query: WaitingQuery, form: forms.Form) -> QueryPage:
    question = page.form.questions.get(query.variable)
    now = said(question, page.answers[page.step.code].get(query.variable)) if question else ""
    return QueryPage(
        head=head_of(page, act=_("Kansliet frågar")),
        form=form,
        facts=[
            FactText(_("Uppgift"), [_label(page, query)]),
            FactText(_("Svaret nu"), [now or _("inget svar")]),
            FactText(_("Kansliet frågar"), [query.text, day_in_words(query.asked_at)]),
            FactText(_("Svara senast"), [day_in_words(query.answer_by)]),
        ],
        field=f"{step_address(page)}#{query.variable}",
        step=step_address(page),
    )


def query_notes(page: StepPage) -> list[QueryNote]:
    return [
        QueryNote(
            title=_("Kansliet frågar om ”%(question)s”:") % {"question": _label(page, query)},
            text=query.text,
            links=[
                Link(_("Till uppgiften"), f"#{query.variable}"),
                Link(_("Svara kansliet"), _address(page, query)),
            ],
        )
        for query in page.queries
    ]


def _address(page: StepPage, query: WaitingQuery) -> str:
    return reverse("data_query", args=[page.episode.system_id, page.step.code, query.id])


def _label(page: StepPage, query: WaitingQuery) -> str:
    """A newer version of the form may not ask any more."""
    question = page.form.questions.get(query.variable)
    return str(question.variable.label) if question else query.variable
