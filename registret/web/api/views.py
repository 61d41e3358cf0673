"""The API of record systems: files are sent, and what became of them is asked. All work is done by a worker."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from registret.exchange.importing import jobs
from registret.exchange.importing.deliveries import SentFile, deliver, faulty_rows, mapping_for
from registret.exchange.mappings.applying import column_faults
from registret.exchange.mappings.reading import MappingBroken
from registret.exchange.readers import read
from registret.exchange.readers.table import MOST_BYTES
from registret.exchange.refusals import (
    ColumnsUnfit,
    ContentTypeUnknown,
    FileTooLarge,
    MappingUnknown,
    ParameterUnclear,
)
from registret.web.api.sent import idempotency_key, possible
from registret.web.api.told import told_columns, told_job, told_rows
from registret.web.gate import needs_system, open_to_all
from registret.web.http import Request, SystemRequest
from registret.web.problems import refusal_problem
from registret.web.refusals import log_refusal

PAGE: Final = 50
_TYPES: Final = frozenset(
    {
        "text/csv",
        "application/json",
        "application/fhir+json",
        "application/fhir+ndjson",
        "application/octet-stream",
        "application/odm+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/xml",
    }
)


@open_to_all.get
def openapi(request: Request) -> HttpResponse:
    """The description of this API (OpenAPI 3.1)."""
    return HttpResponse(_description(), content_type="application/json")


@needs_system.get_post
def imports(request: SystemRequest) -> HttpResponse:
    """The system's own files, newest first; POST with a file tries it or brings it in."""
    if request.method == "POST":
        return _sent(request)
    before = _id_in(request, "before")
    found = jobs.kept_jobs(actor=request.system.actor, before=before, most=PAGE + 1, at=request.at)
    after = f"{reverse('api_imports')}?before={found[PAGE - 1].file}" if len(found) > PAGE else None
    return JsonResponse({"imports": [told_job(job) for job in found[:PAGE]], "next": after})


@needs_system.get_delete
def one_import(request: SystemRequest, file: int) -> HttpResponse:
    """How far a file has come; DELETE stops it and destroys the file. What was brought in stays."""
    if request.method == "DELETE":
        jobs.remove(actor=request.system.actor, file=possible(file), at=request.at)
        return HttpResponse(status=204)
    return JsonResponse(told_job(jobs.job_of(actor=request.system.actor, file=possible(file), at=request.at)))


@needs_system.get
def rows(request: SystemRequest, file: int) -> HttpResponse:
    """What is wrong with rows of a file, or was not taken of them."""
    job = jobs.job_of(actor=request.system.actor, file=possible(file), at=request.at)
    try:
        found, last = faulty_rows(job, after=_id_in(request, "after") or 0, at=request.at)
    except MappingBroken:
        raise MappingUnknown() from None
    after = f"{reverse('api_rows', args=[file])}?after={last}" if last is not None else None
    return JsonResponse({"rows": told_rows(found), "next": after})


def _sent(request: SystemRequest) -> HttpResponse:
    """Raises: what `mapping_for`, `read` and `deliver` raise; ContentTypeUnknown, IdempotencyKeyMissing,
    ParameterUnclear."""
    if request.content_type not in _TYPES:
        raise ContentTypeUnknown()
    key = idempotency_key(request)
    only_tried = _is_dry_run(request)
    saved, mapping = mapping_for(request.system, request.GET.get("mapping", ""))
    content = _body(request)
    table = read(content)
    faults = column_faults(mapping, table)
    if faults:
        return _columns_unfit(request, told_columns(faults))
    sent = SentFile(saved=saved, mapping=mapping, content=content, table=table, only_tried=only_tried, key=key)
    file = deliver(request.system, sent, at=request.at)
    job = jobs.job_of(actor=request.system.actor, file=file, at=request.at)
    return JsonResponse(told_job(job), status=202, headers={"Location": reverse("api_import", args=[file])})


def _body(request: HttpRequest) -> bytes:
    """Raises: FileTooLarge."""
    content = request.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileTooLarge(most=MOST_BYTES >> 20)
    return bytes(content)


def _columns_unfit(request: SystemRequest, columns: list[dict[str, object]]) -> HttpResponse:
    refusal = ColumnsUnfit()
    return refusal_problem(refusal, reference=log_refusal(request, refusal), at=request.at, columns=columns)


def _is_dry_run(request: HttpRequest) -> bool:
    """Raises: ParameterUnclear."""
    said = request.GET.get("dry-run", "false")
    if said not in {"true", "false"}:
        raise ParameterUnclear(name="dry-run")
    return said == "true"


def _id_in(request: HttpRequest, name: str) -> int | None:
    """Raises: ParameterUnclear."""
    said = request.GET.get(name)
    if said is None:
        return None
    if not re.fullmatch("[0-9]{1,18}", said):
        raise ParameterUnclear(name=name)
    return int(said)


@cache
def _description() -> bytes:
    return (Path(__file__).parent / "openapi.json").read_bytes()
