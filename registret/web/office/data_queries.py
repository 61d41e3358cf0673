"""Frågor till kliniker: the office asks about an answer by system id, and reads what clinics answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from registret.access.roles import Permission
from registret.kernel.identifiers import Malformed
from registret.records.data_queries.asking import QueryWanted, answered, ask, waiting_and_lapsed, withdraw
from registret.records.data_queries.text import QueryText
from registret.records.refusals import QueryWaits
from registret.registries.queries import open_for_rights
from registret.web.forms import CODE_INPUT, ParsedField, QueryTextField, refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.office.data_query_pages import asking_page, queries_page, variables_of
from registret.web.pieces import show

_SYSTEM_ID: Final = re.compile("E[34679ACDEFGHJKMNPQRTWXY]{8}")


class EpisodeIdField(ParsedField):
    """The system id of an episode, whether there is one or not."""

    widget = CODE_INPUT
    default_error_messages = {"required": _("Skriv vårdepisodens id")}
    malformed = _("Skriv hela id:t: E och åtta tecken, till exempel E7KHM3QXR")

    @staticmethod
    def parse(written: str) -> str:
        """Raises: Malformed."""
        text = written.replace(" ", "").upper()
        if _SYSTEM_ID.fullmatch(text) is None:
            raise Malformed("not the shape of an episode's system id")
        return text


class AskForm(forms.Form):
    """About which episode, about which answer, and what."""

    system_id = EpisodeIdField(max_length=20)
    about = forms.ChoiceField(
        error_messages={"required": _("Välj en uppgift"), "invalid_choice": _("Välj en uppgift i listan")}
    )
    text = QueryTextField(_("Skriv vad ni vill veta"))

    def __init__(self, data: Any = None, *, variables: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__(data)
        self.fields["about"].choices = list(variables)  # type: ignore[attr-defined]

    def wanted(self, sub_registry: str) -> QueryWanted:
        """Of a form that is valid."""
        data: Mapping[str, Any] = self.cleaned_data
        step, variable = data["about"].split(":")
        text: QueryText = data["text"]
        return QueryWanted(
            system_id=data["system_id"], sub_registry=sub_registry, step=step, variable=variable, text=text
        )


@needs(Permission.ASK_CLINICS).get
def data_queries(request: ActorRequest) -> HttpResponse:
    """What waits for an answer, and what clinics have answered."""
    waiting = waiting_and_lapsed(actor=request.actor, at=request.at)
    page = queries_page(waiting, answered(actor=request.actor, at=request.at), done=request.GET.get("klart", ""))
    return show(request, "office/data_queries.html", page, tab="office")


@needs(Permission.ASK_CLINICS).get_post
def ask_clinic(request: ActorRequest, code: str) -> HttpResponse:
    """A question about an answer in one sub-registry. Nothing tells whether there is such an episode."""
    if code not in {one.code for one in open_for_rights()}:
        raise Http404
    form = AskForm(posted(request), variables=variables_of(code))
    if form.is_valid():
        with refusals_as_errors(form, {QueryWaits: "about"}):
            ask(actor=request.actor, wanted=form.wanted(code), at=request.at)
    if form.is_valid():
        return see_other(f"{reverse('data_queries')}?klart=fragat")
    return show(
        request,
        "office/data_query_new.html",
        asking_page(form, code),
        tab="office",
        status=422 if form.errors else 200,
    )


@needs(Permission.ASK_CLINICS).post
def withdraw_query(request: ActorRequest, id: int) -> HttpResponse:
    """Ta tillbaka."""
    withdraw(actor=request.actor, number=id, at=request.at)
    return see_other(f"{reverse('data_queries')}?klart=taget")
