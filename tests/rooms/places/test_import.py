"""Bringing clinics in: all of it or nothing, each change in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

import registret.demo
from registret.ledger.queries import EntryRow, Wanted, entries
from registret.places import clinic_file
from registret.places.queries import care_provider_of, clinic_by_code, open_clinics
from registret.places.services import Imported
from tests.rooms.places.conftest import DORIS, HEADER, INFECTION, MEDICINE, NOW, SYDVIK, Bring

VARD = "97;Region Östvik;Vård AB;556000-0001;;vard-ost;Infektionskliniken;Östviks sjukhus;;;;"
LATER = NOW + timedelta(days=1)
DEMO_FILE = Path(registret.demo.__file__).parent / "clinics.csv"


def told(done: Imported) -> list[tuple[str, str]]:
    assert done.faults == ()
    return [(change.event, change.about) for change in done.changes]


def log(event: str = "") -> list[EntryRow]:
    """Oldest first."""
    return list(reversed(entries(wanted=Wanted(event=event)).rows))


def test_a_first_import_makes_everything_and_logs_it(bring: Bring) -> None:
    assert told(bring(INFECTION, MEDICINE)) == [
        ("region.created", "98"),
        ("care_provider.created", "2321009991"),
        ("clinic.created", "infektion-norrvik"),
        ("clinic.created", "medicin-norrvik"),
    ]
    assert [entry.event for entry in log()] == [
        "region.created",
        "care_provider.created",
        "clinic.created",
        "clinic.created",
    ]
    entry = log("clinic.created")[0]
    found = clinic_by_code("infektion-norrvik")
    assert found is not None
    assert (entry.clinic_id, entry.at, entry.by_hsa_id) == (found.id, NOW, str(DORIS.hsa_id))
    assert entry.facts == {"code": "infektion-norrvik", "name": "Infektionskliniken"}


def test_the_same_file_again_changes_and_logs_nothing(bring: Bring) -> None:
    bring(INFECTION, MEDICINE + "ja")
    before = len(log())
    assert told(bring(INFECTION, MEDICINE + "ja", at=LATER)) == []
    assert len(log()) == before
    found = clinic_by_code("medicin-norrvik")
    assert found is not None
    assert found.closed_at == NOW


def test_a_change_is_made_and_logged_with_what_was_before(bring: Bring) -> None:
    bring(INFECTION)
    done = bring(INFECTION.replace("Norrviks sjukhus", "Nya sjukhuset").replace("0980-319 201", "0980-319 299"))
    (change,) = done.changes
    assert (change.event, change.fields) == ("clinic.changed", ("hospital", "contact_phone"))
    (entry,) = log("clinic.changed")
    assert entry.facts["hospital_before"] == "Norrviks sjukhus"
    assert entry.facts["hospital"] == "Nya sjukhuset"
    assert entry.facts["fields"] == "hospital, contact_phone"
    found = clinic_by_code("infektion-norrvik")
    assert found is not None
    assert (found.hospital, found.contact_phone) == ("Nya sjukhuset", "0980-319 299")


def test_the_log_repeats_no_contact(bring: Bring) -> None:
    bring(INFECTION)
    bring(INFECTION.replace("Registeransvarig", "Karin Ek").replace("infektion@", "karin.ek@"))
    for entry in log():
        assert "Karin" not in str(entry.facts)
        assert "@" not in str(entry.facts)


def test_mail_domains_and_names_of_care_providers_can_change(bring: Bring) -> None:
    bring(INFECTION)
    done = bring(
        INFECTION.replace(";regionnorrvik.se;", ";norrvik.se Regionnorrvik.se;").replace("98;Region N", "98;R N")
    )
    assert told(done) == [("region.changed", "98"), ("care_provider.changed", "2321009991")]
    found = care_provider_of("2321009991")
    assert found is not None
    assert found.mail_domains == ("norrvik.se", "regionnorrvik.se")
    (entry,) = log("care_provider.changed")
    assert entry.facts["mail_domains_before"] == "regionnorrvik.se"
    assert entry.facts["mail_domains"] == "norrvik.se regionnorrvik.se"


def test_a_clinic_is_closed_by_its_line_and_opened_again(bring: Bring) -> None:
    bring(INFECTION)
    assert told(bring(INFECTION + "Ja", at=LATER)) == [("clinic.closed", "infektion-norrvik")]
    assert open_clinics(first_of_organisation=None) == ()
    assert told(bring(INFECTION + "nej")) == [("clinic.reopened", "infektion-norrvik")]
    assert [row.code for row in open_clinics(first_of_organisation=None)] == ["infektion-norrvik"]
    assert [entry.event for entry in log()][-2:] == ["clinic.closed", "clinic.reopened"]


def test_what_the_file_does_not_name_stays(bring: Bring) -> None:
    bring(INFECTION, MEDICINE)
    assert told(bring(SYDVIK))
    assert len(open_clinics(first_of_organisation=None)) == 3


def test_a_dry_run_says_what_would_change_and_changes_nothing(bring: Bring) -> None:
    bring(INFECTION)
    before = len(log())
    lines = (INFECTION.replace("Norrviks sjukhus", "Nya sjukhuset"), MEDICINE, SYDVIK)
    tried = bring(*lines, dry_run=True)
    assert len(open_clinics(first_of_organisation=None)) == 1
    assert len(log()) == before
    assert bring(*lines).changes == tried.changes


def test_one_fault_stops_all_of_it(bring: Bring) -> None:
    done = bring(INFECTION, MEDICINE, SYDVIK.replace("9983", "9984"))
    assert [str(fault) for fault in done.faults] == ["line 4, column organisationsnummer: wrong check digit"]
    assert done.changes == ()
    assert open_clinics(first_of_organisation=None) == ()
    assert log() == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (
            SYDVIK.replace("infektion-sydvik", "infektion-norrvik"),
            "line 2, column organisationsnummer: infektion-norrvik stays with Region Norrvik",
        ),
        (
            INFECTION.replace("infektion-norrvik", "infektion-2"),
            "line 2, column klinik: infektion-norrvik is called this",
        ),
        (
            SYDVIK.replace("Region Sydvik", "Region Norrvik", 1),
            "line 2, column region: region 98 has this name already",
        ),
    ],
)
def test_what_contradicts_the_clinics_there_is_stops_all_of_it(bring: Bring, line: str, fault: str) -> None:
    bring(INFECTION)
    before = len(log())
    done = bring(line, VARD)
    (wrong,) = done.faults
    assert str(wrong).startswith(fault)
    assert clinic_by_code("vard-ost") is None
    assert len(log()) == before


# --- the command -----------------------------------------------------------------------------------

Run = Callable[..., str]


@pytest.fixture
def run(db: None, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(file: Path, *options: str) -> str:
        call_command("import_clinics", str(file), *options)
        said = capsys.readouterr()
        assert said.err == ""
        return said.out

    return run


def stopped(file: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as end:
        call_command("import_clinics", str(file))
    assert end.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()


def test_the_demo_file_is_a_whole_country(run: Run) -> None:
    assert "34 clinics read, 80 changes would be made (dry run)" in run(DEMO_FILE, "--dry-run")
    assert open_clinics(first_of_organisation=None) == ()
    assert "34 clinics read, 80 changes made" in run(DEMO_FILE)
    rows = open_clinics(first_of_organisation="2321009991")
    assert len(rows) == 34
    assert len({row.region for row in rows}) == 23
    assert [row.title for row in rows[:2]] == [
        "Infektionskliniken, Norrviks sjukhus",
        "Medicinkliniken, Norrviks sjukhus",
    ]
    assert "34 clinics read, 0 changes made" in run(DEMO_FILE)
    assert {entry.by_program for entry in log()} == {"import-clinics"}


def test_the_demo_file_reaches_nobody() -> None:
    lines, faults = clinic_file.checked(clinic_file.read(DEMO_FILE.read_bytes())[0])
    assert faults == ()
    for line in lines:
        # Series that the Swedish telecom authority keeps free for fiction.
        assert line.contact_phone.startswith(("08-465 004 ", "040-628 04 ", "0980-319 2"))
        assert line.contact_mail.endswith((".example", "@regionnorrvik.se", "@regionsydvik.se"))
        assert set(line.mail_domains) <= {"regionnorrvik.se", "regionsydvik.se"}
        assert line.organisation_number.startswith("2321009")


def test_faults_are_told_line_by_line_on_stderr(db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "clinics.csv"
    file.write_text("\n".join([HEADER, INFECTION.replace("infektion@", "infektion"), MEDICINE + ";"]), encoding="utf-8")
    assert stopped(file, capsys) == [
        "line 2, column e-post: not a mail address",
        "line 3: 13 values, but the header has 12 columns",
        "nothing was changed (2 to mend)",
    ]
    assert open_clinics(first_of_organisation=None) == ()


def test_a_file_that_is_not_there_is_told_in_one_line(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = stopped(tmp_path / "none.csv", capsys)
    assert line.endswith("none.csv: No such file or directory")


def test_a_file_that_the_database_contradicts_stops_the_command(
    bring: Bring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(INFECTION)
    file = tmp_path / "clinics.csv"
    file.write_text(f"{HEADER}\n{SYDVIK.replace('infektion-sydvik', 'infektion-norrvik')}\n", encoding="utf-8")
    first, last = stopped(file, capsys)
    assert first.startswith("line 2, column organisationsnummer: ")
    assert last == "nothing was changed (1 to mend)"
