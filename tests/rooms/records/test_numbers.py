"""Numbers of patients: every kind, check digits, centuries, and dates that never were."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.checkdigit import luhn_valid
from registret.kernel.identifiers import FIRST_BIRTH, Malformed, NumberFault, NumberMalformed
from registret.records.numbers import COORDINATION, PERSONAL, PatientNumber, Sex, reserve_formats

TODAY = date(2026, 11, 24)
TOLVAN = "191212121212"


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
        ("22800101ab17", "national", "22800101AB17"),
        ("19121212+1212", PERSONAL, "191212121212"),
        ("\ufeff19121212-\u200b1212", PERSONAL, "191212121212"),  # out of a clipboard
        # As Inera and HL7 Sweden publish them.
        ("22950606-FH20", "national", "22950606FH20"),
        ("25780404-KHD5", "national", "25780404KHD5"),
        ("00342145-BZ31", "national_unknown_birth", "00342145BZ31"),
        ("991981000010", "stockholm", "991981000010"),
        ("991945000023", "stockholm", "991945000023"),
        ("19810832-0014", "inera", "198108320014"),
        ("19810829-M071", "vgr", "19810829M071"),
        ("19930829X802", "vgr", "19930829X802"),
        ("19800101-01M1", "gavleborg", "1980010101M1"),
        ("19800101-DA0B", "skane", "19800101DA0B"),
        ("800101-DA0B", "skane", "19800101DA0B"),
        ("18500101-M001", "sormland", "18500101M001"),
        ("18600101-P120", "sormland", "18600101P120"),
        ("19800101-AB1C", "sormland_or_blekinge", "19800101AB1C"),
        ("19810829-SU3A", "varmland", "19810829SU3A"),
        ("19800101-TA1B", "orebro", "19800101TA1B"),
        ("19800101-123R", "vasternorrland", "19800101123R"),
        ("19800101-R123", "vasterbotten", "19800101R123"),
        ("19800101-B123", "dalarna", "19800101B123"),
        ("19800101-1AB2", "date_and_letters", "198001011AB2"),
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
        "99202312345X",
        "20991231-2387",  # of nobody who is born yet
        "20261125-2380",
        "17990101-2389",
        "00010101-2389",
        "20001212+1214",  # not a hundred
        "270101+2389",
        "19121212-0008",  # serial numbers begin at 001
        "800101-AB1C",  # without its century it may be of two
        "19801399-AB1C",
        "20991231-AB1C",
        "00341345-BZ31",
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
    ("written", "fault"),
    [
        ("20991231-2387", NumberFault.NOT_BORN),
        ("20261125-2380", NumberFault.NOT_BORN),
        ("20261185-2382", NumberFault.NOT_BORN),  # samordningsnummer
        ("20991231-AB1C", NumberFault.NOT_BORN),
        ("17990101-2389", NumberFault.TOO_OLD),
        ("18491231-2380", NumberFault.TOO_OLD),
        ("00010101-2389", NumberFault.TOO_OLD),
        ("18491231-AB1C", NumberFault.TOO_OLD),
        ("19121212-0008", NumberFault.NO_SERIAL),
        ("121212-0000", NumberFault.NO_SERIAL),
        ("20230229-2386", NumberFault.NO_SUCH_DAY),
        ("19121292-1212", NumberFault.NO_SUCH_DAY),
        ("19801399-AB1C", NumberFault.NO_SUCH_DAY),
        ("20001212+1214", NumberFault.NOT_A_HUNDRED),
        ("19121212-1213", NumberFault.CHECK_DIGIT),
        ("19701063-2392", NumberFault.CHECK_DIGIT),
        ("19121212-121", NumberFault.UNKNOWN_SHAPE),
        ("800101-AB1C", NumberFault.UNKNOWN_SHAPE),
        ("Tolvansson", NumberFault.UNKNOWN_SHAPE),
    ],
)
def test_a_number_that_cannot_be_says_what_is_wrong_with_it(written: str, fault: NumberFault) -> None:
    with pytest.raises(NumberMalformed) as no:
        parse(written)
    assert no.value.fault is fault


def test_a_birth_on_the_first_possible_day_and_today_is_a_number() -> None:
    for born in (FIRST_BIRTH, TODAY):
        assert parse(completed(f"{born:%Y%m%d}001")).birth_date == born


@pytest.mark.parametrize(
    ("written", "today", "year"),
    [
        ("121212-1212", date(2012, 12, 12), 2012),
        ("121212-1212", date(2011, 12, 31), 1912),
        ("121212+1212", date(2026, 1, 1), 1912),
        ("991231-2389", date(2026, 1, 1), 1999),
        ("000101-2389", date(2000, 1, 1), 2000),
        # Will be 100 this year, and is no child that is to be born.
        ("261231-2385", date(2026, 11, 26), 1926),
        ("261231+2385", date(2026, 11, 26), 1926),
        ("261126-2380", date(2026, 11, 26), 2026),
        ("261187-2380", date(2026, 11, 26), 1926),  # samordningsnummer, of the 27th
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
    serial=st.integers(min_value=1, max_value=999),
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


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("991981000010", "991981000011"),
        ("198108320014", "198108320015"),
        ("19810829M071", "19810829M072"),
        ("19450829K088", "19450829K089"),
        ("191212320012", "191212320017"),  # or a personnummer whose day was mistyped
        ("22950606FH20", "22950606FH21"),
        ("00749852BZK0", "00749852BZK1"),
    ],
)
def test_a_wrong_check_digit_of_a_reserve_number_is_doubted_and_not_refused(right: str, wrong: str) -> None:
    assert not parse(right).is_doubtful
    assert parse(wrong).is_doubtful
    assert not parse(TOLVAN).is_doubtful
    assert not parse("19800101-AB1C").is_doubtful, "has no check digit"


def test_a_reserve_number_says_nothing_of_birth_date_and_sex() -> None:
    for written in ("22800101AB17", "1980010101M1"):
        assert (parse(written).birth_date, parse(written).sex) == (None, None)


def test_no_format_of_reserve_numbers_takes_what_could_be_a_personal_number() -> None:
    for form in reserve_formats().values():
        assert not form.pattern.fullmatch("191212121212")
        assert str(form.name)
