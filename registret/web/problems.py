"""What a program is told instead of a page when something is refused or fails: problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import override

from registret.kernel.refused import Refused
from registret.words.refusals import RefusalPage, in_general, page_of


def is_of_program(request: HttpRequest) -> bool:
    """Whether the address is one that programs ask."""
    return request.path.startswith("/api/")


def refusal_problem(refusal: Refused, *, reference: str, at: datetime, **more: Any) -> JsonResponse:
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    again_at = getattr(refusal, "again_at", None)
    if isinstance(again_at, datetime):
        headers["Retry-After"] = str(max(1, int((again_at - at).total_seconds()) + 1))
    return _problem(lambda: page_of(refusal), refusal.status, reference, headers, more)


def general_problem(code: str, *, status: int, reference: str) -> JsonResponse:
    return _problem(lambda: in_general(code), status, reference, {}, {})


def type_of(code: str) -> str:
    """The address of the help about it."""
    return f"{settings.SITE_ORIGIN}/hjalp/fel/{code}"


def _problem(
    page: Callable[[], RefusalPage],
    status: int,
    reference: str,
    headers: Mapping[str, str],
    more: Mapping[str, Any],
) -> JsonResponse:
    with override("sv"):
        swedish = page()
    with override("en"):
        english = page()
    told = {
        "type": type_of(swedish.code),
        "status": status,
        "code": swedish.code,
        "reference": reference,
        **_words(swedish),
        "en": _words(english),
        **more,
    }
    return JsonResponse(told, status=status, content_type="application/problem+json", headers=dict(headers))


def _words(page: RefusalPage) -> dict[str, str]:
    return {"title": page.title, "detail": " ".join((page.happened, *page.todo))}
