"""Registreringar: the list of the clinic's episodes, its filter, and the list as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.records.lifecycle import EpisodeState
from registret.records.queries.episode_lists import EpisodeFilter
from registret.records.reporting.listing import episode_file, episode_list
from registret.registries.queries import name_of
from registret.web.card_time import CardTime
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.numbers import number_in
from registret.web.pieces import DataTable, Link, show
from registret.web.records.episode_lines import EpisodeLine, episode_table, lines
from registret.web.records.list_form import STATES, ListForm, list_state_name
from registret.web.records.pages import forms_to_report
from registret.web.tables import csv_file


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTab:
    """A state to choose, with how many episodes are in it. `query`: the address that shows them."""

    name: str
    count: int
    query: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsFile:
    """The same list as a file: what is `sent` for it."""

    sent: Sequence[tuple[str, str]]
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodesPage:
    """Nothing but the filter if it has faults. `file`: if the card was shown lately; `empty`: why there is no line."""

    place: str
    may_report: bool
    form: ListForm
    tabs: Sequence[StateTab] = ()
    table: DataTable | None = None
    links: Sequence[Link] = ()
    file: ListAsFile | None = None
    empty: str = ""
    blanks: Sequence[Link]


@needs(Permission.READ_RECORDS).get
def episodes(request: ActorRequest) -> HttpResponse:
    """Registreringar: the filter stands in the address."""
    form = ListForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return _show(request, _blank_page(request, form), status=422)
    after = number_in(request.GET, "efter")
    found = episode_list(actor=request.actor, wanted=form.wanted, after=after, at=request.at)
    page = replace(
        _blank_page(request, form),
        tabs=_tabs(request.GET, form.wanted, found.counts),
        table=episode_table(lines(found.rows, actor=request.actor, at=request.at), is_several=form.has_clinics),
        links=_links(request.GET, is_first_page=after is None, after=found.after),
        file=_file(request, form, found.counts[form.wanted.state]),
        empty="" if found.rows else _empty(form),
    )
    return _show(request, page)


@needs(Permission.READ_RECORDS).post
def episodes_csv(request: ActorRequest) -> HttpResponse:
    """The list as a file: what was typed travels in the body. Raises: CardTooOld."""
    form = ListForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _show(request, _blank_page(request, form), status=422)
    rows = episode_file(actor=request.actor, wanted=form.wanted, at=request.at)
    header = [
        _("Patient"),
        _("Beteckning här"),
        _("Kön"),
        _("Ålder vid ankomst"),
        _("Delregister"),
        _("Vårdepisod"),
        _("Ankomst"),
        _("Klinik"),
        _("Nästa steg"),
        _("Läge"),
        _("Tidigast"),
        _("Senast"),
        _("Senast sparat"),
    ]
    return csv_file(
        "registreringar.csv", header, [_cells(line) for line in lines(rows, actor=request.actor, at=request.at)]
    )


def _show(request: ActorRequest, page: EpisodesPage, *, status: int = 200) -> HttpResponse:
    return show(request, "records/records.html", page, tab="records", status=status)


def _blank_page(request: ActorRequest, form: ListForm) -> EpisodesPage:
    """With the filter alone."""
    print_blank = _("Skriv ut tomt formulär")
    return EpisodesPage(
        place=request.actor.seat.clinic_name,
        may_report=request.actor.may(Permission.REPORT),
        form=form,
        blanks=[
            Link(f"{print_blank}: {one.register.name}", reverse("blank_form", args=[one.code, one.version]))
            for one in forms_to_report(request.actor)
        ],
    )


def _links(query: QueryDict, *, is_first_page: bool, after: int | None) -> list[Link]:
    first = [] if is_first_page else [Link(_("Från början"), _query(query))]
    return first + ([Link(_("Visa fler"), _query(query, efter=str(after)))] if after else [])


def _file(request: ActorRequest, form: ListForm, number: int) -> ListAsFile | None:
    if not CardTime.of(request.actor, at=request.at).left:
        return None
    save = ngettext("Spara %(n)s vårdepisod som fil (CSV)", "Spara %(n)s vårdepisoder som fil (CSV)", number)
    sent = [(name, str(value)) for name, value in request.GET.items() if name in form.fields and value]
    return ListAsFile(sent=sent, button=save % {"n": number})


def _empty(form: ListForm) -> str:
    if not (form.is_cut or form.wanted.state):
        return _("Kliniken har inte registrerat någon vårdepisod i dina delregister än.")
    nothing, every = _("Ingen vårdepisod passar det du valde."), _("Visa alla")
    return format_html('{} <a href="{}">{}</a>', nothing, reverse("records"), every)


def _tabs(query: QueryDict, wanted: EpisodeFilter, counts: Mapping[EpisodeState | None, int]) -> list[StateTab]:
    """Those in which there is something, and the one that is shown."""
    every = StateTab(name=_("Alla"), count=counts[None], query=_query(query, lage=""), is_here=wanted.state is None)
    return [
        every,
        *(
            StateTab(
                name=list_state_name(state),
                count=counts[state],
                query=_query(query, lage=code),
                is_here=wanted.state is state,
            )
            for code, state in STATES.items()
            if counts[state] or wanted.state is state
        ),
    ]


def _query(query: QueryDict, **changed: str) -> str:
    """The address of the same list, from its beginning, with something else in it."""
    told = query.copy()
    told.pop("efter", None)
    for name, value in changed.items():
        told[name] = value
    for name in [name for name, value in told.items() if not value]:
        del told[name]
    return f"?{told.urlencode()}"


def _cells(line: EpisodeLine) -> list[str]:
    row = line.row
    step = row.next_step
    return [
        row.shown,
        row.patient,
        line.sex,
        str(row.age),
        name_of(row.sub_registry),
        row.system_id,
        str(day_of(row.began_at)),
        line.clinic,
        line.step,
        line.state.text if line.state else line.told,
        str(step.due_from or "") if step else "",
        str(step.due_to or "") if step else "",
        str(day_of(row.saved_at)) if row.saved_at else "",
    ]
