"""Which episodes to list: the filter that stands in the address."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.access.actor import Actor
from registret.access.roles import Permission
from registret.records.lifecycle import EpisodeState
from registret.records.queries.episode_lists import EpisodeFilter, EpisodeOrder
from registret.records.reporting.listing import clinics_to_list
from registret.registries.queries import sub_registries
from registret.web.dates import DayField

# As the address says it.
STATES: Final = {
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
        names = {seat.clinic_id: seat.clinic_name for seat in actor.seats}
        readable = actor.seat.sub_registries_for(Permission.READ_RECORDS)
        registries = [(one.code, one.name) for one in sub_registries() if one.code in readable]
        choices: dict[str, list[tuple[Any, str]]] = {
            "lage": [("", _("Alla")), *((code, list_state_name(state)) for code, state in STATES.items())],
            "delregister": [("", _("Alla")), *registries],
            "klinik": [(id, names[id]) for id in ids],
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
            state=STATES.get(data["lage"]),
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

    @property
    def is_unfolded(self) -> bool:
        """Whether it is to be seen what was chosen."""
        return bool(self.errors or self.is_cut or self.data.get("ordning"))


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
