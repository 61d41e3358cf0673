"""Outliers and cases about them in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.reports.lifecycle import OutlierState
from registret.reports.outliers.cases import ClosedCases, OutlierCaseRow, open_cases
from registret.reports.outliers.finding import Outlier, Outliers
from registret.web.figures.figure_words import expected_outside
from registret.web.outliers.wording import alarm_tag, case_name, case_state, counted, where
from registret.web.pieces import FigureText, Link, Tag, older_and_newest
from registret.web.templatetags.look import day


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierLine:
    """A figure that lies outside. `case`: to the case about it, or to open one."""

    clinic: str
    indicator: str
    figure: FigureText
    country: FigureText
    tag: Tag
    where: str
    case: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    link: Link
    clinic: str
    state: Tag
    answer_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeOutliersPage:
    """`registers`: sub-registries to choose from. `expected`: how many there are, and how many by chance alone."""

    registers: Sequence[Link]
    expected: str
    lines: Sequence[OutlierLine]
    waiting: Sequence[CaseLine]
    closed: Sequence[CaseLine]
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPage:
    waiting: Sequence[CaseLine]
    closed: Sequence[CaseLine]
    links: Sequence[Link]


def office_page(
    registers: Mapping[str, str],
    register: str,
    found: Outliers,
    *,
    cases: Mapping[tuple[int, str, str, int], int],
    waiting: Sequence[OutlierCaseRow],
    closed: ClosedCases,
    before: int | None,
    at: datetime,
) -> OfficeOutliersPage:
    return OfficeOutliersPage(
        registers=[Link(name, "" if code == register else f"?delregister={code}") for code, name in registers.items()],
        expected=_expected(found),
        lines=[_outlier(one, cases) for one in found.found],
        waiting=_lines(waiting, "outlier", at=at),
        closed=_lines(closed.rows, "outlier", at=at),
        links=_links(closed, newest=reverse("outliers") if before else ""),
    )


def asked_page(
    waiting: Sequence[OutlierCaseRow], closed: ClosedCases, *, before: int | None, at: datetime
) -> AskedPage:
    return AskedPage(
        waiting=_lines(waiting, "asked_outlier", at=at),
        closed=_lines(closed.rows, "asked_outlier", at=at),
        links=_links(closed, newest=reverse("asked_outliers") if before else ""),
    )


def lines_to_do(actor: Actor, *, at: datetime) -> list[CaseLine]:
    """The cases that wait for the actor: at the office an answer, or one that is late; at a clinic a question."""
    rows = open_cases(actor=actor)
    if actor.may(Permission.FOLLOW_UP_OUTLIERS):
        found = [one for one in rows if one.state is OutlierState.ANSWERED or one.is_late(at=at)]
        return _lines(found, "outlier", at=at)
    mine = actor.seat.sub_registries_for(Permission.ANSWER_OUTLIERS)
    asked = [one for one in rows if one.state is OutlierState.ASKED and one.sub_registry in mine]
    return _lines(asked, "asked_outlier", at=at)


def _expected(found: Outliers) -> str:
    if not found.judged and not found.not_judged:
        return _("Ingen utgåva har siffror för kliniker att bedöma än.")
    return " ".join([*_of_chance(found), *_not_judged(found)])


def _of_chance(found: Outliers) -> Iterator[str]:
    if not found.judged:
        yield _("Ingen siffra kan bedömas.")
        return
    told = {
        "judged": found.judged,
        **expected_outside(found.judged),
        "outside": len(found.found),
        "far": found.alarms,
    }
    yield (
        _(
            "Bedömda siffror: %(judged)s. Av ren slump hamnar i genomsnitt högst %(questions)s utanför 95 %% och "
            "%(alarms)s utanför 99,8 %%. Nu ligger %(outside)s utanför 95 %%, varav %(far)s utanför 99,8 %%."
        )
        % told
    )


def _not_judged(found: Outliers) -> Iterator[str]:
    if found.not_judged:
        yield _(
            "Inte bedömda: %(n)s. Så få väntas där med eller utan utfallet att siffran kan visas just för att den är "
            "ovanlig."
        ) % {"n": found.not_judged}


def _outlier(one: Outlier, cases: Mapping[tuple[int, str, str, int], int]) -> OutlierLine:
    indicator, edition = one.indicator, one.edition.number
    number = cases.get((one.clinic.id, *indicator.key, edition))
    new = reverse("outlier_new", args=[*indicator.key, one.clinic.id, edition])
    return OutlierLine(
        clinic=one.clinic.title,
        indicator=str(indicator.definition.name),
        figure=counted(one.figure),
        country=counted(one.country),
        tag=alarm_tag(one.place, indicator),
        where=where(one.place, indicator),
        case=Link(_("Ärende %(number)s") % {"number": number}, reverse("outlier", args=[number]))
        if number
        else Link(_("Öppna ärende"), new),
    )


def _lines(rows: Sequence[OutlierCaseRow], to: str, *, at: datetime) -> list[CaseLine]:
    return [
        CaseLine(
            link=Link(f"{row.number}. {case_name(row)}", reverse(to, args=[row.number])),
            clinic=row.clinic_name,
            state=case_state(row, at=at),
            answer_by=day(row.answer_by) if row.answer_by else "–",
        )
        for row in rows
    ]


def _links(closed: ClosedCases, *, newest: str) -> list[Link]:
    return older_and_newest(older=f"?fore={closed.older}" if closed.older else "", newest=newest)
