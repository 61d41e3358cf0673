"""Requests, typed by what is known of the person behind them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from registret.access.actor import Actor
from registret.access.queries.logins import CardHolder
from registret.access.systems.assertions import System
from registret.accounts.sessions import ActiveSession
from registret.web.presented import Arrival

SESSION_COOKIE = "__Host-session"
BROWSER_COOKIE = "__Host-forsok"


class Request(HttpRequest):
    """Every request has a moment and an address that it came from."""

    at: datetime
    arrival: Arrival
    network: str | None
    reference: str


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of the site asks, which shows the answer in the page that is open."""
    return request.headers.get("Accept") == "application/json"


class CardRequest(Request):
    """A card was proven in this browser; `person` is whose."""

    sitting: ActiveSession
    person: Actor | CardHolder


class HolderRequest(CardRequest):
    """A proven card without a grant: its holder registers, or waits to be attested."""

    holder: CardHolder


class ActorRequest(CardRequest):
    """A person at work."""

    actor: Actor


class SystemRequest(Request):
    """A record system that has signed this request; `person` is it as the log names it."""

    system: System
    person: Actor


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, also if that is nothing; None if it was not sent."""
    return request.POST if request.method == "POST" else None


def addresses(page: str, ids: Iterable[str]) -> dict[str, str]:
    """The address of a page about each of these: a list asks Django once, which looks through all addresses each time.
    `ids` are as system ids are: nothing in them is written otherwise in an address."""
    every = list(ids)
    before, _, after = reverse(page, args=every[:1]).rpartition(every[0]) if every else ("", "", "")
    return {one: f"{before}{one}{after}" for one in every}


def see_other(to: str, *args: object) -> HttpResponse:
    """A 303 to a page, by its name with its arguments or by its address: what was posted is not posted again."""
    response = redirect(to, *args)
    response.status_code = 303
    return response
