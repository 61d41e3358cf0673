"""Moving in: today's accounts out of a file, by a named decision; all of it or nothing, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registret.access.account_import import account_file
from registret.access.account_import.importing import BATCH, ImportDecision, ImportResult, import_accounts
from registret.access.applications import account_end
from registret.access.grants import granting
from registret.access.models import Grant
from registret.access.queries.administrators import active_administrators
from registret.access.queries.logins import seats_of, standing_of
from registret.access.refusals import MailNotConfirmed
from registret.access.scheduled import clock
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import living_account
from registret.chores import running
from registret.kernel.by import By
from registret.ledger.models import Entry
from registret.mail.models import Letter
from registret.places import clinic_file
from registret.places.clinic_file import COLUMNS as CLINIC_COLUMNS
from registret.places.services import import_clinics
from tests import cast
from tests.cast import ANNA, BERTIL, Country
from tests.parallel import committed, together
from tests.rooms.access.scene import DAY, NOW, events, everything, kinds, somebody

__all__ = ["committed"]

DECISION = ImportDecision(decided_by="Sven Styrelse", reference="RS 2026-17", text="Alla konton flyttas")
HEADER = ";".join(account_file.COLUMNS)
ANNAS = f"{ANNA.hsa_id};Anna;Berg;{ANNA.email};{cast.INFECTION};registrerare;2026-11-01;pneumoni"


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - DAY)


def bring(*lines: str, dry_run: bool = False, at: datetime = NOW, header: str = HEADER) -> ImportResult:
    rows, faults = account_file.read("\n".join([header, *lines]).encode())
    assert faults == ()
    by = By.of_program("import-accounts")
    return import_accounts(rows=rows, decision=DECISION, dry_run=dry_run, by=by, at=at)


def faults(*lines: str) -> list[str]:
    return [str(fault) for fault in bring(*lines).faults]


def test_an_account_is_brought_in_with_its_right_and_the_decision_in_its_log(place: Country) -> None:
    moved = bring(ANNAS)
    assert (moved.accounts, moved.rights, moved.left, moved.faults) == (1, 1, (), ())
    account = cast.account_of(ANNA)
    assert (account.state, account.confirmed_at, account.email) == (AccountState.REGISTERED, None, ANNA.email)
    assert account.unused_since == account.logged_in_at == datetime(2026, 10, 31, 23, tzinfo=UTC)
    (grant,) = Grant.objects.filter(account_id=account.id)
    assert (grant.source, grant.role, grant.clinic_id) == ("imported", "reporter", place.infection)
    assert (grant.sub_registries, grant.granted_by_id, grant.decided_by_names) == (["pneumoni"], None, "Sven Styrelse")
    (entry,) = events("account.imported")
    assert (entry.about_account_id, entry.about_hsa_id, entry.clinic_id) == (account.id, ANNA.hsa_id, place.infection)
    assert entry.facts == {
        "decided_by": "Sven Styrelse",
        "reference": "RS 2026-17",
        "decision": "Alla konton flyttas",
        "role": "reporter",
        "clinics": cast.INFECTION,
        "last_login": "2026-11-01",
    }
    assert Letter.objects.filter(about_account_id=account.id).count() == 0, "nobody is written to in masses"


def test_the_same_file_again_changes_nothing_and_says_so(place: Country) -> None:
    bring(ANNAS)
    before = everything()
    again = bring(ANNAS, at=NOW + DAY)
    assert (again.accounts, again.rights, again.standing, again.left) == (0, 0, 1, ())
    assert everything() == before


def test_a_dry_run_says_the_same_and_changes_nothing(place: Country) -> None:
    before = everything()
    foreseen = bring(ANNAS, dry_run=True)
    assert everything() == before
    assert bring(ANNAS) == foreseen


def test_two_lines_of_one_person_are_one_account_with_two_rights_and_one_entry(place: Country) -> None:
    moved = bring(ANNAS, ANNAS.replace(cast.INFECTION, cast.SYDVIK).replace("registrerare", "läsare"))
    assert (moved.accounts, moved.rights) == (1, 2)
    (entry,) = events("account.imported")
    assert (entry.clinic_id, entry.facts["role"]) == (None, "reader,reporter")


def test_at_the_first_login_the_letter_goes_out_and_the_code_lets_in(place: Country) -> None:
    bring(ANNAS)
    cast.log_in(ANNA, at=NOW)
    assert isinstance(standing_of(hsa_id=ANNA.card.hsa_id, at=NOW).missing, MailNotConfirmed)
    cast.log_in(ANNA, at=NOW)
    assert kinds(ANNA) == ["confirm_moved"], "once"
    cast.confirm_mail(ANNA, at=NOW)
    assert standing_of(hsa_id=ANNA.card.hsa_id, at=NOW).missing is None
    assert cast.actor(ANNA, at=NOW).seat.clinic_id == place.infection
    assert cast.account_of(ANNA).unused_since == NOW


def test_nobody_gets_in_by_the_file_alone(place: Country) -> None:
    bring(ANNAS.replace("registrerare", "lokal administratör"))
    account = cast.account_of(ANNA)
    assert seats_of(account_id=account.id, at=NOW) != ()
    assert standing_of(hsa_id=ANNA.card.hsa_id, at=NOW).missing is not None
    assert account.id not in {a.account_id for a in active_administrators(clinic_id=place.infection, at=NOW)}


# --- what is wrong with a line ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (ANNA.hsa_id, "SE2321009992-E00K4T2", "column hsa-id: the organisation number of the HSA-id has a wrong check"),
        (ANNA.hsa_id, "191212121212", "column hsa-id: not the shape of an HSA-id"),
        (ANNA.hsa_id, "", "column hsa-id: empty"),
        ("Berg", "", "column efternamn: empty"),
        (ANNA.email.text, "anna", "column e-post: not the shape of a mail address"),
        (cast.INFECTION, "okand", "column klinikkod: there is no clinic with the code okand"),
        ("registrerare", "kung", "column roll: unknown; the roles are registrerare, läsare"),
        ("registrerare", "registry_office", "column roll: registry_office is not brought in from a file"),
        ("registrerare", "support", "column roll: support is not brought in from a file"),
        ("registrerare", "log_reviewer", "column roll: log_reviewer is not brought in from a file"),
        ("2026-11-01", "1/11 2026", "column senast inloggad: not a day"),
        ("2026-11-01", "20261101", "column senast inloggad: not a day"),
        ("2026-11-01", "2026-11-25", "column senast inloggad: in the future"),
        ("pneumoni", "malaria", "column delregister: no sub-registry to give rights in: malaria (codes are"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_nothing_is_brought_in(
    place: Country, old: str, new: str, fault: str
) -> None:
    good = ANNAS.replace(ANNA.hsa_id, "SE2321009991-E00X9X9").replace(ANNA.email.text, "x@regionnorrvik.se")
    before = everything()
    (told,) = faults(good, ANNAS.replace(old, new))
    assert told.startswith(f"line 3, {fault}")
    assert everything() == before


def test_a_closed_clinic_takes_nobody_in(place: Country) -> None:
    closed = f"98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;{cast.INFECTION}"
    rows = f"{';'.join(CLINIC_COLUMNS)}\n{closed};Infektionskliniken;Norrviks sjukhus;;;;ja"
    parsed, _ = clinic_file.read(rows.encode())
    import_clinics(rows=parsed, dry_run=False, by=By.of_program("test"), at=NOW)
    assert faults(ANNAS) == [f"line 2, column klinikkod: {cast.INFECTION} is closed"]


def test_what_contradicts_a_line_before_is_told_and_so_is_what_stands_twice(place: Country) -> None:
    other = ANNAS.replace(cast.INFECTION, cast.SYDVIK)
    assert faults(ANNAS, ANNAS.replace(ANNA.hsa_id, ANNA.hsa_id.lower())) == ["line 3: the same right stands on line 2"]
    assert faults(ANNAS, ANNAS) == ["line 3: the same right stands on line 2"]
    assert faults(ANNAS, other.replace("Berg", "Holm")) == [
        "line 3, column efternamn: the same HSA-id has another on line 2"
    ]
    assert faults(ANNAS, other.replace(ANNA.email.text, "b@b.se")) == [
        "line 3, column e-post: the same HSA-id has another on line 2"
    ]
    assert faults(ANNAS, other.replace("2026-11-01", "")) == [
        "line 3, column senast inloggad: the same HSA-id has another on line 2"
    ]


# --- what is there already -------------------------------------------------------------------------


def left(*lines: str) -> list[str]:
    before = everything()
    moved = bring(*lines)
    assert everything() == before
    return [one.why for one in moved.left]


def test_an_application_that_waits_is_not_overtaken_by_the_file(place: Country) -> None:
    cast.register(ANNA, place.infection, at=NOW)
    (why,) = left(ANNAS)
    assert "an application for the clinic waits" in why


def test_an_account_that_is_there_gets_no_right_out_of_a_file(place: Country) -> None:
    cast.register(ANNA, place.medicine, at=NOW)
    (why,) = left(ANNAS)
    assert "left as it is, without this right" in why


def test_a_right_that_was_taken_away_does_not_come_back_with_the_file(place: Country) -> None:
    bring(ANNAS)
    grant = Grant.objects.get(account_id=cast.account_of(ANNA).id)
    granting.revoke(grant_id=grant.id, reason="slutat", revoked_by_id=None, by=BERTIL.by, at=NOW)
    (why,) = left(ANNAS)
    assert "without this right" in why


def test_an_account_that_has_ended_does_not_come_back_with_the_file(place: Country) -> None:
    bring(ANNAS)
    account_end.end_account(account_id=cast.account_of(ANNA).id, reason="slutat", by=BERTIL.by, at=NOW)
    (why,) = left(ANNAS.replace(ANNA.hsa_id, ANNA.hsa_id.lower()))
    assert "has ended" in why


def test_another_address_in_the_file_is_told_and_not_taken(place: Country) -> None:
    bring(ANNAS)
    (why,) = left(ANNAS.replace(ANNA.email.text, "other@regionnorrvik.se"))
    assert "keeps the address" in why
    assert ANNA.email.text not in why


# --- the clock -------------------------------------------------------------------------------------


def test_who_has_not_been_seen_for_so_long_is_left_out(place: Country) -> None:
    (why,) = left(ANNAS.replace("2026-11-01", "2026-02-01"))
    assert "registers anew" in why


def test_the_time_without_use_goes_on_from_the_file_with_a_warning_first(place: Country) -> None:
    bring(ANNAS.replace("2026-11-01", "2026-03-01"))
    day = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert annas(running.run("suspend-unused", at=day)) == ["warned of suspension"]
    assert living_account(hsa_id=ANNA.card.hsa_id) is not None, "nobody ends unwarned"
    assert annas(running.run("suspend-unused", at=day + 15 * DAY)) == ["ended"]
    assert living_account(hsa_id=ANNA.card.hsa_id) is None
    assert seats_of(account_id=Grant.objects.get(source="imported").account_id, at=day + 15 * DAY) == ()


def test_who_never_logged_in_there_has_the_time_of_who_was_just_given_a_right(place: Country) -> None:
    bring(ANNAS.replace("2026-11-01", ""))
    account = cast.account_of(ANNA)
    assert (account.logged_in_at, account.unused_since) == (None, NOW)
    assert annas(running.run("suspend-unused", at=NOW + 80 * DAY)) == []
    assert annas(running.run("suspend-unused", at=NOW + 93 * DAY)) == ["ended"]


def annas(done: tuple[clock.Done, ...]) -> list[str]:
    account_id = Grant.objects.get(source="imported").account_id
    return [one.what for one in done if one.subject == f"account {account_id}"]


# --- many ------------------------------------------------------------------------------------------


def many(numbers: range) -> Iterator[str]:
    for n in numbers:
        who = somebody(n)
        yield f"{who.hsa_id};Nils;Nord{n};{who.email};{cast.INFECTION};läsare;2026-10-01;"


def asked(number: int) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert bring(*many(range(number)), dry_run=True).accounts == number
    return len(captured.captured_queries)


def test_a_batch_asks_as_often_whatever_its_size_and_a_second_one_as_often_again(place: Country) -> None:
    small, full, two = asked(10), asked(BATCH), asked(2 * BATCH)
    assert small == full
    assert two - full <= 9


@pytest.mark.usefixtures("committed")
def test_two_imports_at_once_bring_everybody_in_once() -> None:
    cast.clinics(NOW)
    lines = list(many(range(300)))
    results = together([lambda: bring(*lines), lambda: bring(*reversed(lines))])
    assert sorted(r.accounts for r in results if isinstance(r, ImportResult)) == [0, 300]
    assert Grant.objects.count() == Entry.objects.filter(event="account.imported").count() == 300


@pytest.mark.usefixtures("committed")
def test_who_registers_while_the_file_is_brought_in_has_one_account() -> None:
    place = cast.country(NOW - DAY)
    lines = [*many(range(200)), ANNAS]
    results = together([lambda: bring(*lines), lambda: cast.register(ANNA, place.infection, at=NOW)])
    moved = results[0]
    assert isinstance(moved, ImportResult), moved
    assert moved.accounts in {200, 201}
    assert living_account(hsa_id=ANNA.card.hsa_id) is not None
