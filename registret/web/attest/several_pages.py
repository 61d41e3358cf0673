"""Several applications at once: who it is about, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.applications.application_notes import Attested
from registret.access.queries.applications import ApplicationRow
from registret.kernel.identifiers import HsaId
from registret.web.pieces import Link, Tag
from registret.web.templatetags.look import day, sub_registries
from registret.words.refusals import page_of
from registret.words.roles import role_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """`who`: leads to the application, if it was not attested."""

    state: Tag
    who: Link
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLine:
    id: int
    name: str
    hsa_id: HsaId
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What an Ok does."""

    told: str
    lines: Sequence[ChosenLine]
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralPage:
    """What became of them, or a question before."""

    title: str
    results: Sequence[ResultLine]
    asking: Asking | None


def results_page(results: Sequence[Attested]) -> SeveralPage:
    return SeveralPage(title=_title(len(results)), results=[_result(one) for one in results], asking=None)


def chosen_page(rows: Sequence[ApplicationRow], *, until: date) -> SeveralPage:
    told = _("De här får behörighet så som de har sökt, till och med %(until)s. Känner du alla?")
    button = ngettext("Attestera %(n)s person", "Attestera %(n)s personer", len(rows))
    return SeveralPage(
        title=_title(len(rows)),
        results=(),
        asking=Asking(
            told=told % {"until": day(until)},
            lines=[_chosen(row) for row in rows],
            button=button % {"n": len(rows)},
        ),
    )


def _title(number: int) -> str:
    return _("Attestera flera") if number > 1 else _("Attestera")


def _result(one: Attested) -> ResultLine:
    row = one.application
    if one.refusal:
        told = page_of(one.refusal).title
        who = Link(row.name, reverse("attest_one", args=[row.id]))
        return ResultLine(state=Tag(_("inte attesterad"), "bad", "stop"), who=who, told=told)
    told = f"{role_name(row.role)} · {sub_registries(row.sub_registries)}"
    return ResultLine(state=Tag(_("attesterad"), "ok", "check"), who=Link(row.name), told=told)


def _chosen(row: ApplicationRow) -> ChosenLine:
    told = f"{role_name(row.role)} · {sub_registries(row.sub_registries)} · {row.organisation or '–'}"
    return ChosenLine(id=row.id, name=row.name, hsa_id=row.hsa_id, told=told)
