"""What runs by the clock, in countries of different size: with nothing new, and with so many things new."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Final

from benchmarks._promises import Promises

NEW: Final = (30, 300)
"""The smallest country has a thousand of each."""
LINEAR: Final = 1.5
"""How many times as long each of many may take as each of a few."""
NOT_OFTEN: Final = {"prove-reports", "editions"}
"""All figures are made or proven anew, at night or once a quarter: they are about everything that there is."""
SLOW_MS: Final = 1_000
LITTLE_MS: Final = 50
"""A worker that wakes once a second or less often may take that long in any country."""
Prepared = Callable[[int], Callable[[], object]]
"""Brings so many new things about; what it returns does the chore."""


def tell_chores(databases: Mapping[int, str], promises: Promises, *, most: float) -> None:
    """`databases` by share. `most`: how many times as long a chore may take at 100 % as at 1 %."""
    took = {share: _of(database) for share, database in databases.items()}
    least, whole = min(took), max(took)
    print(f"\n{'by the clock, ms':40}" + "".join(f"{f'{share} %':>10}" for share in took))
    for name in took[least]:
        print(f"{name:40}" + "".join(f"{found[name]:10.1f}" for found in took.values()))
    for name in took[least]:
        ratio = took[whole][name] / max(took[least][name], LITTLE_MS)
        promises.kept(name, ratio, most=most, unit="times as long as at 1 %")
    for name in _WITH_NEW:
        few, many = (max(took[whole][f"{name}, {number} new"], LITTLE_MS) / number for number in NEW)
        promises.kept(f"{name}, each of {NEW[1]}", many / few, most=LINEAR, unit=f"times one of {NEW[0]}")


def _of(database: str) -> dict[str, float]:
    """Milliseconds by chore; of five times the fastest, as each finds nothing new."""
    found = {}
    with connected_to(database):
        for name, act in _nothing_new().items():
            act()
            found[f"{name}, nothing new"] = min(_ms(act) for _ in range(5))
        for name, prepare in _WITH_NEW.items():
            _ms(prepare(NEW[0]))
            for number in NEW:
                found[f"{name}, {number} new"] = _ms(prepare(number))
    return found


def done_by_the_clock() -> None:
    """All that is due is done, so that nobody is measured beside it."""
    for name, act in _nothing_new().items():
        took = _ms(act)
        if took > SLOW_MS:
            print(f"   by the clock, {name}: {took / 1000:.0f} s", flush=True)


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    from django.db import connection

    from registret.database.connections import disconnect

    before = connection.settings_dict["NAME"]
    disconnect()
    connection.settings_dict["NAME"] = database
    yield
    disconnect()
    connection.settings_dict["NAME"] = before


def _ms(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def _nothing_new() -> dict[str, Callable[[], object]]:
    from registret.chores.running import run
    from registret.chores.table import CHORES, UPKEEP

    upkeep: dict[str, Callable[[], object]] = {row.name: row.act for row in UPKEEP if row.name not in NOT_OFTEN}
    return upkeep | {name: lambda name=name: run(name, at=datetime.now(UTC)) for name in CHORES}


def _sealing(number: int) -> Callable[[], object]:
    from registret.chores.log import seal_log

    seal_log()
    _record(number, at=datetime.now(UTC))
    return seal_log


def _culling(number: int) -> Callable[[], object]:
    """A month of eleven years ago, sealed."""
    from registret.chores.log import seal_log
    from registret.kernel.by import By
    from registret.ledger.culling import cull, to_cull
    from registret.ledger.months import add_months
    from tests.owner import as_owner

    now = datetime.now(UTC)
    then = now - timedelta(days=11 * 365)
    add_months(at=then)
    _record(number, at=then)
    seal_log()

    def act() -> None:
        with as_owner():
            found = to_cull(before=now - timedelta(days=10 * 366), at=now)
            assert sum(month.entries for month in found) == number
            cull(found=found, by=By.of_program("cull-ledger"), at=now)

    return act


def _record(number: int, *, at: datetime) -> None:
    from django.db import transaction

    from registret.kernel.by import By
    from registret.kernel.identifiers import HsaId
    from registret.ledger.events import Event
    from registret.ledger.services import record

    by = By(hsa_id=HsaId("SE2321009991-E00K4T2"), name="Anna Berg", account_id=1, role="reporter", clinic_id=1)
    with transaction.atomic():
        for n in range(number):
            record(event=Event.PATIENT_OPENED, by=by, at=at, about_patient_id=n + 1, facts={"view": "episode"})


def _letters(number: int) -> Callable[[], object]:
    from registret.kernel.identifiers import EmailAddress
    from registret.mail.services import post

    # What other chores have written.
    _deliver()
    context: dict[str, str | date] = {"name": "Anna", "day": datetime.now(UTC).date()}
    for n in range(number):
        to = EmailAddress.parse(f"anna.{n}@regionnorrvik.se")
        post(kind="suspension_near", to=to, language="sv", context=context, at=datetime.now(UTC))

    def act() -> None:
        assert _deliver() == number

    return act


def _deliver() -> int:
    from registret.chores.letters import deliver_letters

    sent = 0
    while done := deliver_letters():
        sent += done
    return sent


def _figures(number: int) -> Callable[[], object]:
    """Of episodes in which something has been signed."""
    from django.db import connection

    from registret.records.scope import all_providers
    from registret.reports.making import refresh

    with all_providers(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_staleepisode (episode_id) SELECT episode_id FROM records_step"
            " WHERE state = 'signed' GROUP BY episode_id ORDER BY episode_id DESC LIMIT %s",
            [number],
        )

    def act() -> None:
        assert refresh() == number

    return act


def _warnings(number: int) -> Callable[[], object]:
    """Rights that end soon."""
    from registret.chores.running import run
    from tests.owner import as_owner

    run("warn-of-end", at=datetime.now(UTC))
    with as_owner():
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE access_grant DISABLE TRIGGER access_grant_life")
            cursor.execute(
                "UPDATE access_grant SET ends_at = now() + interval '5 days' WHERE id IN (SELECT id FROM access_grant"
                " WHERE ends_at > now() + interval '60 days' AND source = 'imported' ORDER BY id LIMIT %s)",
                [number],
            )
            cursor.execute("ALTER TABLE access_grant ENABLE TRIGGER access_grant_life")

    def act() -> None:
        assert len(run("warn-of-end", at=datetime.now(UTC))) == number

    return act


_WITH_NEW: Final[dict[str, Prepared]] = {
    "sealing the log": _sealing,
    "culling the log": _culling,
    "warnings of an end": _warnings,
    "letters": _letters,
    "figures": _figures,
}
