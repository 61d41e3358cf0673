"""After login: the start page, and changing seats."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from registret.access.actor import Actor
from registret.access.applications import entering
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.web.gate import needs, needs_any_card
from registret.web.home.pages import SeatPage, seat_lines, start_page
from registret.web.http import ActorRequest, CardRequest, see_other
from registret.web.numbers import number_in
from registret.web.pieces import show
from registret.web.surroundings import surroundings


@needs(Permission.WORK).get
def start(request: ActorRequest) -> HttpResponse:
    """As whom you work, and what waits for you."""
    return show(request, "home/start.html", start_page(request), tab="")


@needs_any_card.get_post
def seat(request: CardRequest) -> HttpResponse:
    """Du arbetar som: choose where to work, at login and any time after."""
    person = request.person
    if request.method == "POST":
        grant_id = existing(number_in(request.POST, "grant"))
        entering.choose_seat(sitting=request.sitting, grant_id=grant_id, by=person.by, at=request.at)
        return see_other("start")
    seats = person.seats if isinstance(person, Actor) else person.standing.seats
    if not seats:
        return see_other("application")
    chosen = person.seat.grant_id if isinstance(person, Actor) else seats[0].grant_id
    context = {"page": SeatPage(seats=seat_lines(seats, chosen=chosen)), "surroundings": surroundings(request)}
    return render(request, "home/seat.html", context)
