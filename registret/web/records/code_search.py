"""Codes by what people type: the names of a list, for the field that searches in it."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.registries.queries import catalogue
from registret.registries.schema import CodeSystem
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.texts import text_in

_MOST: Final = 30
_KEPT_SECONDS: Final = 24 * 60 * 60


@require_GET
@needs(Permission.WORK, seen=False)
def code_search(request: ActorRequest, system: str) -> HttpResponse:
    """Codes that begin with `q`, or whose names hold its words. Those within `inom` come first."""
    found = catalogue().terminologies.get(CodeSystem(system)) if system in set(CodeSystem) else None
    if found is None:
        raise Http404
    concepts = found.search(
        text_in(request.GET, "q"),
        expected=text_in(request.GET, "inom").split(),
        on=day_of(request.at),
        most=_MOST,
    )
    response = JsonResponse({"codes": [{"code": one.code, "name": str(one.name)} for one in concepts]})
    # Names of codes are about nobody. The cookies hold the language.
    response.headers["Cache-Control"] = f"private, max-age={_KEPT_SECONDS}"
    patch_vary_headers(response, ["Cookie"])
    return response
