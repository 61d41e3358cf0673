"""The measures of this node and its database in the text format of Prometheus. No names of people, no addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Final

from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from registret.heartbeats.queries import workers
from registret.kernel.secret import same
from registret.ledger.queries import counted, oldest_unsealed
from registret.mail.queries import outbox
from registret.records.patient_rights.kept_marks import file_of_marks
from registret.revocation.queries import upkeep
from registret.revocation.sources import ListStanding
from registret.revocation.trust import revocation
from registret.web.health import request_times
from registret.web.health.readiness import clock_skew
from registret.web.http import Request

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# A front on the same machine comes from loopback as well; it says for whom it asks.
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


def may_read(request: Request) -> bool:
    """A client that knows the token; if none is set, a program on this machine that asks for itself."""
    if settings.METRICS_TOKEN:
        return same(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    if request.network is None or any(name in request.headers for name in _FORWARDED):
        return False
    return ip_address(request.network).is_loopback


def measured(*, at: datetime) -> bytes:
    """Everything, at this moment."""
    registry = CollectorRegistry()
    registry.register(_Measures(at))
    request_times.add_to(registry)
    return generate_latest(registry)


class _Measures:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def collect(self) -> Iterator[Metric]:
        yield from _of_the_program()
        yield from _of_the_database()
        yield from _of_workers(self._at)
        yield from _of_the_log(self._at)
        yield from _of_certificates(self._at)
        yield from _of_lists(revocation().standings(at=self._at), self._at)
        yield from _of_fetching(revocation().standings(at=self._at), self._at)
        yield from _of_letters(self._at)
        yield from _of_opt_outs(self._at)


def _of_the_program() -> Iterator[Metric]:
    told = GaugeMetricFamily("registret_info", "1, with the version of the program", labels=["version"])
    told.add_metric([version("registret")], 1)
    yield told


def _of_the_database() -> Iterator[Metric]:
    begun = monotonic()
    skew = clock_skew().total_seconds()
    yield GaugeMetricFamily("registret_database_seconds", "What a question to the database took", monotonic() - begun)
    yield GaugeMetricFamily("registret_clock_skew_seconds", "By how much this node's clock is ahead of it", skew)


def _of_workers(at: datetime) -> Iterator[Metric]:
    age = GaugeMetricFamily("registret_worker_success_age_seconds", "Since a round succeeded", labels=["worker"])
    failures = GaugeMetricFamily("registret_worker_failures", "Rounds that failed in a row", labels=["worker"])
    late = GaugeMetricFamily("registret_worker_late", "1 if it stands still", labels=["worker"])
    for row in workers(at=at):
        age.add_metric([row.worker], (at - row.since).total_seconds())
        failures.add_metric([row.worker], row.failures)
        late.add_metric([row.worker], row.is_late)
    yield from (age, failures, late)


def _of_the_log(at: datetime) -> Iterator[Metric]:
    oldest = oldest_unsealed()
    yield GaugeMetricFamily(
        "registret_log_unsealed_seconds",
        "Since the oldest entry was written that no seal covers",
        (at - oldest).total_seconds() if oldest else 0.0,
    )
    events = GaugeMetricFamily(
        "registret_log_entries", "Entries of the last five minutes in the log", labels=["event", "outcome"]
    )
    for (event, outcome), number in counted(since=at - timedelta(minutes=5)).items():
        events.add_metric([event, outcome], number)
    yield events


def _of_certificates(at: datetime) -> Iterator[Metric]:
    """Of the embedded listeners; a front has its own."""
    left = GaugeMetricFamily("registret_certificate_end_seconds", "Until it ends", labels=["host"])
    for host, file in (
        (settings.SITE_HOST, settings.SITE_CERTIFICATE),
        (settings.CARD_HOST, settings.CARD_CERTIFICATE),
    ):
        # A file that cannot be read any more is told by the next start.
        with suppress(OSError, ValueError):
            if file.named:
                left.add_metric([host], (end_of_certificate(file.path) - at).total_seconds())
    yield left


def end_of_certificate(file: Path) -> datetime:
    """When the first certificate of a PEM file ends. Raises: OSError, ValueError."""
    return load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc


def _of_lists(standings: tuple[ListStanding, ...], at: datetime) -> Iterator[Metric]:
    usable = _gauge("usable", "1 if cards of the CA can be let in: its list is not too old, or OCSP is set up alone")
    fresh = _gauge("fresh", "1 if the list that counts is not past its next update")
    age = _gauge("age_seconds", "Since the list that counts was issued")
    left = _gauge("next_update_seconds", "Until the next list is due; below zero it is late")
    entries = _gauge("entries", "Revoked certificates on the list that counts")
    for standing in standings:
        labels = [standing.anchor.name]
        usable.add_metric(labels, standing.lets_in)
        fresh.add_metric(labels, not standing.is_trouble)
        if standing.this_update and standing.next_update:
            age.add_metric(labels, (at - standing.this_update).total_seconds())
            left.add_metric(labels, (standing.next_update - at).total_seconds())
            entries.add_metric(labels, standing.entries or 0)
    yield from (usable, fresh, age, left, entries)


def _of_fetching(standings: tuple[ListStanding, ...], at: datetime) -> Iterator[Metric]:
    failures = _gauge("fetch_failures", "Fetches that failed in a row")
    since = _gauge("fetch_success_age_seconds", "Since the list was last fetched, changed or not")
    known = upkeep()
    for standing in standings:
        row = known.get(standing.anchor.fingerprint)
        if standing.anchor.crl_url and row is not None:
            failures.add_metric([standing.anchor.name], row.failures)
            if row.succeeded_at:
                since.add_metric([standing.anchor.name], (at - row.succeeded_at).total_seconds())
    yield from (failures, since)


def _of_letters(at: datetime) -> Iterator[Metric]:
    waiting = outbox()
    oldest = (at - waiting.oldest).total_seconds() if waiting.oldest else 0.0
    yield GaugeMetricFamily("registret_letters_waiting", "Letters that are still to be sent", waiting.count)
    yield GaugeMetricFamily("registret_letters_oldest_seconds", "Since the oldest of them was written", oldest)


def _of_opt_outs(at: datetime) -> Iterator[Metric]:
    file = file_of_marks()
    if file is None:
        return
    waited = (at - file.since).total_seconds() if file.since else 0.0
    usable = "1 if REGISTRET_OPT_OUT_FILE can be written, and each of its lines read"
    yield GaugeMetricFamily("registret_opt_out_file_usable", usable, file.usable)
    yield GaugeMetricFamily("registret_opt_outs_unwritten", "Blocked numbers that are not in it", file.lacking)
    yield GaugeMetricFamily("registret_opt_outs_unwritten_seconds", "Since the oldest of them was blocked", waited)


def _gauge(name: str, meaning: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"registret_crl_{name}", meaning, labels=["anchor"])
