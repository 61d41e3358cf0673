"""How long answers take, by journey and class of status. Of all processes that share a folder, if one is named."""

from __future__ import annotations

import os
from typing import Final

from django.http import HttpRequest
from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector

# When counting began is nothing that a rule or a board asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]
_SECONDS: Final = Histogram(
    "registret_request_seconds",
    "What answers took",
    labelnames=("journey", "status"),
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=None,
)


def observe(request: HttpRequest, *, status: int, seconds: float) -> None:
    """An answer was made. What is told of its address is the folder of the view alone: addresses carry codes."""
    match = request.resolver_match
    # registret.web.<journey>.views
    folders = match.func.__module__.split(".") if match else []
    journey = folders[2] if len(folders) > 2 else "none"
    _SECONDS.labels(journey, f"{status // 100}xx").observe(seconds)


def add_to(registry: CollectorRegistry) -> None:
    """What this process has observed; or, with PROMETHEUS_MULTIPROC_DIR, what all have (deploy/gunicorn.conf.py)."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_SECONDS)
