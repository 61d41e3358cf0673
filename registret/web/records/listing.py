"""Registreringar: the list of the clinic's episodes, its filter, and the list as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.places.queries import clinics
from registret.records.lifecycle import UNFINISHED, EpisodeState, StepState
from registret.records.listing import (
    EpisodeFilter,
    EpisodeOrder,
    clinics_to_list,
    episode_file,
    episode_list,
)
from registret.records.rows import ListedEpisode, StepMark
from registret.registries.queries import form_of, name_of, sub_registries
from registret.web.attest.card_time import CardTime
from registret.web.dates import DayField
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.numbers import number_in
from registret.web.records.pages import forms_to_report, sex_name, state_name
from registret.web.tables import csv_file
from registret.words.days import day_in_words

# As the address says it.
_STATES: Final = {
    "paborjade": EpisodeState.BEGUN,
    "flaggade": EpisodeState.FLAGGED,
    "undanlagda": EpisodeState.LAID_ASIDE,
    "att-borja": EpisodeState.TO_BEGIN,
    "att-folja-upp": EpisodeState.DUE,
    "vantar": EpisodeState.AWAITING,
    "klara": EpisodeState.DONE,
}
_ORDERS: Final = {
    "": EpisodeOrder.NEWEST,
    "aldst": EpisodeOrder.OLDEST,
    "andrad": EpisodeOrder.SAVED,
    "uppfoljning": EpisodeOrder.DUE,
}


class ListForm(forms.Form):
    """Which episodes to list. It stands in the address, so nothing in it is about a patient."""

    lage = forms.ChoiceField(required=False)
    delregister = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": gettext_lazy("Välj ett delregister i listan")}
    )
    klinik = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        error_messages={"invalid_choice": gettext_lazy("Välj en klinik i listan")},
    )
    ordning = forms.ChoiceField(required=False)
    fran = DayField(label=gettext_lazy("Ankomst från och med"))
    till = DayField(label=gettext_lazy("Ankomst till och med"))
    mina = forms.BooleanField(required=False)
    sena = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        super().__init__(data)
        ids = clinics_to_list(actor)
        places = clinics(ids)
        readable = actor.seat.sub_registries_for(Permission.READ_RECORDS)
        registries = [(one.code, one.name) for one in sub_registries() if one.code in readable]
        choices: dict[str, list[tuple[Any, str]]] = {
            "lage": [("", _("Alla")), *((code, list_state_name(state)) for code, state in _STATES.items())],
            "delregister": [("", _("Alla")), *registries],
            "klinik": [(id, places[id].title) for id in ids],
            "ordning": [(code, order_name(order)) for code, order in _ORDERS.items()],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        self.has_clinics, self.has_registries = len(ids) > 1, len(registries) > 1

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("fran"), data.get("till")
        if first and last and last < first:
            self.add_error("till", _("Till och med ligger före från och med"))
        return data

    @property
    def wanted(self) -> EpisodeFilter:
        """Of a form that is valid."""
        data = self.cleaned_data
        return EpisodeFilter(
            clinic_id=data["klinik"],
            sub_registry=data["delregister"] or None,
            state=_STATES.get(data["lage"]),
            mine=data["mina"],
            late=data["sena"],
            first_day=data["fran"],
            last_day=data["till"],
            order=_ORDERS[data["ordning"]],
        )

    @property
    def is_cut(self) -> bool:
        """Whether anything but state and order was chosen."""
        return any(self.cleaned_data.get(name) for name in ("delregister", "klinik", "fran", "till", "mina", "sena"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTab:
    """A state to choose, with how many episodes are in it. `query`: the address that shows them."""

    name: str
    count: int
    query: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeLine:
    """An episode in words. `state`: how far its next step has come; `day`: when that is due, in words; `tag`: how bad
    that is (`late`, `flagged` or none). `done`: how many of its steps are."""

    row: ListedEpisode
    sex: str
    clinic: str
    step: str
    state: str
    tag: str
    day: str
    done: str


@require_GET
@needs(Permission.READ_RECORDS)
def episodes(request: ActorRequest) -> HttpResponse:
    """Registreringar: the filter stands in the address."""
    form = ListForm(request.GET, actor=request.actor)
    context: dict[str, Any] = {"form": form, "tab": "records", "blanks": forms_to_report(request.actor)}
    if not form.is_valid():
        return render(request, "records/records.html", context, status=422)
    after = number_in(request.GET, "efter")
    found = episode_list(actor=request.actor, wanted=form.wanted, after=after, at=request.at)
    context |= {
        "tabs": _tabs(request.GET, form.wanted, found.counts),
        "lines": lines(found.rows, at=request.at),
        "count": found.counts[form.wanted.state],
        "is_first_page": after is None,
        "first": _query(request.GET),
        "more": _query(request.GET, efter=str(found.after)) if found.after else "",
        "card_time": CardTime.of(request.actor, at=request.at),
        "sent": [(name, value) for name, value in request.GET.items() if name in form.fields and value],
    }
    return render(request, "records/records.html", context)


@require_POST
@needs(Permission.READ_RECORDS)
def episodes_csv(request: ActorRequest) -> HttpResponse:
    """The list as a file: what was typed travels in the body. Raises: CardTooOld."""
    form = ListForm(request.POST, actor=request.actor)
    if not form.is_valid():
        context = {"form": form, "tab": "records", "blanks": forms_to_report(request.actor)}
        return render(request, "records/records.html", context, status=422)
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
    return csv_file("registreringar.csv", header, [_cells(line) for line in lines(rows, at=request.at)])


def list_state_name(state: EpisodeState) -> str:
    return {
        EpisodeState.BEGUN: _("Påbörjade"),
        EpisodeState.FLAGGED: _("Flaggade"),
        EpisodeState.LAID_ASIDE: _("Undanlagda"),
        EpisodeState.TO_BEGIN: _("Att fortsätta med"),
        EpisodeState.DUE: _("Att följa upp"),
        EpisodeState.AWAITING: _("Väntar på uppföljning"),
        EpisodeState.DONE: _("Klara"),
    }[state]


def order_name(order: EpisodeOrder) -> str:
    return {
        EpisodeOrder.NEWEST: _("Senaste ankomst först"),
        EpisodeOrder.OLDEST: _("Tidigaste ankomst först"),
        EpisodeOrder.SAVED: _("Senast sparat först"),
        EpisodeOrder.DUE: _("Närmaste uppföljning först"),
    }[order]


def lines(rows: Sequence[ListedEpisode], *, at: datetime) -> list[EpisodeLine]:
    """In words, as they are on the day of `at`."""
    places = clinics({row.clinic_id for row in rows})
    return [_line(row, places[row.clinic_id].title, today=day_of(at)) for row in rows]


def late_in_words(last: date, *, today: date) -> str:
    """`5 dagar sen`."""
    days = (today - last).days
    return ngettext("%(n)s dag sen", "%(n)s dagar sen", days) % {"n": days}


def _line(row: ListedEpisode, clinic: str, *, today: date) -> EpisodeLine:
    form, following = form_of(row.sub_registry, row.version), row.next_step
    done = sum(step.state not in UNFINISHED for step in row.steps)
    told = _of_step(following, today=today) if following else {"state": _("klar"), "tag": "done", "day": ""}
    return EpisodeLine(
        row=row,
        sex=sex_name(row.sex),
        clinic=clinic,
        step=str(form.step(following.code).name) if following else "",
        done=_("%(done)s av %(all)s steg") % {"done": done, "all": len(row.steps)},
        **told,
    )


def _of_step(step: StepMark, *, today: date) -> dict[str, str]:
    if step.due_from is not None and step.due_to is not None and step.state is StepState.PLANNED:
        if step.due_to < today:
            return {"state": late_in_words(step.due_to, today=today), "tag": "late", "day": ""}
        first = step.due_from > today
        day = _("från %(day)s") if first else _("senast %(day)s")
        return {"state": "", "tag": "", "day": day % {"day": day_in_words(step.due_from if first else step.due_to)}}
    if step.flags:
        return {"state": _("flaggad"), "tag": "flagged", "day": ""}
    return {"state": state_name(step.state), "tag": "", "day": ""}


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
            for code, state in _STATES.items()
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
        line.state or line.day,
        str(step.due_from or "") if step else "",
        str(step.due_to or "") if step else "",
        str(day_of(row.saved_at)) if row.saved_at else "",
    ]
