"""Finding an account among all: what finds whom, in which order, and by which index."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from registret.accounts.lifecycle import AccountState
from registret.accounts.models import Account
from registret.accounts.opening import open_account
from registret.accounts.search import FoundAccount, find_accounts
from registret.accounts.services import end
from registret.kernel.by import By
from registret.kernel.folding import folded
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.places.swedish import swedish_order
from tests.owner import as_owner

pytestmark = pytest.mark.django_db

BY = By.of_program("test")
PEOPLE = [
    ("Åsa", "Ek"),
    ("Anna", "Öberg"),
    ("Örjan", "Andersson"),
    ("Ärla", "Åkesson"),
    ("Lars-Göran", "Östlund"),
    ("André", "Müller"),
    ("Anna-Karin", "Ålund"),
    ("Zlatan", "Čović"),
]


def opened(given_name: str, surname: str, hsa_id: str, email: str = "nils.nord@regionnorrvik.se") -> int:
    return open_account(
        hsa_id=HsaId.parse(hsa_id),
        given_name=given_name,
        surname=surname,
        organisation="Region Norrvik",
        email=EmailAddress.parse(email),
        language="sv",
        by=BY,
        at=timezone.now(),
    )


@pytest.fixture
def people() -> dict[str, int]:
    return {
        f"{given} {surname}": opened(given, surname, f"SE2321009991-E00{number}", f"p{number}.x@regionnorrvik.se")
        for number, (given, surname) in enumerate(PEOPLE)
    }


def names(words: str) -> list[str]:
    return [row.name for row in find_accounts(words=words).rows]


# --- who is found ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("öb", ["Anna Öberg"]),
        ("ÖB", ["Anna Öberg"]),
        ("O\u0308B", ["Anna Öberg"]),
        ("ob", []),
        ("å", ["Ärla Åkesson", "Anna-Karin Ålund", "Åsa Ek"]),
        ("ä", ["Ärla Åkesson"]),
        ("a", ["Örjan Andersson", "André Müller", "Anna-Karin Ålund", "Anna Öberg"]),
        ("anna ö", ["Anna Öberg"]),
        ("öberg anna", ["Anna Öberg"]),
        ("anna karin", ["Anna-Karin Ålund"]),
        ("lars göran", ["Lars-Göran Östlund"]),
        ("LARS-GÖRAN  öst", ["Lars-Göran Östlund"]),
        ("muller", ["André Müller"]),
        ("müller andre", ["André Müller"]),
        ("covic", ["Zlatan Čović"]),
        ("p3.x@", ["Ärla Åkesson"]),
        ("P3.X@RegionNorrvik.se", ["Ärla Åkesson"]),
        ("se2321009991-e005", ["André Müller"]),
        ("nna", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("", []),
        ("  ", []),
        ("a\0", []),
    ],
)
def test_who_is_found(people: dict[str, int], words: str, found: list[str]) -> None:
    assert names(words) == found


def test_a_system_id_finds_its_account_and_no_other(people: dict[str, int]) -> None:
    assert names(str(people["Åsa Ek"])) == ["Åsa Ek"]
    assert names("9" * 18) == []
    assert names("9" * 19) == []


def test_a_renewed_card_is_found_by_its_new_name_at_once(people: dict[str, int]) -> None:
    Account.objects.filter(id=people["Åsa Ek"]).update(surname="Öman")
    assert names("ek") == []
    assert names("öman å") == ["Åsa Öman"]


def test_an_ended_account_is_found_and_says_so(people: dict[str, int]) -> None:
    end(account_id=people["Åsa Ek"], reason="slutat", by=BY, at=timezone.now())
    (row,) = find_accounts(words="ek").rows
    assert row.state is AccountState.ENDED


# --- pages -----------------------------------------------------------------------------------------


def test_pages_hold_everybody_once_in_swedish_order_along_one_road_after_the_other() -> None:
    for number in range(40):
        opened(f"Sten{number % 3}", f"Å{'åäö'[number % 3]}berg", f"SE2321009991-S{number:03}")
        opened("Åke", f"Nord{number % 5}", f"SE2321009991-N{number:03}")
    seen: list[FoundAccount] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after:
        page = find_accounts(words="å", after=after, size=7)
        assert len(page.rows) <= 7
        seen += page.rows
        after, pages = page.after, pages + 1
    assert len(seen) == len({row.id for row in seen}) == 80
    assert pages == 12
    surnames, given_names = [row.name.split()[1] for row in seen[:40]], [row.name for row in seen[40:]]
    assert surnames == sorted(surnames, key=swedish_order)
    assert given_names == sorted(given_names)


@pytest.mark.parametrize("after", ["", "x", "9.1", "0.999999", "0.1.x", "-1.1", "0." + "9" * 18])
def test_a_mark_that_is_none_begins_anew(people: dict[str, int], after: str) -> None:
    assert [row.name for row in find_accounts(words="öb", after=after).rows] == ["Anna Öberg"]


def test_no_name_and_no_address_stands_in_a_mark(people: dict[str, int]) -> None:
    after = find_accounts(words="a", size=1).after
    assert re.fullmatch(r"[0-9]\.[0-9]+", after or "")


# --- one folding, in Python and in SQL -------------------------------------------------------------


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_what_is_typed_and_what_is_kept_are_folded_alike(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef d JOIN pg_attribute a"
            " ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
            " WHERE adrelid = 'accounts_account'::regclass AND attname = 'surname_key'"
        )
        (expression,) = cursor.fetchone()
        sql = f"SELECT {expression.replace('%', '%%')} FROM (SELECT %s::text AS surname, 'Ö' AS given_name) x"  # noqa: S608
        cursor.execute(sql, [text])
        (kept,) = cursor.fetchone()
    assert kept == folded(f"{text} Ö")


def test_every_letter_of_the_latin_tables_is_folded_alike() -> None:
    letters = "".join(map(chr, (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))))
    for at in range(0, len(letters), 40):
        part = letters[at : at + 40]
        opened("X", part, f"SE2321009991-L{at}")
        assert Account.objects.get(hsa_id=f"SE2321009991-L{at}").surname_key == folded(f"{part} X")


# --- indexes ---------------------------------------------------------------------------------------

SOME = """
INSERT INTO accounts_account (hsa_id, given_name, surname, organisation, email, language, state, state_reason,
    state_authority, created_at)
SELECT 'SE2321009991-M' || n, (ARRAY['Åsa','Anna','Örjan','Sven'])[n %% 4 + 1], 'Nord' || n %% 900, '',
    'nord' || n || '@regionnorrvik.se', 'sv', 'registered', '', '', now()
FROM generate_series(1, %s) n
"""


@pytest.mark.parametrize("words", ["åsa nord1", "nord7", "nord77@", "SE2321009991-M77", "anna", "sven", "finns inte"])
def test_among_thousands_no_search_reads_the_table_whole_or_sorts(words: str) -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(SOME, [6000])
        cursor.execute("ANALYZE accounts_account")
    with CaptureQueriesContext(connection) as captured:
        first = find_accounts(words=words)
        if first.after:
            find_accounts(words=words, after=first.after)
    plans = []
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            cursor.execute("EXPLAIN " + query["sql"].replace("%", "%%"))
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert plans
    for plan in plans:
        assert re.search(r"Index Scan using (account_\w+|accounts_account_pkey)", plan), plan
        assert not re.search(r"Seq Scan|Sort|Bitmap", plan), plan
