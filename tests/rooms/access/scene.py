"""What the tests of this room share: one moment, and what a refusal must leave as it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from django.db import connection

from registret.access.applications.attesting import attest, decline, recommend
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application
from registret.access.roles import Role
from registret.accounts.queries import living_account
from registret.kernel.identifiers import EmailAddress
from registret.kernel.refused import Refused
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.mail.queries import letters_about
from registret.rate_limits.services import TooMany
from tests import cast
from tests.cast import BERTIL, DORIS, INGRID, Person, person

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LAST_DAY = date(2028, 9, 30)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

FORGETTING = ("forget-applications", "erase-ended", "forget-letters")
"""The chores that delete what is kept no longer."""

# Counts must outlive a refusal, and who shows a card leaves an attempt.
_MAY_CHANGE = {"rate_limits_count"}


def events(name: str = "") -> tuple[EntryRow, ...]:
    """Entries of the log, newest first."""
    return entries(wanted=Wanted(event=name)).rows


def kinds(who: Person) -> list[str]:
    """What was written to somebody, oldest first."""
    return [row.kind for row in reversed(letters_about(cast.account_of(who).id))]


def state_of(application_id: int) -> ApplicationState:
    return ApplicationState(Application.objects.values_list("state", flat=True).get(id=application_id))


@contextmanager
def refused(why: type[Refused]) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """Refused as `why`, exactly, and every table is as it was before."""
    before = everything()
    with pytest.raises(Refused) as no:
        yield no
    assert type(no.value) is why
    assert everything() == before


@contextmanager
def only(**changed: set[int]) -> Iterator[None]:
    """Of these tables, rows of these ids at most may change and none may go; all other rows stay as they are."""
    before = {table: _rows_by_id(table) for table in changed}
    yield
    for table, ids in changed.items():
        after = _rows_by_id(table)
        assert {i: row for i, row in after.items() if i not in ids and i in before[table]} == {
            i: row for i, row in before[table].items() if i not in ids
        }, f"another row of {table} has changed"


def _rows_by_id(table: str) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, row::text FROM {connection.ops.quote_name(table)} AS row")  # noqa: S608
        return dict(cursor.fetchall())


def everything() -> dict[str, list[str]]:
    """Every row of every table but the counts of limits, as text."""
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_every_row())
        for table, row in cursor.fetchall():
            found[table].append(row)
    return {table: sorted(rows) for table, rows in found.items()}


@cache
def _every_row() -> str:
    """One statement for all tables: each test of a refusal asks twice. A partition is read with its table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s)",
            [list(_MAY_CHANGE)],
        )
        tables = [table for (table,) in cursor.fetchall()]
    return " UNION ALL ".join(f"SELECT '{table}', row::text FROM {table} AS row" for table in tables)  # noqa: S608


def until_too_many(act: Callable[[int], object]) -> tuple[int, str]:
    """How often `act` (told how often it was called before) could be done, and which limit stopped it."""
    for done in range(1000):
        try:
            act(done)
        except TooMany as no:
            return done, no.what
    raise AssertionError("nothing stopped it")


def somebody(number: int, *, organisation: str = "Region Norrvik") -> Person:
    return person("Nils", f"Nord{number}", f"SE2321009991-N{number:05}", organisation=organisation)


def mail(text: str) -> EmailAddress:
    return EmailAddress.parse(text)


def attested(application_id: int, *, by: Person = BERTIL, at: datetime = NOW) -> int:
    """As asked for, by an administrator; returns the grant's id."""
    wanted = Application.objects.get(id=application_id)
    return attest(
        application_id=application_id,
        role=Role(wanted.role),
        sub_registries=wanted.sub_registries,
        last_day=LAST_DAY,
        actor=cast.actor(by, at=at),
        at=at,
    )


def by_the_office(application_id: int, *, at: datetime = NOW) -> int:
    """As asked for: Ingrid recommends, and Doris attests; returns the grant's id."""
    if living_account(hsa_id=INGRID.card.hsa_id) is None:
        cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=at)
    wanted = Application.objects.get(id=application_id)
    recommend(
        application_id=application_id,
        role=Role(wanted.role),
        sub_registries=wanted.sub_registries,
        last_day=LAST_DAY,
        actor=cast.actor(INGRID, at=at),
        at=at,
    )
    return attested(application_id, by=DORIS, at=at)


def declined(application_id: int, *, by: Person = BERTIL, at: datetime = NOW) -> None:
    decline(application_id=application_id, reason="Känner inte personen", actor=cast.actor(by, at=at), at=at)
