"""What processes spend, and how it is told."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

import psutil

Processes = Callable[[], Sequence[psutil.Process]]


def with_children(pid: int) -> Processes:
    process = psutil.Process(pid)
    return lambda: [process, *process.children(recursive=True)]


def of_database() -> list[psutil.Process]:
    """PostgreSQL's, of the database that Django is connected to."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    postmaster = psutil.Process(backend).parent()
    assert postmaster is not None
    return [postmaster, *postmaster.children()]


def spread(values: Sequence[float]) -> str:
    """The median, and least to most."""
    return f"{statistics.median(values):.1f} ({min(values):.1f}–{max(values):.1f})"
