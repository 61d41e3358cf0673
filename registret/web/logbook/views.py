"""Loggen, for those who review it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registret.access.roles import Permission
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.logbook.forms import LogForm
from registret.web.logbook.pages import log_lines
from registret.web.logbook.reading import read_log
from registret.web.numbers import number_in


@require_GET
@needs(Permission.READ_LOG)
def logbook(request: ActorRequest) -> HttpResponse:
    """Who did what, when and from where. The reading itself is logged."""
    form = LogForm(request.GET)
    context: dict[str, Any] = {"tab": "logbook", "form": form}
    if not form.is_valid():
        return render(request, "logbook.html", context, status=422)
    before = number_in(request.GET, "fore")
    page = read_log(wanted=form.wanted, told=form.told, before=before, actor=request.actor, at=request.at)
    context |= {"lines": log_lines(page.rows), "before": before}
    context |= {"older": _with(request, page.older) if page.older else "", "newest": _with(request, None)}
    return render(request, "logbook.html", context)


def _with(request: ActorRequest, before: int | None) -> str:
    """The question as it was put, from below entry number `before`."""
    query = request.GET.copy()
    query.pop("fore", None)
    if before is not None:
        query["fore"] = str(before)
    return query.urlencode()
