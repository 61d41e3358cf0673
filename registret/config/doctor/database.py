"""What the database is and says: roles and tables, its clock, and what the workers have left there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from registret.config import ready, ready_database
from registret.config.doctor.examining import Examination, NotUsed
from registret.config.doctor.here import enough
from registret.config.env import is_loopback
from registret.config.not_ready import NotReady
from registret.heartbeats.queries import workers
from registret.heartbeats.services import CHECKPOINT
from registret.ledger.queries import oldest_unsealed
from registret.mail.queries import outbox
from registret.records.patient_rights.kept_marks import file_of_marks
from registret.revocation.trust import revocation
from registret.web.health.readiness import clock_skew

_VERSIONS: Final = range(15, 19)
"""Major versions of PostgreSQL that it is made for."""

_SKEW: Final = timedelta(seconds=5)
_LETTER: Final = timedelta(hours=1)
_UNSEALED: Final = timedelta(minutes=15)
_DEBIAN: Final = Path("/var/lib/postgresql")
"""Where Debian's PostgreSQL keeps databases."""


def database() -> str:
    ready_database.check_database()
    major, minor = divmod(connection.pg_version, 10000)  # type: ignore[attr-defined]  # of PostgreSQL's backend
    if major not in _VERSIONS:
        raise NotReady(f"PostgreSQL {major} is not supported: use {_VERSIONS[0]} to {_VERSIONS[-1]}")
    return f"PostgreSQL {major}.{minor}, with all migrations; its roles are bound"


def forms_in_use() -> str:
    ready.check_forms_in_use()
    return "the forms that episodes were begun with are what they were"


def connections() -> str:
    taken, most = _row(
        "SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
        " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    told = f"{taken} of {most} connections are taken"
    if taken > most * 0.8:
        raise NotReady(
            f"{told}: each process of registret keeps up to 24; raise max_connections, or put PgBouncer between"
        )
    return told


def clock() -> str:
    skew = clock_skew()
    if abs(skew) > _SKEW:
        raise NotReady(
            f"the clock of this machine is {skew.total_seconds():+.0f} s from the database's: let both follow NTP"
        )
    return f"{skew.total_seconds():+.1f} s from the database's"


def lists() -> str:
    revocation().warm()
    standings = [one for one in revocation().standings(at=timezone.now()) if one.decides]
    late = [f"{one.anchor.name} ({one.state})" for one in standings if one.is_trouble]
    if late:
        raise NotReady(f"revocation lists are not as they should be: {', '.join(late)}: run `registret fetch-crls`")
    return f"{len(standings)} lists are fresh"


def work() -> str:
    found = [row for row in workers(at=timezone.now()) if row.worker != CHECKPOINT]
    if not found:
        raise NotReady("no worker has ever begun: start `registret work` (with `registret serve` they come along)")
    if late := [
        f"{row.worker} since {row.since:%Y-%m-%d %H:%M}{row.fault and f' ({row.fault})'}"
        for row in found
        if row.is_late
    ]:
        raise NotReady(f"work stands still: {', '.join(late)}: start `registret work`, and read the program's messages")
    return f"{len(found)} workers live"


def letters() -> str:
    waiting = outbox()
    if waiting.oldest and timezone.now() - waiting.oldest > _LETTER:
        told = f"{waiting.count} letters wait, the oldest since {waiting.oldest:%Y-%m-%d %H:%M}"
        raise NotReady(f"{told}: does the mail server take them? (docs/incidents.md)")
    return f"{waiting.count} letters wait"


def log() -> str:
    oldest = oldest_unsealed()
    if oldest and timezone.now() - oldest > _UNSEALED:
        raise NotReady(f"the log is not sealed since {oldest:%Y-%m-%d %H:%M}: the worker `seal` does so")
    return "sealed"


def checkpoint() -> str:
    found = [row for row in workers(at=timezone.now()) if row.worker == CHECKPOINT]
    if not found:
        raise NotUsed(
            "no machine fetches checkpoints of the log (`registret ledger-checkpoint`): make sure that the program's "
            "messages are kept on another one"
        )
    told = f"the last checkpoint of the log was fetched {found[0].since:%Y-%m-%d %H:%M}"
    if found[0].is_late:
        raise NotReady(f"{told}: does the timer on the other machine run?")
    return told


def disk() -> str:
    size = _row("SELECT pg_database_size(current_database()) / 1024 / 1024, 0")[0]
    folder = _data_folder()
    if folder is None:
        raise NotUsed(f"the database has {size} MB on a disk that is not seen from here: watch it there")
    guessed = ", where Debian keeps databases" if folder == _DEBIAN else ""
    return f"the database has {size} MB; {enough(folder)}{guessed}"


def archive() -> str:
    """PostgreSQL's own: whether its log is kept for `registret restore --until`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('archive_mode') <> 'off', last_archived_time, last_failed_time"
            " FROM pg_stat_archiver"
        )
        is_on, kept, failed = cursor.fetchone()
    if not is_on:
        raise NotUsed("PostgreSQL does not archive its log: what was written since the last backup can be lost")
    if failed and (kept is None or failed > kept):
        raise NotReady(f"PostgreSQL's log is not archived since {failed:%Y-%m-%d %H:%M}: PostgreSQL's messages say why")
    return f"the last piece of PostgreSQL's log was archived {kept:%Y-%m-%d %H:%M}" if kept else "none was due yet"


def opt_outs() -> str:
    file = file_of_marks()
    if file is None:
        raise NotUsed("REGISTRET_OPT_OUT_FILE is not set: write the marks by the clock (registret export-opt-outs)")
    if not file.usable or file.lacking:
        raise NotReady(
            f"REGISTRET_OPT_OUT_FILE lacks {file.lacking} marks, or cannot be read: a backup restored now would bring "
            "back patients who opted out"
        )
    return "all marks are in the file"


def _row(question: str) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        first, second = cursor.fetchone()
        return first, second


def _data_folder() -> Path | None:
    """Where the database lies, if that is on this machine: as the server says, which it does to few roles, or as Debian
    has it."""
    host = settings.DATABASES["default"]["HOST"]
    if host and not host.startswith("/") and not is_loopback(host):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
        told = cursor.fetchone()
    folder = Path(told[0]) if told else _DEBIAN
    try:
        shutil.disk_usage(folder)
    except OSError:
        return None
    return folder


_QUESTIONS: Final = {
    "forms in use": forms_in_use,
    "connections": connections,
    "clock": clock,
    "workers": work,
    "letters": letters,
    "log": log,
    "checkpoint": checkpoint,
    "database's disk": disk,
    "WAL archive": archive,
    "opt-outs": opt_outs,
}
CHECKS: Final = (
    Examination(name="database", examine=database),
    # Each would wait for a database that does not answer.
    *(Examination(name=name, examine=examine, after=("database",)) for name, examine in _QUESTIONS.items()),
    Examination(name="revocation lists", examine=lists, after=("database", "trust")),
)
