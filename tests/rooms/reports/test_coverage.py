"""Täckningsgrad: counts of another source come from a file, and registered patients from what is signed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from registret.ledger.queries import Wanted, entries
from registret.records.reporting import signing
from registret.reports.coverage.counted import Coverage, ImportedCoverage, coverage, import_coverage
from registret.reports.coverage.counts_file import read
from registret.reports.making import refresh
from registret.reports.models import CoverageCount, CoverageFile
from registret.reports.rebuilding import rebuild
from tests import cast
from tests.cast import DORIS
from tests.rooms.records.scene import NOW, SAMORDNAD, TOLVAN, Ward, begun, case, handler, opt_out
from tests.rooms.reports.scene import counted, version_of

pytestmark = pytest.mark.django_db

HEAD = "klinikkod;delregister;år;antal"


def bring(
    *lines: str, dry_run: bool = False, source: str = "Patientregistret", encoding: str = "utf-8"
) -> ImportedCoverage:
    rows, faults = read("\n".join([HEAD, *lines]).encode(encoding))
    assert faults == ()
    return import_coverage(rows=rows, source=source, dry_run=dry_run, by=cast.actor(DORIS, at=NOW).by, at=NOW)


def told(*lines: str) -> list[str]:
    """What is wrong with a file, as the command says it."""
    return [str(fault) for fault in bring(*lines).faults]


def at_infection(here: Ward, year: int) -> Coverage:
    (found,) = [one for one in coverage(clinic_id=here.place.infection, sub_registry="pneumoni") if one.year == year]
    return found


# --- what counts as registered ---------------------------------------------------------------------


def test_an_episode_is_registered_when_a_step_after_the_inclusion_is_signed(here: Ward) -> None:
    begun(here.anna)
    refresh()
    assert coverage() == ()
    counted(here.anna, patient=SAMORDNAD)
    assert at_infection(here, 2026).registered == 1
    assert rebuild().was_right


def test_it_counts_in_the_year_in_which_the_patient_came_to_swedish_clocks(here: Ward) -> None:
    counted(here.anna, arrived_at="2026-01-01T00:30", antibiotic_at=["2026-01-01T01:00"], blood_culture=["no"])
    assert [(one.year, one.registered) for one in coverage()] == [(2026, 1)]


def test_a_reopened_step_and_an_opt_out_leave_the_count_at_once(here: Ward) -> None:
    episode = counted(here.anna)
    counted(here.anna, patient=SAMORDNAD)
    signing.reopen(actor=here.anna, episode=episode, step="acute", reason="fel tid", at=NOW)
    assert at_infection(here, 2026).registered == 1
    base = version_of(here.anna, episode, "acute")
    signing.sign(actor=here.anna, episode=episode, step="acute", base=base, at=NOW)
    refresh()
    assert at_infection(here, 2026).registered == 2
    opt_out(actor=handler(NOW), case=case(TOLVAN), at=NOW)
    assert at_infection(here, 2026).registered == 1


# --- the file --------------------------------------------------------------------------------------


def test_a_file_is_kept_with_source_author_and_when_and_is_in_the_log(here: Ward) -> None:
    done = bring(f"{cast.INFECTION};pneumoni;2026;4", f"{cast.SYDVIK};pneumoni;2026;0")
    assert (done.counts, done.replaced, done.remarks, done.faults) == (2, 0, (), ())
    (file,) = CoverageFile.objects.all()
    assert (file.source, file.by_name, file.at) == ("Patientregistret", "Doris Lund", NOW)
    (entry,) = entries(wanted=Wanted(event="coverage.imported")).rows
    assert entry.facts == {"source": "Patientregistret", "rows": "2"}


def test_coverage_is_registered_of_all_with_its_interval(here: Ward) -> None:
    counted(here.anna)
    bring(f"{cast.INFECTION};pneumoni;2026;4")
    found = at_infection(here, 2026)
    assert (found.registered, found.expected, found.is_low) == (1, 4, True)
    assert found.estimate is not None
    assert (round(found.estimate.interval.low, 4), round(found.estimate.interval.high, 4)) == (0.0456, 0.6994)


@pytest.mark.parametrize(("expected", "is_low"), [(1, False), (0, False), (2, True)])
def test_low_is_below_sixty_per_cent_and_never_what_has_no_figure(here: Ward, expected: int, is_low: bool) -> None:
    counted(here.anna)
    bring(f"{cast.INFECTION};pneumoni;2026;{expected}")
    assert at_infection(here, 2026).is_low is is_low


def test_nobody_to_register_has_no_coverage(here: Ward) -> None:
    bring(f"{cast.SYDVIK};pneumoni;2026;0")
    (found,) = coverage()
    assert found.estimate is None


def test_the_newer_file_counts_and_the_older_is_kept(here: Ward) -> None:
    bring(f"{cast.INFECTION};pneumoni;2025;40", f"{cast.INFECTION};sepsis;2025;9", source="Första uttaget")
    assert bring(f"{cast.INFECTION};pneumoni;2025;44", source="Andra uttaget").replaced == 1
    numbers = {(one.sub_registry, one.expected, one.source) for one in coverage()}
    assert numbers == {("pneumoni", 44, "Andra uttaget"), ("sepsis", 9, "Första uttaget")}
    assert CoverageCount.objects.count() == 3


def test_a_dry_run_says_the_same_and_keeps_nothing(here: Ward) -> None:
    line = f"{cast.INFECTION};pneumoni;2025;40"
    assert bring(line, dry_run=True) == bring(line)
    bring(line, dry_run=True)
    assert CoverageFile.objects.count() == 1
    assert len(entries(wanted=Wanted(event="coverage.imported")).rows) == 1


def test_fewer_than_are_registered_is_a_remark_and_is_kept(here: Ward) -> None:
    counted(here.anna)
    (remark,) = bring(f"{cast.INFECTION};pneumoni;2026;0").remarks
    assert (remark.line, remark.clinic, remark.number, remark.registered) == (2, cast.INFECTION, 0, 1)
    assert at_infection(here, 2026).estimate is None


def test_what_cannot_be_is_told_by_line_and_column_with_what_to_do(here: Ward) -> None:
    good = f"{cast.INFECTION};pneumoni;2025;40"
    assert told(good, "infektion-atlantis;pneumoni;2025;1", good.replace("pneumoni", "malaria")) == [
        "line 3, column klinikkod: there is no clinic infektion-atlantis: bring it in first, or correct the code",
        "line 4, column delregister: there is no sub-registry malaria: it is one of "
        "endokardit, led-nativ, led-protes, meningit, pneumoni, sepsis",
    ]
    assert told(good.replace("2025", "2027"), good.replace("2025", "25")) == [
        "line 2, column år: 2027 has not begun: correct the year, or remove the line",
        "line 3, column år: not a year: write four digits, such as 2025",
    ]
    assert told(good, good.replace("40", "41")) == [
        "line 3: the same clinic, sub-registry and year stand on line 2: remove one of the lines"
    ]
    assert CoverageFile.objects.count() == 0


@pytest.mark.parametrize("number", ["-1", "4,5", "1e3", "4 000", "många", "²", "1234567"])
def test_what_is_no_number_of_patients_is_refused(here: Ward, number: str) -> None:
    (fault,) = told(f"{cast.INFECTION};pneumoni;2025;{number}")
    assert fault.startswith("line 2, column antal: not a number of patients")


def test_an_empty_cell_is_refused(here: Ward) -> None:
    assert told(f"{cast.INFECTION};;2025;40") == [
        "line 2, column delregister: empty: write a value, or remove the line"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_it_is_read_as_spreadsheets_write_it(here: Ward, encoding: str) -> None:
    assert bring(f"{cast.INFECTION};pneumoni;2025;40", encoding=encoding).counts == 1


def test_commas_separate_as_well_and_a_strange_header_is_named(here: Ward) -> None:
    rows, faults = read(f"{HEAD}\n{cast.INFECTION};pneumoni;2025;40".replace(";", ",").encode())
    assert (len(rows), faults) == (1, ())
    assert [str(one) for one in read(b"klinikkod;delregister;antal\nx;y;1")[1]] == ["line 1, column år: missing"]


def test_what_was_brought_in_can_be_neither_changed_nor_removed(here: Ward) -> None:
    bring(f"{cast.INFECTION};pneumoni;2025;40")
    with pytest.raises(DatabaseError), transaction.atomic():
        CoverageCount.objects.update(number=39)
    with pytest.raises(DatabaseError), transaction.atomic():
        CoverageFile.objects.all().delete()


def test_closed_clinics_keep_their_years(here: Ward) -> None:
    cast.bring_clinics(["Stängda sjukhuset"], at=NOW - timedelta(days=1))
    bring(f"{cast.SYDVIK};pneumoni;2024;3")
    assert {one.year for one in coverage(clinic_id=here.place.sydvik)} == {2024}
