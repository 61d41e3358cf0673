"""Answers that are the same for all: no cookie is read or set, and caches may keep them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Final, cast

from django.http import HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from registret.web.gate import open_to_all
from registret.web.http import Request

_KEPT_SECONDS: Final = 300
"""So long what the office takes back may still be shown by a cache."""


def for_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """A view that anybody may GET or HEAD, in the `language` of its address. A cache that has the answer is told so."""

    @wraps(view)
    def answer(request: Request, *args: Any, language: str, **kwargs: Any) -> HttpResponseBase:
        with translation.override(language):
            response = view(request, *args, **kwargs)
        etag = quote_etag(sha256(response.content).hexdigest())
        response.headers["ETag"] = etag
        response.headers["Content-Language"] = language
        response.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
        return cast(HttpResponseBase, get_conditional_response(request, etag=etag, response=response))

    return require_safe(open_to_all(cast(Callable[..., HttpResponseBase], answer)))
