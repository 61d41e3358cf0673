"""A country: accounts with grants, clinics of unequal size, episodes with their figures, letters and a sealed log.

It grows: more clinics, with their people, patients and readers, beside those that are there, which stay as large
(docs/decisions/0166). So what one person does can be held against itself in a country of a hundredth the size.
Rows are made in the database, by the owner of its tables and the same in every run. Triggers, keys and constraints are
at work all the time; only the indexes of the log are taken away while it is filled, and made anew.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from benchmarks import _episodes

PER_CLINIC: Final = 1_000_000 / 3_000
"""Accounts, and as many episodes."""
ENTRIES_EACH: Final = 10
"""Of the log, for each account."""
CLINICS_OF_A_PROVIDER: Final = 10
MONTHS: Final = 30


def names(text: str) -> list[str]:
    return text.split()


# A country's names: a few are very common, many are rare, and they begin with å, ä and ö as well.
GIVEN: Final = names(
    "Anna Åsa Örjan Ärla Erik Lars-Göran Maria Karin Per-Olof Eva Johan Sara Åke Nils Ingrid Olle Östen Märta Sven "
    "Zlatan André Fatima Yusuf Elin Göran Lena Björn Håkan Siv Ove "
)
BEGINNINGS: Final = names(
    "And Åke Öst Ek Berg Lind Sjö Hol Ny Fors Wik Nor Sund Dahl Ålu Öbe Ärl Hägg Löf Ström Kvist Grön "
)
ENDS: Final = names("ersson sson berg ström kvist gren man lund qvist dal born stedt blad fors ander ell én ius ås ö ")
ACCOUNTS: Final = """
INSERT INTO accounts_account (hsa_id, given_name, surname, organisation, email, language, state, state_reason,
    state_authority, created_at, confirmed_at, logged_in_at, unused_since)
SELECT 'SE23210' || lpad((n %% 99989)::text, 5, '0') || '-E' || lpad(n::text, 7, '0'),
    (%(given)s::text[])[floor(power(random(), 2) * %(givens)s)::int + 1],
    (%(begin)s::text[])[floor(power(random(), 2) * %(begins)s)::int + 1]
        || (%(end)s::text[])[floor(power(random(), 2) * %(ends)s)::int + 1]
        || CASE WHEN n %% 7 = 0 THEN ' ' || (%(begin)s::text[])[n %% %(begins)s + 1] ELSE '' END,
    'Region Norrvik', 'person' || n || '@regionnorrvik.se', 'sv', 'confirmed', '', '', now(), now(),
    now() - make_interval(days => n %% 200), now() - make_interval(days => n %% 200)
FROM generate_series(%(first)s::int, %(last)s::int) n
"""
# Of a hundred at a clinic one or two attest, two thirds of the others report, and the rest read. Nobody's right ends
# soon, and no clinic is due to be asked.
GRANTS: Final = """
INSERT INTO access_grant (account_id, role, clinic_id, sub_registries, source, begins_at, ends_at, decided_by_names,
    revoke_reason)
SELECT a.id, CASE WHEN a.id %% 70 = 0 THEN 'local_administrator' WHEN a.id %% 3 = 0 THEN 'reader' ELSE 'reporter' END,
    c.clinic, '{pneumoni,sepsis}', 'imported', now() - make_interval(days => (a.id %% 150)::int),
    now() + make_interval(days => 200 + (a.id %% 300)::int), 'Sven Styrelse, Tove Tvåa', ''
FROM accounts_account a CROSS JOIN LATERAL (SELECT
    floor(%(clinics)s * power(('x' || left(md5(a.id::text), 6))::bit(24)::int / 16777216.0, 1.5))::int AS place
) chosen
JOIN bench_clinic c ON c.number = %(first)s + chosen.place
WHERE a.id > %(before)s
"""
LETTERS: Final = """
INSERT INTO mail_letter (kind, to_address, language, context, about_account_id, message_id, created_at, not_before,
    attempts, attempted_at, last_error, server_trouble, address_refused, sent_at)
SELECT 'attested', email, 'sv', '{}', id, '<' || id || '@bench.example>', at, at, 1, at, '', false, false, at
FROM accounts_account, LATERAL (SELECT now() - make_interval(days => (id %% 170)::int) AS at) sent
WHERE id > %(before)s
"""
REGIONS: Final = """
INSERT INTO places_region (code, name) SELECT lpad(n::text, 2, '0'), 'Region ' || n FROM generate_series(1, 21) n
"""
PROVIDERS: Final = """
INSERT INTO places_careprovider (region_id, name, organisation_number, mail_domains)
SELECT r.id, 'Vårdgivare ' || n, (5560000000 + n)::text, '{}'
FROM generate_series(%(first)s::int, %(last)s::int) n
JOIN places_region r ON r.code = lpad((n %% 21 + 1)::text, 2, '0')
"""
# A provider with many clinics, some with a few, most with one or two.
CLINICS: Final = """
WITH made AS (
    INSERT INTO places_clinic (care_provider_id, code, name, hospital, contact_name, contact_mail, contact_phone)
    SELECT p.id, 'klinik-' || n, 'Infektionskliniken', 'Sjukhus nr ' || n, '', '', ''
    FROM generate_series(%(first)s::int, %(last)s::int) n CROSS JOIN LATERAL (SELECT
        floor(%(providers)s * power(('x' || left(md5(n::text), 6))::bit(24)::int / 16777216.0, 2))::int AS place
    ) chosen
    JOIN places_careprovider p ON p.organisation_number = (5560000000 + %(first)s + chosen.place)::text
    RETURNING id, care_provider_id, code
)
INSERT INTO bench_clinic SELECT substr(code, 8)::int, id, care_provider_id FROM made
"""
# Thirty months of people who read patients.
LOG: Final = """
INSERT INTO ledger_entry (at, event, outcome, by_hsa_id, by_name, by_account_id, by_role, by_clinic_id, by_program,
    network, about_account_id, about_hsa_id, about_patient_id, clinic_id, reference, facts)
SELECT now() - (%(last)s - n) * (interval '900 days' / (%(last)s - %(first)s + 1)), 'patient.read', 'done',
    'SE2321009991-E' || lpad(person::text, greatest(5, length(person::text)), '0'), 'Förnamn Efternamn ' || person,
    person, 'reporter', clinic, '', ('10.' || n %% 250 || '.' || n %% 199 || '.7')::inet, NULL, '',
    %(before)s + n %% %(patients)s + 1, clinic, '',
    jsonb_build_object('episode', n, 'view', 'episode', 'reason', 'vård')
FROM generate_series(%(first)s::int, %(last)s::int) n, LATERAL (
    SELECT %(before)s + n %% %(people)s + 1 AS person, %(before_clinics)s + n %% %(clinics)s + 1 AS clinic
) reader
"""


@dataclass(slots=True)
class Country:
    """`people`: how many accounts and episodes there are. `actor` reports at the first clinic."""

    actor: Any = None
    clinics: int = 0
    people: int = 0

    def grow(self, people: int, *, tell: Callable[[str], None] = print) -> None:
        """To so many accounts, as many episodes, and what belongs to them."""
        begun = time.monotonic()

        def made(what: str) -> None:
            nonlocal begun
            tell(f"   {what}: {time.monotonic() - begun:.0f} s")
            begun = time.monotonic()

        before = self.clinics
        clinics = max(before + 3, round(people / PER_CLINIC))
        if self.actor is None:
            self.actor = _episodes.people(clinics)
            _episodes.templates(random.Random(1))  # noqa: S311
            add_months()
        else:
            add_clinics(before, clinics)
        own: dict[str, int] = {"first": before, "clinics": clinics - before}
        _as_owner(_granted, add_accounts(self.people + 1, people), own)
        made(f"{people} accounts with grants at {clinics} clinics, and letters")
        _episodes.grow(self.people, people, **own)
        made(f"{people} episodes")
        entries = self.people * ENTRIES_EACH + 1, people * ENTRIES_EACH
        # A patient of four comes back, so there are a quarter fewer than episodes.
        patients = (people - self.people) * 3 // 4
        new = {"people": people - self.people, "patients": patients, "clinics": clinics - before}
        fill_log(*entries, **new, before=self.people, before_clinics=before)
        made(f"{entries[1]} entries of the log")
        sealed = _seal()
        made(f"sealing {sealed} of them")
        _episodes.rebuilt()
        made("figures and an edition, all tables vacuumed")
        self.clinics, self.people = clinics, people


def add_accounts(first: int, last: int) -> int:
    """Accounts by number. Return the greatest id before them."""

    def add(cursor: Any) -> int:
        cursor.execute("SELECT coalesce(max(id), 0) FROM accounts_account")
        (before,) = cursor.fetchone()
        facts: dict[str, list[str] | int] = {"given": GIVEN, "begin": BEGINNINGS, "end": ENDS}
        facts |= {"givens": len(GIVEN), "begins": len(BEGINNINGS), "ends": len(ENDS), "first": first, "last": last}
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(ACCOUNTS, facts)
        cursor.execute("ANALYZE accounts_account")
        return int(before)

    return int(_as_owner(add))


def _granted(cursor: Any, before: int, clinics: dict[str, int]) -> None:
    cursor.execute(GRANTS, clinics | {"before": before})
    cursor.execute(LETTERS, {"before": before})


def add_clinics(made: int, wanted: int) -> None:
    """From `made` clinics to `wanted`, with care providers of their own."""

    def add(cursor: Any) -> None:
        providers = max(1, (wanted - made) // CLINICS_OF_A_PROVIDER)
        cursor.execute("SELECT count(*) FROM places_region")
        if cursor.fetchone()[0] < 21:
            cursor.execute(REGIONS)
        cursor.execute(PROVIDERS, {"first": made, "last": made + providers - 1})
        cursor.execute(CLINICS, {"first": made, "last": wanted - 1, "providers": providers})

    _as_owner(add)


def add_months() -> None:
    """Of the log, back to the first entry of `fill_log`."""
    from django.utils import timezone

    from registret.ledger.months import add_months

    for days in range(0, MONTHS * 31 + 1, 30):
        add_months(at=timezone.now() - timedelta(days=days))


def fill_log(
    first: int,
    last: int,
    *,
    people: int = 5_000,
    clinics: int = 31,
    patients: int = 200_000,
    before: int = 0,
    before_clinics: int = 0,
) -> None:
    """Entries of thirty months, numbered; not sealed.

    `people`, `clinics`, `patients`: how many there are of each. Their ids begin after `before` and `before_clinics`.
    """
    facts = {"first": first, "last": last, "people": people, "clinics": clinics, "patients": patients}
    facts |= {"before": before, "before_clinics": before_clinics}

    def fill(cursor: Any) -> None:
        with _without_indexes(cursor, "ledger_entry"):
            cursor.execute(LOG, facts)
        cursor.execute("ANALYZE ledger_entry")

    _as_owner(fill)


@contextmanager
def _without_indexes(cursor: Any, table: str) -> Iterator[None]:
    """Those of no constraint are made anew at the end, each in one go, which takes a fraction of the time."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisunique",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        cursor.execute(definition.replace(" ON ONLY ", " ON ").replace("%", "%%"))


def _seal() -> int:
    from django.utils import timezone

    from registret.ledger.sealing import seal_settled

    return seal_settled(at=timezone.now)


def _as_owner(act: Callable[..., Any], *given: Any) -> Any:
    from django.db import connection

    from tests.owner import as_owner

    with as_owner(), connection.cursor() as cursor:
        return act(cursor, *given)
