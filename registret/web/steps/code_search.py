"""Codes by what people type: the names of a list, for the field that searches in it."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse, JsonResponse

from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.registries.queries import catalogue
from registret.registries.vocabulary import CodeSystem
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.texts import text_in

_MOST: Final = 30


@needs(Permission.WORK, seen=False).post
def code_search(request: ActorRequest, system: str) -> HttpResponse:
    """Codes that begin with `q`, or whose names hold its words. Those within `inom` come first.

    A POST, though it changes nothing: what is typed in a patient's form goes into no address, which servers log.
    """
    found = catalogue().terminologies.get(CodeSystem(system)) if system in set(CodeSystem) else None
    if found is None:
        raise Http404
    concepts = found.search(
        text_in(request.POST, "q"),
        expected=text_in(request.POST, "inom").split(),
        on=day_of(request.at),
        most=_MOST,
    )
    return JsonResponse({"codes": [{"code": one.code, "name": str(one.name)} for one in concepts]})
