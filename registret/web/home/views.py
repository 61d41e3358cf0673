"""After login: the start page, and changing seats."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from registret.access.actor import Actor
from registret.access.applications import entering
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.accounts.queries import account
from registret.mail.queries import bounce
from registret.records.disclosure.queries import to_decide
from registret.records.retention.destroying import destroyed_lately
from registret.web.gate import needs, needs_any_card
from registret.web.home.pages import tasks
from registret.web.home.work import newest, waiting
from registret.web.http import ActorRequest, CardRequest, see_other
from registret.web.numbers import number_in
from registret.web.recertify.pages import due
from registret.web.surroundings import surroundings


@require_GET
@needs(Permission.WORK)
def start(request: ActorRequest) -> HttpResponse:
    """As whom you work, and what waits for you."""
    actor = request.actor
    person = account(account_id=actor.account_id)
    context = tasks(request) | {
        "recertification": due(request),
        "address": person.email.text if person else "",
        "bounce": bounce(person.email) if person else None,
        "greeting": _greeting(timezone.localtime(request.at).hour),
        "destroyed": destroyed_lately(actor=actor, at=request.at) if actor.may(Permission.READ_RECORDS) else (),
    }
    if actor.may(Permission.HANDLE_CASES):
        context["disclosures_to_decide"] = to_decide(actor=actor)
    if actor.may(Permission.REPORT):
        context["work"] = waiting(actor, at=request.at)
    elif actor.may(Permission.READ_RECORDS):
        context["newest"] = newest(actor, at=request.at)
    return render(request, "home/start.html", context)


@require_http_methods(["GET", "POST"])
@needs_any_card
def seat(request: CardRequest) -> HttpResponse:
    """Du arbetar som: choose where to work, at login and any time after."""
    person = request.person
    if request.method == "POST":
        grant_id = number_in(request.POST, "grant")
        if grant_id is None:
            raise NotFound()
        entering.choose_seat(sitting=request.sitting, grant_id=grant_id, by=person.by, at=request.at)
        return see_other("start")
    seats = person.seats if isinstance(person, Actor) else person.standing.seats
    if not seats:
        return see_other("application")
    chosen = person.seat.grant_id if isinstance(person, Actor) else seats[0].grant_id
    context = {"seats": seats, "chosen": chosen, "surroundings": surroundings(request)}
    return render(request, "home/seat.html", context)


def _greeting(hour: int) -> str:
    if 5 <= hour < 10:
        return _("God morgon")
    if 18 <= hour < 23:
        return _("God kväll")
    return _("Hej")
