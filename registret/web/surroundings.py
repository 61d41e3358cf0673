"""Inside or outside: the dark bar shows that the user is at work, also on pages that are open to all."""

from __future__ import annotations

from typing import cast

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

from registret.access.actor import Actor
from registret.database.gone import is_gone
from registret.kernel.refused import Refused
from registret.web.gate import authenticate
from registret.web.http import SESSION_COOKIE, CardRequest


def surroundings(request: HttpRequest) -> str:
    """What a page extends that is open to all, or that says no: `inside.html` only for a session that holds, and a seat
    that is still valid. It is looked at and not used: a page that says no is nothing that anybody did."""
    if not hasattr(request, "person") and hasattr(request, "at") and SESSION_COOKIE in request.COOKIES:
        # The page is for all, so a session that is over is no reason to refuse; nor is a database that is gone.
        try:
            authenticate(cast(CardRequest, request), seen=False)
        except Refused:
            pass
        except (OperationalError, InterfaceError) as trouble:
            if not is_gone(trouble):
                raise
    return "inside.html" if isinstance(getattr(request, "person", None), Actor) else "outside.html"
