"""Täckningsgrad on pages: the clinic sees its own, the office all clinics and of few only that there are some."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import translation

from registret.access.actor import Actor
from registret.reports.coverage import counts_file
from registret.reports.coverage.counted import import_coverage
from registret.reports.models import REGISTERED, Cell, CoverageFile
from registret.words.coverage_faults import FAULTS, coverage_fault
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.test_reports import PAGE, RUNE, anna, place

__all__ = ["anna", "place"]

pytestmark = pytest.mark.django_db

OFFICE, FILE = "/kansliet/tackningsgrad", "/kansliet/tackningsgrad/fil"
QUALITY = "/rapporter/pneumoni/datakvalitet"
HEAD = "klinikkod;delregister;år;antal"


def registered(clinic_id: int, number: int, *, year: int = 2025) -> None:
    """As if a clinic had registered so many patients with pneumonia."""
    Cell.objects.create(
        sub_registry="pneumoni", indicator=REGISTERED, version=1, clinic_id=clinic_id,
        month=f"{year}-03-01", reached=number,
    )  # fmt: skip


def content(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def bring(*lines: str, at: datetime) -> None:
    rows, faults = counts_file.read(content(*lines))
    by = cast.actor(DORIS, at=at).by
    done = import_coverage(rows=rows, source="Patientregistret, uttag i mars", dry_run=False, by=by, at=at)
    assert (faults, done.faults) == ((), ())


def sent(*lines: str, source: str = "Patientregistret, uttag i mars") -> Mapping[str, object]:
    return {"file": SimpleUploadedFile("antal.csv", content(*lines)), "source": source}


def hidden(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(text|state|source)" value="([^"]*)"', html))


# --- the clinic ------------------------------------------------------------------------------------


def test_without_a_file_it_says_that_none_has_come(anna: Actor) -> None:
    for address in ("/rapporter", PAGE, QUALITY):
        said = text_of(Browser.of(ANNA).get(address))
        assert "ingen fil med antal från patientregistret har kommit" in said, address


def test_a_clinic_sees_its_own_coverage_with_interval_and_source(place: Country, anna: Actor, now: datetime) -> None:
    registered(place.infection, 80)
    bring(f"{cast.INFECTION};pneumoni;2025;100", at=now)
    said = text_of(Browser.of(ANNA).get(QUALITY))
    assert "2025 80 % 71–87 %, 80 av 100 80 100 Patientregistret, uttag i mars" in said
    page = Browser.of(ANNA).get(PAGE)
    assert "Täckningsgrad 2025: 80 % (71–87 %, 80 av 100)." in text_of(page)
    assert "colourless" not in page.content.decode()


def test_below_sixty_per_cent_figures_lose_their_colour_and_the_page_says_why(
    place: Country, anna: Actor, now: datetime
) -> None:
    registered(place.infection, 59)
    bring(f"{cast.INFECTION};pneumoni;2025;100", at=now)
    for address in ("/rapporter", PAGE):
        page = Browser.of(ANNA).get(address)
        assert page.content.decode().count("colourless") == 1, "of this sub-registry only"
        assert "Därför är siffrorna utan färg." in text_of(page)


def test_the_newest_year_that_a_file_tells_of_stands_over_the_figures(
    place: Country, anna: Actor, now: datetime
) -> None:
    registered(place.infection, 70)
    registered(place.infection, 10, year=2026)
    bring(f"{cast.INFECTION};pneumoni;2024;9", f"{cast.INFECTION};pneumoni;2025;100", at=now)
    assert "Täckningsgrad 2025: 70 %" in text_of(Browser.of(ANNA).get("/rapporter"))
    assert "2026 ingen fil har kommit 10 –" in text_of(Browser.of(ANNA).get(QUALITY))


def test_no_clinic_sees_that_of_another(place: Country, anna: Actor, now: datetime) -> None:
    registered(place.infection, 59)
    bring(f"{cast.INFECTION};pneumoni;2025;100", at=now)
    for address in ("/rapporter", PAGE, QUALITY):
        page = Browser.of(CECILIA).get(address)
        assert "ingen fil med antal" in text_of(page), address
        assert "59" not in text_of(page), address
        assert "colourless" not in page.content.decode(), address


def test_a_report_reader_sees_it_too(place: Country, anna: Actor, now: datetime) -> None:
    registered(place.infection, 120)
    bring(f"{cast.INFECTION};pneumoni;2025;100", at=now)
    assert "2025 fler än i filen 120 av 100 120 100" in text_of(Browser.of(RUNE).get(QUALITY))


# --- the office ------------------------------------------------------------------------------------


def rows_of(address: str) -> list[str]:
    """The lines of the office's table, as text, without the header."""
    html = Browser.of(DORIS).get(address).content.decode()
    lines = re.findall(r"<tr.*?</tr>", html, flags=re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]


def test_the_office_sees_all_clinics_the_lowest_coverage_first(place: Country, now: datetime) -> None:
    registered(place.infection, 80)
    registered(place.sydvik, 30)
    bring(f"{cast.INFECTION};pneumoni;2025;100", f"{cast.SYDVIK};pneumoni;2025;100", at=now)
    first, second, *rest = rows_of(f"{OFFICE}?delregister=pneumoni")
    assert first.startswith("Infektionskliniken, Sydviks sjukhus 30 30 % 22–40 %, 30 av 100 – 100")
    assert second.startswith("Infektionskliniken, Norrviks sjukhus 80 80 % 71–87 %, 80 av 100 – 100")
    assert all("ingen fil har kommit" in line for line in rest)


def test_the_office_is_told_of_few_as_of_many_in_page_and_file(place: Country, now: datetime) -> None:
    registered(place.infection, 3)
    bring(f"{cast.INFECTION};pneumoni;2025;8", at=now)
    (line,) = [one for one in rows_of(f"{OFFICE}?delregister=pneumoni") if "Norrviks" in one and "Infektion" in one]
    assert line.startswith("Infektionskliniken, Norrviks sjukhus 3 38 % 14–69 %, 3 av 8 – 8 Patientregistret")
    file = Browser.of(DORIS).get(f"{OFFICE}.csv?delregister=pneumoni").content.decode("utf-8-sig")
    assert "Region Norrvik;pneumoni;2025;3;8;38 %;14 %;69 %" in file


def test_it_can_order_clinics_by_how_many_are_registered(place: Country) -> None:
    registered(place.infection, 1)
    registered(place.sydvik, 4)
    registered(place.medicine, 9)
    by_number = rows_of(f"{OFFICE}?delregister=pneumoni&ar=2025&ordning=antal")
    assert [line.split(" sjukhus ")[0] for line in by_number[:3]] == [
        "Medicinkliniken, Norrviks",
        "Infektionskliniken, Sydviks",
        "Infektionskliniken, Norrviks",
    ]


def test_a_file_that_counts_fewer_than_are_registered_is_remarked_upon(place: Country) -> None:
    registered(place.infection, 3)
    said = text_of(Browser.of(DORIS).post(FILE, sent(f"{cast.INFECTION};pneumoni;2025;2")))
    assert "pneumoni 2025: filen säger 2, men 3 är registrerade" in said
    assert "är registrerade" not in text_of(Browser.of(DORIS).post(FILE, sent(f"{cast.INFECTION};pneumoni;2025;3")))


def test_a_count_of_a_year_in_which_the_sub_registry_was_closed_is_a_remark(place: Country) -> None:
    lines = [f"{cast.INFECTION};led-nativ;{year};3" for year in (2014, 2015)]
    said = text_of(Browser.of(DORIS).post(FILE, sent(*lines)))
    assert "led-nativ 2015: delregistret är stängt sedan 2015" in said
    assert "led-nativ 2014" not in said


def test_a_file_is_tried_first_and_then_brought_in(place: Country) -> None:
    doris = Browser.of(DORIS)
    page = doris.post(FILE, sent(f"{cast.INFECTION};pneumoni;2025;40"))
    assert "1 rad i filen." in text_of(page)
    assert CoverageFile.objects.count() == 0
    fields = hidden(page.content.decode())
    assert "Antalen är inlästa" in text_of(doris.post(FILE, fields))
    assert CoverageFile.objects.get().source == "Patientregistret, uttag i mars"
    assert "Något har ändrats sedan du provade filen." in text_of(doris.post(FILE, fields)), "now it would replace"
    assert CoverageFile.objects.count() == 1


def test_what_would_do_something_else_than_was_shown_is_shown_again(place: Country) -> None:
    doris = Browser.of(DORIS)
    fields = hidden(doris.post(FILE, sent(f"{cast.INFECTION};pneumoni;2025;40")).content.decode())
    two = f"{fields['text']}\n{cast.SYDVIK};pneumoni;2025;1"
    for other in (fields | {"text": two}, fields | {"source": ""}, fields | {"state": ""}):
        doris.post(FILE, other)
    assert CoverageFile.objects.count() == 0


def test_what_is_wrong_with_a_file_is_told_in_swedish(place: Country) -> None:
    page = Browser.of(DORIS).post(FILE, sent("infektion-atlantis;pneumoni;2025;-1", "too;few"))
    assert page.status_code == 422
    assert "3 saker i filen behöver rättas" in text_of(page), "all at once"
    assert "2 klinikkod kliniken infektion-atlantis finns inte: läs in den först, eller rätta koden" in text_of(page)
    assert "2 antal inget antal patienter" in text_of(page)
    assert "Skriv varifrån antalen kommer" in text_of(Browser.of(DORIS).post(FILE, sent(source=" ")))


def test_what_stands_in_a_file_is_text(place: Country) -> None:
    page = Browser.of(DORIS).post(FILE, sent("<script>x</script>;pneumoni;2025;1", source="<b>källa</b>"))
    assert "<script>x" not in page.content.decode()
    assert "<b>källa" not in page.content.decode()


def test_nobody_else_sees_all_clinics_or_brings_counts(place: Country) -> None:
    for who in (ANNA, BERTIL, ERIK):
        assert Browser.of(who).get(OFFICE).status_code == 403
        assert Browser.of(who).get(f"{OFFICE}.csv").status_code == 403
        assert Browser.of(who).post(FILE, sent(f"{cast.INFECTION};pneumoni;2025;40")).status_code == 403
    assert CoverageFile.objects.count() == 0


def test_addresses_that_ask_for_nonsense_show_the_usual(place: Country) -> None:
    assert Browser.of(DORIS).get(f"{OFFICE}?delregister=malaria&ar=20x5&ordning=pris").status_code == 200


def test_every_fault_has_words_in_both_languages_with_the_same_values() -> None:
    assert set(FAULTS) == set(counts_file.FAULTS)
    for code, english in counts_file.FAULTS.items():
        values = {name: f"<{name}>" for name in re.findall(r"\{(\w+)\}", english)}
        for language in ("sv", "en"):
            with translation.override(language):
                assert all(value in coverage_fault(code, values) for value in values.values()), code


# --- the command -----------------------------------------------------------------------------------


def test_the_command_tries_and_brings_in(place: Country, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    registered(place.infection, 3)
    file = tmp_path / "antal.csv"
    file.write_bytes(content(f"{cast.INFECTION};pneumoni;2025;0"))
    call_command("import_coverage", str(file), "--source", "Patientregistret", "--dry-run")
    assert capsys.readouterr().out.splitlines() == [
        f"line 2: remark: {cast.INFECTION}, pneumoni, 2025: 0 in the file, but 3 are registered",
        "1 count would be kept (dry run), 0 instead of older ones",
    ]
    assert CoverageFile.objects.count() == 0
    call_command("import_coverage", str(file), "--source", "Patientregistret")
    assert CoverageFile.objects.get().by_name == "import-coverage"


def test_the_command_stops_for_what_is_wrong(
    place: Country, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "antal.csv"
    file.write_bytes(content(f"{cast.INFECTION};pneumoni;2025;-2"))
    for arguments in ([str(file), "--source", " "], [str(tmp_path / "nowhere.csv"), "--source", "x"]):
        with pytest.raises(SystemExit):
            call_command("import_coverage", *arguments)
    with pytest.raises(SystemExit):
        call_command("import_coverage", str(file), "--source", "x")
    assert "line 2, column antal: not a number of patients" in capsys.readouterr().err
    assert CoverageFile.objects.count() == 0
