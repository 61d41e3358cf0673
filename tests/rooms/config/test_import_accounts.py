"""`registret import-accounts`: what it says, what it asks for, and what it leaves alone."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.access.account_import.account_file import COLUMNS
from registret.access.queries.logins import seats_of
from registret.accounts.queries import living_account
from registret.ledger.queries import Wanted, entries
from tests import cast
from tests.cast import ANNA

pytestmark = pytest.mark.django_db

DECIDED = ["--decided-by", "Sven Styrelse", "--reference", "RS 2026-17", "--decision", "Alla konton flyttas"]
ANNAS = f"{ANNA.hsa_id};Anna;Berg;{ANNA.email};{cast.INFECTION};registrerare;;"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    cast.clinics(timezone.now())
    return written(tmp_path / "konton.csv", ANNAS)


def written(file: Path, *lines: str) -> Path:
    file.write_text("\n".join([";".join(COLUMNS), *lines]), encoding="utf-8")
    return file


def run(*given: object) -> list[str]:
    out = StringIO()
    call_command("import_accounts", *map(str, given), stdout=out)
    return out.getvalue().splitlines()


def stopped(*given: object) -> list[str]:
    err = StringIO()
    with pytest.raises(SystemExit) as no:
        call_command("import_accounts", *map(str, given), stdout=err, stderr=err)
    assert no.value.code == 1
    assert living_account(hsa_id=ANNA.card.hsa_id) is None
    return err.getvalue().splitlines()


def test_a_dry_run_a_run_and_a_run_again(file: Path) -> None:
    first = "1 line read, 1 account with 1 right would be brought in (dry run); 0 stood already, 0 left as they are"
    assert run(file, "--dry-run", *DECIDED) == [first]
    assert living_account(hsa_id=ANNA.card.hsa_id) is None
    assert run(file, *DECIDED) == [first.replace("would be brought in (dry run)", "brought in")]
    (entry,) = entries(wanted=Wanted(event="account.imported")).rows
    assert (entry.facts["decided_by"], entry.facts["reference"]) == ("Sven Styrelse", "RS 2026-17")
    assert run(file, *DECIDED) == ["1 line read, nothing to change: 1 stood already, 0 left as they are"]


def test_a_dry_run_looks_at_the_file_before_anything_is_decided(file: Path) -> None:
    (told,) = run(file, "--dry-run")
    assert "1 account with 1 right would be brought in (dry run)" in told
    written(file, ANNAS.replace("registrerare", "kung"))
    assert stopped(file, "--dry-run")[0].startswith("line 2, column roll: ")
    assert "at most 100 printable" in stopped(file, "--dry-run", "--reference", "x" * 101)[0]


@pytest.mark.parametrize("said", ["pneumoni sepsis", "pneumoni,sepsis", "sepsis, pneumoni"])
def test_sub_registries_are_separated_by_a_space_or_a_comma(file: Path, said: str) -> None:
    written(file, ANNAS + said)
    run(file, *DECIDED)
    (seat,) = seats_of(account_id=cast.account_of(ANNA).id, at=timezone.now())
    assert {code for _role, code in seat.rights} == {"pneumoni", "sepsis"}


def test_a_wrong_sub_registry_is_told_with_what_separates_them(file: Path) -> None:
    written(file, ANNAS + "pneumoni/sepsis")
    assert "separated by a space or a comma" in stopped(file, "--dry-run")[0]


def test_who_decided_what_under_which_reference_must_be_said_all_of_it_at_once(file: Path) -> None:
    lines = stopped(file)
    assert [line.split(" ")[0] for line in lines] == ["--decided-by", "--reference", "--decision", "nothing"]
    assert "at most 100 printable" in stopped(file, *DECIDED, "--reference", "x" * 101)[0]


def test_every_fault_is_told_with_its_line(file: Path) -> None:
    written(file, ANNAS.replace("registrerare", "kung"), ANNAS.replace(cast.INFECTION, "okand"), "a;b")
    lines = stopped(file, *DECIDED)
    assert [line.partition(":")[0] for line in lines] == [
        "line 2, column roll",
        "line 3, column klinikkod",
        "line 4",
        "nothing was changed (3 to mend)",
    ]
    assert not [line for line in lines if ANNA.hsa_id in line or ANNA.email.text in line]


def test_a_file_that_is_not_there(file: Path) -> None:
    assert "No such file" in stopped(file.with_name("borta.csv"), *DECIDED)[0]
