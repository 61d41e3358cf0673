"""A case about an outlier, and the forms of what is done in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.registries.measuring import Indicator
from registret.registries.queries import name_of, open_for_rights
from registret.reports.lifecycle import OutlierState
from registret.reports.outliers.cases import OutlierCaseRow, OutlierStepRow, may_answer
from registret.reports.outliers.finding import Outlier
from registret.reports.periods import Months
from registret.reports.told import EditionRow
from registret.web.figures.edition_words import months
from registret.web.figures.texts import ratio_reading
from registret.web.outliers.acts import ACTS, ANSWERING, ActWords, possible
from registret.web.outliers.forms import CaseTextForm
from registret.web.outliers.wording import alarm_tag, case_name, case_state, counted, indicator_of, where
from registret.web.pieces import FactText, Link, Note, Tag
from registret.web.templatetags.look import day, moment
from registret.words.states import outlier_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierCasePage:
    """`links`: where to look for more. `acts`: what can be done now."""

    title: str
    clinic: str
    state: Tag
    back: Link
    notes: Sequence[Note]
    facts: Sequence[FactText]
    steps: Sequence[FactText]
    links: Sequence[Link]
    acts: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFormPage:
    """`facts`: the figures that it is about. `steps`: what was written before, as the question that is answered."""

    words: ActWords
    facts: Sequence[FactText]
    steps: Sequence[FactText]
    form: CaseTextForm
    back: Link


def office_case_page(row: OutlierCaseRow, steps: Sequence[OutlierStepRow], *, at: datetime) -> OutlierCasePage:
    acts = {code: one.words for code, one in ACTS.items() if possible(row.state, one.words)}
    if row.state is OutlierState.ASKED and not row.is_late(at=at):
        acts = {}
    return _case(
        row,
        steps,
        back=Link(_("Tillbaka till avvikelserna"), reverse("outliers")),
        links=list(_links_of_office(row)),
        acts=[Link(str(words.title), reverse("outlier_act", args=[row.number, code])) for code, words in acts.items()],
        at=at,
    )


def _links_of_office(row: OutlierCaseRow) -> Iterator[Link]:
    yield Link(_("Täckningsgrad"), f"{reverse('coverage')}?delregister={row.sub_registry}")
    if row.sub_registry in {one.code for one in open_for_rights()}:
        yield Link(_("Fråga om en enda uppgift"), reverse("ask_clinic", args=[row.sub_registry]))


def clinic_case_page(
    row: OutlierCaseRow, steps: Sequence[OutlierStepRow], *, actor: Actor, at: datetime
) -> OutlierCasePage:
    may = may_answer(actor, row.sub_registry)
    acts = [Link(_("Svara"), reverse("answer_outlier", args=[row.number]))]
    links = [
        Link(_("Datakvalitet"), reverse("data_quality", args=[row.sub_registry])),
        Link(_("Kansliets frågor"), reverse("asked_outliers")),
    ]
    if indicator_of(row) is not None:
        links.insert(0, Link(_("Indikatorns sida"), reverse("indicator", args=[row.sub_registry, row.indicator])))
    return _case(
        row,
        steps,
        back=Link(_("Tillbaka till kansliets frågor"), reverse("asked_outliers")),
        links=links,
        acts=acts if may and possible(row.state, ANSWERING) else [],
        at=at,
    )


def opening_page(outlier: Outlier, words: ActWords, form: CaseTextForm) -> CaseFormPage:
    about = Link(_("Tillbaka till avvikelserna"), reverse("outliers"))
    return CaseFormPage(words=words, facts=tuple(_facts_of_outlier(outlier)), steps=(), form=form, back=about)


def case_form_page(
    row: OutlierCaseRow, steps: Sequence[OutlierStepRow], words: ActWords, form: CaseTextForm, *, back: str
) -> CaseFormPage:
    there = Link(_("Tillbaka till ärendet"), reverse(back, args=[row.number]))
    facts = tuple(_facts_of_case(row))
    return CaseFormPage(words=words, facts=facts, steps=[_step(one) for one in steps], form=form, back=there)


def _case(
    row: OutlierCaseRow,
    steps: Sequence[OutlierStepRow],
    *,
    back: Link,
    links: Sequence[Link],
    acts: Sequence[Link],
    at: datetime,
) -> OutlierCasePage:
    return OutlierCasePage(
        title=case_name(row),
        clinic=row.clinic_name,
        state=case_state(row, at=at),
        back=back,
        notes=tuple(_notes(row, at=at)),
        facts=tuple(_facts_of_case(row)),
        steps=[_step(one) for one in steps],
        links=links,
        acts=acts,
    )


def _notes(row: OutlierCaseRow, *, at: datetime) -> Iterator[Note]:
    if row.state is not OutlierState.ASKED or row.answer_by is None:
        return
    told = {"day": day(row.answer_by)}
    if row.is_late(at=at):
        late = _("Kliniken skulle ha svarat senast %(day)s. Den kan svara så länge ärendet är öppet.")
        yield Note("warn", late % told)
    else:
        yield Note("info", _("Kliniken svarar senast %(day)s.") % told)


def _step(one: OutlierStepRow) -> FactText:
    return FactText(outlier_state_name(one.state), one.text.splitlines(), remark=f"{one.by_name}, {moment(one.at)}")


def _facts_of_outlier(one: Outlier) -> Iterator[FactText]:
    yield FactText(_("Klinik"), [one.clinic.title])
    yield from _facts(one.indicator.sub_registry, str(one.indicator.definition.name), one.edition, one.period)
    yield from _figures(one, one.indicator)


def _facts_of_case(row: OutlierCaseRow) -> Iterator[FactText]:
    yield FactText(_("Klinik"), [row.clinic_name])
    yield from _facts(row.sub_registry, case_name(row), row.edition, row.period)
    yield from _figures(row, indicator_of(row))
    if row.answer_by:
        yield FactText(_("Svar senast"), [day(row.answer_by)])


def _facts(sub_registry: str, indicator: str, edition: EditionRow, period: Months) -> Iterator[FactText]:
    yield FactText(_("Indikator"), [f"{name_of(sub_registry)}: {indicator}"])
    told = {"number": edition.number, "made": day(edition.made_on)}
    yield FactText(_("Utgåva"), [_("%(number)s, gjord %(made)s") % told, months(period)])


def _figures(found: Outlier | OutlierCaseRow, indicator: Indicator | None) -> Iterator[FactText]:
    for term, one in ((_("Klinikens siffra"), counted(found.figure)), (_("Riket"), counted(found.country))):
        yield FactText(term, [one.value], remark=one.about)
    yield FactText(_("Läge i tratten"), [where(found.place, indicator)], tag=alarm_tag(found.place, indicator))
    if found.figure.expected is not None:
        rounded = _(
            "Utgåvan räknar det väntade av avrundade antal patienter. På indikatorns sida ser kliniken sina egna antal "
            "exakt, och som de är nu, så där kan siffran vara en annan."
        )
        yield FactText(_("Så läses kvoten"), [ratio_reading(), rounded])
