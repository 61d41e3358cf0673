"""Kansliet: what all may see, decided by indicator and by year, each decision with author and reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.registries.queries import indicators_of, sub_registries
from registret.reports.public_figures import public_figures, years_told
from registret.reports.publishing import (
    PublicationRow,
    decide_publication,
    newest_publications,
    publications,
    published,
    subject_of,
    subject_of_year,
)
from registret.reports.refusals import PublicationUnchanged
from registret.web.forms import ReasonField, refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.open_statistics.annual import annual_report_page
from registret.web.open_statistics.pages import address, published_indicators, years_with_report
from registret.web.open_statistics.paper import annual_paper, paper_file
from registret.web.pieces import Link, show


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLine:
    """`decision`: None if the office has never decided about it."""

    subject: str
    name: str
    is_published: bool
    decision: PublicationRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectTable:
    id: str
    name: str
    rows: Sequence[SubjectLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationsPage:
    """`open`: to what all see now, if anything is published. `reports`: the annual reports, as they would be seen."""

    tables: Sequence[SubjectTable]
    open: Link | None
    reports: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationPage:
    line: SubjectLine
    form: PublicationForm
    history: Sequence[PublicationRow]


class PublicationForm(forms.Form):
    """Why. What is decided is the opposite of what holds, as the page said it."""

    is_published = forms.TypedChoiceField(
        coerce=lambda value: value == "ja", choices=[("ja", "ja"), ("nej", "nej")], widget=forms.HiddenInput
    )
    reason = ReasonField(gettext_lazy("Skriv varför"))


@needs(Permission.PUBLISH).get
def publications_page(request: ActorRequest) -> HttpResponse:
    """All that can be published, and what is."""
    newest = newest_publications()
    tables = [
        SubjectTable(id=f"p-{number}", name=name, rows=[_line(code, each, newest) for code, each in names.items()])
        for number, (name, names) in enumerate(_subjects().items())
    ]
    seen = {subject for subject, one in newest.items() if one.is_published}
    page = PublicationsPage(
        tables=[one for one in tables if one.rows],
        open=Link(_("Öppna den öppna statistiken"), address("open_statistics")) if seen else None,
        reports=[
            Link(_("Årsrapport %(year)s") % {"year": year}, reverse("annual_report", args=[year]))
            for year in years_with_report(public_figures(published_indicators(seen)))
        ],
    )
    return show(request, "open_statistics/publications.html", page, tab="office")


@needs(Permission.PUBLISH).get_post
def publication(request: ActorRequest, subject: str) -> HttpResponse:
    """One indicator or annual report and its decisions; POST decides anew."""
    name = next((names[subject] for names in _subjects().values() if subject in names), None)
    if name is None:
        raise Http404
    line = _line(subject, name, newest_publications())
    form = PublicationForm(posted(request), initial={"is_published": "nej" if line.is_published else "ja"})
    if form.is_valid() and _decided(request, subject, form):
        return see_other("publications")
    page = PublicationPage(line=line, form=form, history=publications(subject))
    status = 422 if form.errors else 200
    return show(request, "open_statistics/publication.html", page, tab="office", status=status)


@needs(Permission.PUBLISH).get
def annual_report(request: ActorRequest, year: int) -> HttpResponse:
    """Årsrapport as all would see it, whether it is published or not."""
    page = annual_report_page(year, published(), at=request.at)
    told = {"page": page, "frame": "inside.html", "tab": "office"}
    return render(request, "open_statistics/annual_report.html", told)


@needs(Permission.PUBLISH).get
def annual_report_pdf(request: ActorRequest, year: int) -> HttpResponse:
    """The same on paper."""
    return paper_file(year, annual_paper(annual_report_page(year, published(), at=request.at), at=request.at))


def _decided(request: ActorRequest, subject: str, form: PublicationForm) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, {PublicationUnchanged: "reason"}):
        check_card_age(request.actor, at=request.at)
        decide_publication(
            subject=subject,
            is_published=data["is_published"],
            reason=data["reason"],
            by=request.actor.by,
            at=request.at,
        )
    return form.is_valid()


def _subjects() -> Mapping[str, Mapping[str, str]]:
    """What can be published: under a heading, the name of each subject."""
    found = {
        one.name: {
            subject_of(each): str(each.definition.name) for each in indicators_of(one.code) if each.may_be_public
        }
        for one in sub_registries()
    }
    years = {subject_of_year(year): _("Årsrapport %(year)s") % {"year": year} for year in years_told()}
    return found | {_("Årsrapporter"): years}


def _line(subject: str, name: str, newest: Mapping[str, PublicationRow]) -> SubjectLine:
    decision = newest.get(subject)
    return SubjectLine(
        subject=subject, name=name, is_published=decision is not None and decision.is_published, decision=decision
    )
