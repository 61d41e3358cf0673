"""What every template may use."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest

from registret.access.actor import Actor
from registret.access.queries.applications import count_waiting
from registret.access.queries.logins import CardHolder
from registret.access.roles import Permission
from registret.web.door.addresses import probe_address
from registret.web.health.pages import late_lists
from registret.web.http import Request
from registret.web.shown_for import mark
from registret.web.way_back import to_this_page, wanted_by


def site_context(request: HttpRequest) -> dict[str, Any]:
    """Names and contacts, and for a person at work the bar at the top."""
    context: dict[str, Any] = {
        "registry_name": settings.REGISTRY_NAME,
        "contact_mail": settings.CONTACT_MAIL,
        "contact_phone": settings.CONTACT_PHONE,
        "is_demo": settings.DEMO,
        "card_host_fixed": settings.CARD_HOST_FIXED,
        "provider_name": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "here": request.path,
        "way_back": to_this_page(request),
        "wanted_by": lambda: wanted_by(request),
    }
    probe = request.sitting.probe if hasattr(request, "sitting") else None
    if probe is not None and settings.PROBE_EVERY:
        context |= {"probe": probe_address(probe), "probe_seconds": int(settings.PROBE_EVERY.total_seconds())}
    person = getattr(request, "person", None)
    if isinstance(person, Actor | CardHolder):
        context["shown_for"] = mark(person)
    if isinstance(person, CardHolder):
        context["has_account"] = person.standing.account is not None
    if isinstance(person, Actor):
        context |= _of_actor(person, at=cast(Request, request).at)
    return context


def _of_actor(actor: Actor, *, at: datetime) -> dict[str, Any]:
    # Whom people turn to when they cannot log in.
    looks_after_others = actor.may(Permission.ATTEST) or actor.may(Permission.APPOINT)
    return {
        "actor": actor,
        # Asked by a page that shows it, once.
        "waiting_count": cache(partial(count_waiting, actor=actor, at=at)),
        "late_lists": late_lists(at=at) if looks_after_others else (),
        "may_attest": actor.may(Permission.ATTEST),
        "may_appoint": actor.may(Permission.APPOINT),
        "may_read_records": actor.may(Permission.READ_RECORDS),
        "may_report": actor.may(Permission.REPORT),
        "may_handle_cases": actor.may(Permission.HANDLE_CASES),
        "may_help": actor.may(Permission.HELP),
        "idle_seconds": int(settings.SESSION_IDLE.total_seconds()),
        "warn_seconds": int(settings.SESSION_IDLE_WARNING.total_seconds()),
    }
