"""A system orders the episodes of its clinic in a file, asks how far it has come, and fetches it once."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from registret.exchange.exporting.fetching import fetch
from registret.exchange.exporting.ordering import cancel, order_once
from registret.exchange.exporting.orders import ExportRow, own_export
from registret.exchange.exporting.wishes import ExportFormat, ExportWish, RowFor, ShownAs
from registret.exchange.refusals import ContentTypeUnknown, ParameterUnclear
from registret.kernel.sweden import day_of
from registret.kernel.typed import typed
from registret.records.queries.exports import ExportSelection
from registret.web.api.sent import idempotency_key, possible
from registret.web.gate import needs_system
from registret.web.http import SystemRequest

_LONGEST: Final = 10_000
"""Bytes of an order."""
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ExportAsked(BaseModel):
    """The body of an order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sub_registry: Annotated[str, Field(max_length=40)]
    first_day: date
    last_day: date
    format: ExportFormat
    shown_as: ShownAs = ShownAs.CODES
    row_for: RowFor = RowFor.EPISODE
    reason: _Reason


@needs_system.post
def exports(request: SystemRequest) -> HttpResponse:
    """Order a file, which a worker makes.

    Raises: NotPermitted, ContentTypeUnknown, IdempotencyKeyMissing, ParameterUnclear, IdempotencyKeyReused, TooMany.
    """
    if request.content_type != "application/json":
        raise ContentTypeUnknown()
    key, actor = idempotency_key(request), request.system.actor
    made = order_once(actor=actor, wish=_wish(request), key=key, at=request.at)
    told = _told(own_export(actor, made, at=request.at))
    return JsonResponse(told, status=202, headers={"Location": reverse("api_export", args=[made])})


@needs_system.get_delete
def one_export(request: SystemRequest, export: int) -> HttpResponse:
    """How far a file has come; DELETE takes the order back, with its file."""
    actor = request.system.actor
    if request.method == "DELETE":
        cancel(actor=actor, export=possible(export), at=request.at)
        return HttpResponse(status=204)
    return JsonResponse(_told(own_export(actor, possible(export), at=request.at)))


@needs_system.get
def file(request: SystemRequest, export: int) -> HttpResponseBase:
    """The file, once; the log has it before the first byte leaves."""
    made = fetch(actor=request.system.actor, export=possible(export), at=request.at)
    name = f"export-{export}-{day_of(request.at)}.zip"
    return FileResponse(made, as_attachment=True, filename=name, content_type="application/zip")


def _wish(request: HttpRequest) -> ExportWish:
    """Raises: ParameterUnclear."""
    try:
        asked = ExportAsked.model_validate_json(request.read(_LONGEST))
    except ValidationError as wrong:
        place = wrong.errors(include_url=False, include_input=False, include_context=False)[0]["loc"]
        name = str(place[0]) if place and place[0] in ExportAsked.model_fields else "body"
        raise ParameterUnclear(name=name) from None
    if asked.last_day < asked.first_day:
        raise ParameterUnclear(name="last_day")
    selection = ExportSelection(sub_registry=asked.sub_registry, first_day=asked.first_day, last_day=asked.last_day)
    return ExportWish(
        selection=selection,
        format=asked.format,
        shown_as=asked.shown_as,
        row_for=asked.row_for,
        reason=typed(asked.reason),
    )


def _told(row: ExportRow) -> dict[str, Any]:
    wish = row.wish
    return {
        "id": row.id,
        "sub_registry": wish.selection.sub_registry,
        "first_day": wish.selection.first_day.isoformat(),
        "last_day": wish.selection.last_day.isoformat(),
        "format": wish.format.value,
        "shown_as": wish.shown_as.value,
        "row_for": wish.row_for.value,
        "reason": wish.reason,
        "state": row.state.value,
        "why": row.end.value if row.end else None,
        "ordered_at": row.at.isoformat(),
        "fetch_until": row.fetch_until.isoformat() if row.fetch_until else None,
        "episodes": {"total": row.total, "done": row.done},
        "patients": row.patients,
    }
