"""An act about one account leaves every row of every other as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from registret.access import own
from registret.access.models import Grant
from registret.access.people import reinstate_person, revoke_grant, suspend_person
from registret.accounts import services as accounts
from registret.accounts.models import Confirmation
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, KARIN, Country, Person
from tests.rooms.access.scene import DAY, HOUR, NOW, attested, mail

pytestmark = pytest.mark.django_db

# Whose rows they are; the log and the letters are about acts and only ever added to.
_WHOSE = {"account_id", "hsa_id", "about_account_id"}
_ADDED_TO = {"ledger_entry", "mail_letter", "limits_count"}


def id_of(who: Person) -> int:
    return cast.account_of(who).id


@pytest.fixture
def place(db: None) -> Country:
    """Anna and Cecilia work; each of them has asked for another mail address."""
    place = cast.country(NOW - 30 * DAY)
    attested(cast.register(ANNA, place.infection, at=NOW - 2 * DAY), at=NOW - DAY)
    for who, address in ((ANNA, "anna.ny@regionnorrvik.se"), (CECILIA, "cecilia.ny@regionsydvik.se")):
        cast.log_in(who, at=NOW - 2 * HOUR)
        accounts.ask_for_change(account_id=id_of(who), email=mail(address), by=who.by, at=NOW - HOUR)
    return place


def rows_of(who: Person) -> dict[str, list[str]]:
    """What every table holds about the person, as text."""
    found = {}
    account = id_of(who)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = ANY(%s) GROUP BY 1 ORDER BY 1",
            [list(_WHOSE)],
        )
        for table, columns in cursor.fetchall():
            if table in _ADDED_TO or table.startswith("ledger_"):
                continue
            mine = " OR ".join(f"{name} = %s" for name in columns)
            values = [who.hsa_id if name == "hsa_id" else account for name in columns]
            cursor.execute(f"SELECT t::text FROM {table} t WHERE {mine} ORDER BY 1", values)  # noqa: S608
            found[table] = [row for (row,) in cursor.fetchall()]
        cursor.execute("SELECT t::text FROM accounts_account t WHERE id = %s", [account])
        found["accounts_account"] = [row for (row,) in cursor.fetchall()]
    return found


def change_of(who: Person) -> int:
    return Confirmation.objects.filter(account_id=id_of(who)).exclude(replaces="").latest("id").id


def grant_of(who: Person) -> int:
    return Grant.objects.get(account_id=id_of(who), revoked_at=None).id


ACTS: dict[str, Callable[[], object]] = {
    "a language is chosen": lambda: accounts.set_language(account_id=id_of(ANNA), language="en"),
    "a change of address is objected to": lambda: own.object_to_address(
        confirmation_id=change_of(ANNA), by=ANNA.by, at=NOW
    ),
    "a change of address is taken back": lambda: accounts.take_back_change(account_id=id_of(ANNA), by=ANNA.by, at=NOW),
    "a person is suspended": lambda: suspend_person(
        account_id=id_of(ANNA), reason="x", actor=cast.actor(BERTIL, at=NOW), at=NOW
    ),
    "a right is revoked": lambda: revoke_grant(
        grant_id=grant_of(ANNA), reason="x", actor=cast.actor(BERTIL, at=NOW), at=NOW
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_about_anna_changes_nothing_of_anybody_else(place: Country, act: str) -> None:
    bystanders = (KARIN, CECILIA, DORIS)
    cast.actor(BERTIL, at=NOW)
    before, annas = {who.name: rows_of(who) for who in bystanders}, rows_of(ANNA)
    ACTS[act]()
    assert rows_of(ANNA) != annas, "the act has an effect"
    assert {who.name: rows_of(who) for who in bystanders} == before


def test_a_person_who_comes_back_changes_nothing_of_anybody_else(place: Country) -> None:
    suspend_person(account_id=id_of(ANNA), reason="x", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    suspend_person(account_id=id_of(CECILIA), reason="x", actor=cast.actor(DORIS, at=NOW), at=NOW)
    before = rows_of(CECILIA)
    reinstate_person(account_id=id_of(ANNA), actor=cast.actor(BERTIL, at=NOW), at=NOW)
    assert rows_of(CECILIA) == before


def test_a_change_of_another_can_still_be_objected_to_after_ones_own(place: Country) -> None:
    own.object_to_address(confirmation_id=change_of(ANNA), by=ANNA.by, at=NOW)
    assert accounts.check_objection(confirmation_id=change_of(CECILIA), at=NOW) is False
