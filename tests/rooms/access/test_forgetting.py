"""What is kept no longer: after its time, never before, and nothing that still lives."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

import registret
from registret.access.applications import account_end, application_notes, applying, earlier_accounts
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Claim, Grant, Nomination, Note, Notice
from registret.access.roles import Role
from registret.access.scheduled.forgetting import _STILL_NEEDED
from registret.access.staff.nominating import nominate
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.models import Account, Confirmation
from registret.accounts.queries import account, accounts_of
from registret.chores import running
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.models import Entry
from registret.mail.models import Letter
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, Country
from tests.owner import as_owner
from tests.parallel import committed, together
from tests.rooms.access.scene import DAY, FORGETTING, NOW, attested, declined, events, everything, mail

__all__ = ["committed"]

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - DAY)


def run(*names: str, at: datetime) -> Counter[str]:
    done = [running.run(name, at=at) for name in names or FORGETTING]
    return Counter(one.what for some in done for one in some)


def ended(*, at: datetime = NOW, place: Country) -> int:
    """Anna, who was at work, wrote and was written about, and whose account ended."""
    application_id = cast.register(ANNA, place.infection, message="Hej från Anna", at=NOW - DAY)
    actor = cast.actor(BERTIL, at=NOW)
    application_notes.write_note(application_id=application_id, text="Känner Anna", actor=actor, at=NOW)
    attested(application_id)
    cast.log_in(ANNA, at=NOW)
    account_id = cast.account_of(ANNA).id
    account_end.end_account(account_id=account_id, reason="slutat", by=DORIS.by, at=at)
    return account_id


# --- applications ----------------------------------------------------------------------------------


def wait(application_id: int) -> None:
    pass


def decline(application_id: int) -> None:
    declined(application_id)


def withdraw(application_id: int) -> None:
    applying.withdraw(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW)


def lapse(application_id: int) -> None:
    state = ApplicationState.LAPSED
    Application.objects.filter(id=application_id).update(state=state, decided_at=NOW)


@pytest.mark.parametrize(("become", "gone"), [(wait, 0), (decline, 1), (withdraw, 1), (lapse, 1), (attested, 0)])
def test_only_what_came_to_nothing_is_forgotten_and_only_after_its_time(
    place: Country, become: Callable[[int], object], gone: int
) -> None:
    application_id = cast.register(ANNA, place.infection, at=NOW - DAY)
    actor = cast.actor(BERTIL, at=NOW)
    application_notes.write_note(application_id=application_id, text="Vem är det?", actor=actor, at=NOW)
    become(application_id)
    assert run("forget-applications", at=NOW + YEAR - DAY) == {}
    assert run("forget-applications", at=NOW + YEAR)["forgotten"] == gone
    assert Application.objects.filter(id=application_id).exists() is not bool(gone)
    assert Note.objects.exists() is not bool(gone)
    assert run("forget-applications", at=NOW + YEAR) == {}


def test_the_office_decides_how_long(place: Country) -> None:
    declined(cast.register(ANNA, place.infection, at=NOW - DAY))
    by = By(hsa_id=DORIS.card.hsa_id, name=DORIS.name, account_id=7)
    decide(limit=TimeLimit.KEEP_DECLINED, number=1, reason="Färre uppgifter", by=by, at=NOW)
    assert run("forget-applications", at=NOW + 29 * DAY) == {}
    assert run("forget-applications", at=NOW + 30 * DAY) == {"forgotten": 1, "ended": 1}


def test_the_log_says_how_much_of_what_and_of_nobody(place: Country) -> None:
    declined(cast.register(ANNA, place.infection, at=NOW - DAY))
    run("forget-applications", at=NOW + YEAR)
    (entry,) = events("data.forgotten")
    assert (entry.by_program, entry.about_account_id, entry.about_hsa_id) == ("clock", None, "")
    assert entry.facts == {"kind": "keep_declined", "rows": 1}


def test_an_account_without_application_and_right_ends_so_that_it_can_be_erased(place: Country) -> None:
    declined(cast.register(ANNA, place.infection, at=NOW - DAY))
    account_id = cast.account_of(ANNA).id
    assert run("forget-applications", at=NOW + YEAR) == {"forgotten": 1, "ended": 1}
    found = account(account_id=account_id)
    assert found is not None
    assert (found.state, found.state_reason) == (AccountState.ENDED, "nothing_left")


def test_who_has_another_application_or_a_right_goes_on(place: Country) -> None:
    declined(cast.register(ANNA, place.infection, at=NOW - DAY))
    second = cast.apply_again(ANNA, place.infection, at=NOW)
    assert run("forget-applications", at=NOW + YEAR) == {"forgotten": 1}
    attested(second)
    assert run("forget-applications", at=NOW + YEAR) == {}
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_a_right_that_was_over_long_ago_takes_the_account_along_but_not_a_suspension_by_somebody(
    place: Country,
) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW - DAY))
    account_id = cast.account_of(ANNA).id
    over = Grant.objects.get(account_id=account_id).ends_at
    assert run("forget-applications", at=over + YEAR - 2 * DAY)["ended"] == 0
    accounts.suspend(account_id=account_id, reason="x", authority=Authority.OFFICE, by=DORIS.by, at=NOW)
    run("forget-applications", at=over + 2 * YEAR)
    assert cast.account_of(ANNA).state is AccountState.SUSPENDED
    accounts.reinstate(account_id=account_id, by=DORIS.by, at=NOW)
    run("forget-applications", at=over + 2 * YEAR)
    assert accounts_of(hsa_id=ANNA.card.hsa_id)[0].state is AccountState.ENDED


# --- ended accounts --------------------------------------------------------------------------------


def test_of_an_account_that_ended_long_ago_a_number_an_id_and_its_moments_are_left(place: Country) -> None:
    account_id = ended(place=place)
    before = Entry.objects.count()
    at = NOW + 2 * YEAR + DAY
    assert run("erase-ended", at=NOW + 2 * YEAR - 2 * DAY) == {}
    assert run("erase-ended", at=at) == {"erased": 1}
    found = Account.objects.get(id=account_id)
    assert (found.given_name, found.surname, found.email, found.organisation) == ("",) * 4
    assert found.hsa_id == ANNA.card.hsa_id, "as long as the log, which names it too"
    assert (found.state_reason, found.logged_in_at, found.card_issuer, found.erased_at) == ("", None, "", at)
    assert found.ended_at == NOW
    for rows in (Grant, Application, Confirmation):
        assert not rows.objects.filter(account_id=account_id).exists()
    assert not Letter.objects.filter(about_account_id=account_id).exists()
    assert not Note.objects.exists()
    assert Entry.objects.count() == before + 1, "the log keeps what it has"
    assert Entry.objects.filter(about_hsa_id=ANNA.hsa_id).exists()
    assert run("erase-ended", at=at) == {}


def test_nothing_of_the_person_is_anywhere_but_in_the_log(place: Country) -> None:
    ended(place=place)
    Letter.objects.update(sent_at=NOW, attempts=1, attempted_at=NOW)
    run(at=NOW + 3 * YEAR)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_session")
        cursor.execute("DELETE FROM accounts_loginattempt")
    words = [ANNA.card.surname, "Hej från Anna", "Känner Anna", ANNA.email.text]
    rest = {table: rows for table, rows in everything().items() if not table.startswith("ledger_")}
    found = [(t, w) for t, rows in rest.items() for row in rows for w in words if w in row]
    assert found == []


def test_the_hsa_id_goes_when_the_log_may_have_gone(place: Country) -> None:
    account_id = ended(place=place)
    run("erase-ended", at=NOW + 3 * YEAR)
    assert run("erase-ended", at=NOW + 10 * YEAR - 5 * DAY) == {}
    assert run("erase-ended", at=NOW + 10 * YEAR + 5 * DAY) == {"HSA-id erased": 1}
    rest = [row for table, rows in everything().items() if table == "accounts_account" for row in rows]
    assert not [row for row in rest if ANNA.hsa_id in row]
    assert run("erase-ended", at=NOW + 11 * YEAR) == {}
    assert account(account_id=account_id) is not None
    assert earlier_accounts.all_accounts_of([account_id]) == {account_id}, "those without an id are not one person"


def test_the_hsa_id_is_free_and_a_living_account_is_never_erased(place: Country) -> None:
    ended(place=place)
    cast.register(ANNA, place.infection, at=NOW + DAY)
    run("erase-ended", at=NOW + 3 * YEAR)
    assert cast.account_of(ANNA).email == ANNA.email
    assert [a.email.text for a in accounts_of(hsa_id=ANNA.card.hsa_id)] == [ANNA.email.text, ""]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("DELETE FROM accounts_account", "a row stays"),
        ("UPDATE accounts_account SET hsa_id = '' WHERE id = %(id)s", "never changes"),
        ("DELETE FROM access_grant WHERE account_id = %(id)s", "stays as long as whom"),
        ("DELETE FROM access_application WHERE account_id = %(id)s", "stays as long as whom"),
    ],
)
def test_the_database_lets_nothing_else_go(place: Country, sql: str, why: str) -> None:
    account_id = ended(place=place)
    with pytest.raises(IntegrityError, match=why), as_owner(), connection.cursor() as cursor:
        cursor.execute(sql, {"id": account_id})


def test_the_database_refuses_to_erase_too_early_and_to_touch_what_is_erased(place: Country) -> None:
    account_id = ended(place=place)
    with pytest.raises(IntegrityError, match="not to be erased yet"), transaction.atomic():
        accounts.erase(account_ids=[account_id], at=NOW + 84 * DAY)
    accounts.erase(account_ids=[account_id], at=NOW + 90 * DAY)
    early = f"hsa_id = '', hsa_id_erased_at = '{NOW + 4 * YEAR}'"
    too_much = f"hsa_id = '', hsa_id_erased_at = '{NOW + 9 * YEAR}', language = 'en'"
    for change in ("surname = 'Berg'", "erased_at = NULL", "id = id", early, too_much):
        with pytest.raises(IntegrityError, match="is erased"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE accounts_account SET {change} WHERE id = %s", [account_id])  # noqa: S608


# --- letters and notices ---------------------------------------------------------------------------


def test_letters_go_after_their_time_but_none_that_is_still_to_be_sent(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    Letter.objects.filter(about_account_id=cast.account_of(ANNA).id).update(sent_at=NOW, attempts=1, attempted_at=NOW)
    sent, still = Letter.objects.exclude(sent_at=None).count(), Letter.objects.filter(sent_at=None).count()
    assert sent > 0 < still
    assert run("forget-letters", at=NOW + 179 * DAY) == {}
    run("forget-letters", at=NOW + 181 * DAY)
    assert (Letter.objects.exclude(sent_at=None).count(), Letter.objects.filter(sent_at=None).count()) == (0, still)


def test_a_notice_stays_as_long_as_a_second_letter_would_be_one_too_many(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    running.run("remind-attesters", at=NOW + 4 * DAY)
    assert Notice.objects.filter(kind="still_waiting").count() == 1
    run("forget-letters", at=NOW + 250 * DAY)
    assert Notice.objects.filter(kind="still_waiting").count() == 1
    Application.objects.update(state=ApplicationState.LAPSED, decided_at=NOW + 250 * DAY)
    run("forget-letters", at=NOW + 250 * DAY)
    assert Notice.objects.filter(kind="still_waiting").count() == 0


def test_every_kind_of_notice_is_decided_about() -> None:
    source = Path(registret.__file__).parent.rglob("*.py")
    calls = [n for f in source for n in ast.walk(ast.parse(f.read_text("utf-8"))) if isinstance(n, ast.Call)]
    kinds = {
        c.args[0].value
        for c in calls
        if getattr(c.func, "id", "") == "first" and c.args and isinstance(c.args[0], ast.Constant)
    }
    kinds |= {
        k.value.value
        for c in calls
        if getattr(c.func, "id", "") == "Notice"
        for k in c.keywords
        if k.arg == "kind" and isinstance(k.value, ast.Constant)
    }
    assert kinds == set(_STILL_NEEDED)


def test_a_claim_that_nobody_proved_is_forgotten_with_its_code(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    account_id = cast.account_of(ANNA).id
    earlier_accounts.claim(account_id=account_id, email=mail("gammal@regionsydvik.se"), by=ANNA.by, at=NOW)
    assert run("forget-letters", at=NOW + 6 * DAY) == {}
    run("forget-letters", at=NOW + 8 * DAY)
    assert not Claim.objects.exists()


# --- dry runs, and many at once --------------------------------------------------------------------


def test_a_dry_run_says_what_a_run_then_does_and_changes_nothing(place: Country) -> None:
    ended(place=place)
    at = NOW + 3 * YEAR
    for name in FORGETTING:
        before = everything()
        foreseen = running.run(name, at=at, dry_run=True)
        assert everything() == before
        assert running.run(name, at=at) == foreseen
        assert running.run(name, at=at) == ()


def test_a_proposal_is_forgotten_when_it_waits_for_nobody_and_not_before(place: Country) -> None:
    henrik = cast.person("Henrik", "Vall", "SE2321009991-E00H1V7")
    nominate(
        hsa_id=HsaId.parse(henrik.hsa_id),
        given_name="Henrik",
        surname="Vall",
        email=henrik.email,
        role=Role.CASE_HANDLER,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    run("forget-letters", at=NOW + 29 * DAY)
    assert Nomination.objects.exists()
    run("forget-letters", at=NOW + 30 * DAY)
    assert not Nomination.objects.exists()
    assert events("data.forgotten")[0].facts == {"kind": "nominations", "rows": 1}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("name", FORGETTING)
def test_eight_machines_at_the_same_moment_forget_each_thing_once(name: str) -> None:
    place = cast.country(NOW - DAY)
    ended(place=place)
    declined(cast.register(ANNA, place.infection, at=NOW))
    Letter.objects.update(sent_at=NOW, attempts=1, attempted_at=NOW)
    results = together([lambda: running.run(name, at=NOW + 3 * YEAR)] * 8)
    assert [r for r in results if isinstance(r, Exception)] == []
    told = sum(e.facts["rows"] for e in Entry.objects.filter(event="data.forgotten"))
    assert told > 0
    done = [one for some in results if isinstance(some, tuple) for one in some]
    accounts_done = [one for one in done if one.subject.startswith(("account", "application"))]
    assert len(accounts_done) == len(set(accounts_done))
    assert Account.objects.exclude(erased_at=None).count() == (1 if name == "erase-ended" else 0)
