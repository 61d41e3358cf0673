"""Numbers of patients: every kind, check digits, centuries, and dates that never were."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.checkdigit import luhn_valid
from registret.kernel.identifiers import Malformed
from registret.records.numbers import COORDINATION, PERSONAL, PatientNumber, Sex, reserve_formats

TODAY = date(2026, 11, 24)


def parse(text: str, today: date = TODAY) -> PatientNumber:
    return PatientNumber.parse(text, today=today)


def completed(eleven: str) -> str:
    """With its check digit, twelve digits."""
    return next(eleven + str(d) for d in range(10) if luhn_valid(eleven[2:] + str(d)))


@pytest.mark.parametrize(
    ("written", "kind", "text"),
    [
        ("19121212-1212", PERSONAL, "191212121212"),
        ("191212121212", PERSONAL, "191212121212"),
        (" 19121212 1212 ", PERSONAL, "191212121212"),
        ("19121212\u20131212", PERSONAL, "191212121212"),
        ("19121212\u00a01212", PERSONAL, "191212121212"),
        ("121212+1212", PERSONAL, "191212121212"),
        ("20121212-1212", PERSONAL, "201212121212"),
        ("121212-1212", PERSONAL, "201212121212"),
        ("1212121212", PERSONAL, "201212121212"),
        ("19701063-2391", COORDINATION, "197010632391"),
        ("701063-2391", COORDINATION, "197010632391"),
        ("22800101ab14", "national", "22800101AB14"),
        (completed("99202312345"), "stockholm", completed("99202312345")),
        ("19800101 01a1", "vgr", "1980010101A1"),
        ("19800101-AB1C", "date_and_letters", "19800101AB1C"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, kind: str, text: str) -> None:
    found = parse(written)
    assert (found.kind, found.text) == (kind, text)
    assert found.is_reserve is (kind not in {PERSONAL, COORDINATION})


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12",
        "19121212-1213",  # the check digit
        "19701063-2392",
        "20230229-2386",  # no such day
        "19121312-1212",
        "19121292-1212",  # 92 is 32 + 60
        "19121232-1212",
        "99202312345X",
        "992023123450",
        "191212121212\u0661",
        "١٩١٢١٢١٢١٢١٢",
        "19121212-121",
        "19121212-12123",
        "Tolvan Tolvansson",
        "121212++1212",
        "\x00" * 12,
    ],
)
def test_what_is_no_number_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(Malformed) as no:
        parse(written)
    assert not written.strip() or written.strip() not in str(no.value)


@pytest.mark.parametrize(
    ("written", "today", "year"),
    [
        ("121212-1212", date(2012, 12, 12), 2012),
        ("121212-1212", date(2011, 12, 31), 1912),
        ("121212+1212", date(2026, 1, 1), 1912),
        ("991231-2389", date(2026, 1, 1), 1999),
        ("000101-2389", date(2000, 1, 1), 2000),
    ],
)
def test_ten_digits_get_the_century_in_which_somebody_of_that_number_lives(
    written: str, today: date, year: int
) -> None:
    plain = written.replace("+", "").replace("-", "")
    mark = "+" if "+" in written else "-"
    nine = plain[:9]
    for digit in "0123456789":
        try:
            found = parse(f"{nine[:6]}{mark}{nine[6:]}{digit}", today)
        except Malformed:
            continue
        assert found.birth_date is not None
        assert found.birth_date.year == year


@given(
    born=st.dates(min_value=date(1850, 1, 1), max_value=date(2026, 11, 24)),
    serial=st.integers(min_value=0, max_value=999),
    is_coordination=st.booleans(),
)
def test_birth_date_and_sex_of_every_number_come_back_and_each_wrong_digit_is_found(
    born: date, serial: int, is_coordination: bool
) -> None:
    day = born.day + 60 * is_coordination
    text = completed(f"{born:%Y%m}{day:02}{serial:03}")
    found = parse(text)
    assert (found.kind, found.birth_date) == (COORDINATION if is_coordination else PERSONAL, born)
    assert found.sex is (Sex.MALE if serial % 2 else Sex.FEMALE)
    assert parse(found.shown) == found
    assert repr(found) == f"PatientNumber({found.masked})"
    assert found.masked == f"{text[:8]}-••••"
    wrong = text[:11] + str((int(text[11]) + 1) % 10)
    with pytest.raises(Malformed):
        parse(wrong)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_refused_and_nothing_else(text: str) -> None:
    try:
        found = parse(text)
    except Malformed:
        return
    assert len(found.text) == 12
    assert found.text.isascii()
    assert found.kind in {PERSONAL, COORDINATION, *reserve_formats()}


def test_a_reserve_number_says_nothing_of_birth_date_and_sex() -> None:
    for written in ("22800101AB14", "1980010101A1"):
        assert (parse(written).birth_date, parse(written).sex) == (None, None)


def test_no_format_of_reserve_numbers_takes_what_could_be_a_personal_number() -> None:
    for form in reserve_formats().values():
        assert not form.fits("191212121212")
        assert str(form.name)
