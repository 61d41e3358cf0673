"""What the pages of *Mitt konto* have in common: whose account it is, and the frame around them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from registret.access.actor import Actor
from registret.access.refusals import NotRegistered
from registret.accounts.queries import AccountRow, account
from registret.web.card_time import CardTime
from registret.web.http import CardRequest


def own(request: CardRequest) -> AccountRow:
    """The account of the person behind the card, at work or not.

    Raises: NotRegistered.
    """
    person = request.person
    found = account(account_id=person.account_id) if isinstance(person, Actor) else person.standing.account
    if found is None:
        raise NotRegistered()
    return found


def show(request: CardRequest, template: str, page: Any, *, status: int = 200) -> HttpResponse:
    """The page, within the bar of those who are at work or outside it."""
    at_work = isinstance(request.person, Actor)
    frame = {
        "frame": "inside.html" if at_work else "outside.html",
        "at_work": at_work,
        "tab": "account",
        "card_time": CardTime.since(request.sitting.began_at, at=request.at),
    }
    return render(request, template, frame | {"page": page}, status=status)
