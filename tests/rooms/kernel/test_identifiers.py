"""Identifiers cannot be malformed, are compared as people mean them, and never show a personal number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.checkdigit import luhn_digit, luhn_valid
from registret.kernel.identifiers import EmailAddress, HsaId, Malformed, PersonalNumber, mask_personal_numbers

TOLVAN = "191212121212"  # the example person of Swedish computing

digits = st.text("0123456789", min_size=1, max_size=20)


# --- HSA-id ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["SE2321009991-E00K4T2", "se2321009991-e00k4t2", "SE162321009991-E00K4T2", "SE2321009991-" + "X" * 17]
)
def test_an_hsa_id_is_taken_as_it_was_issued(text: str) -> None:
    assert HsaId.parse(text).text == text
    assert HsaId.parse(text).organisation_number == "2321009991"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SE2321009991",
        "SE2321009991-",
        "SE2321009992-E00K4T2",  # check digit
        "SE172321009991-E00K4T2",
        "NO2321009991-E00K4T2",
        " SE2321009991-E00K4T2",
        "SE2321009991-E00K4T2\n",
        "SE2321009991-E00\x00K4T2",
        "SE2321009991-E00K4T2-1",
        "SE2321009991-ÅÄÖ",
        "ſE2321009991-E00K4T2",  # a long s is an S to careless software
        "SE２３２１００９９９１-E00K4T2",
        "SE٢٣٢١٠٠٩٩٩١-E00K4T2",
        "SE2321009991-E00\u212a4T2",  # the Kelvin sign is a K to careless software
        "SE2321009991-" + "X" * 19,
        "TSTNMT2321009991-1025",
        TOLVAN,
    ],
)
def test_what_has_not_the_shape_of_an_hsa_id_is_none(text: str) -> None:
    with pytest.raises(Malformed) as trouble:
        HsaId.parse(text)
    assert not text or text not in str(trouble.value)


def test_a_test_id_is_one_only_where_test_cards_are_accepted() -> None:
    assert HsaId.parse("TSTNMT2321009991-1025", allow_test=True).organisation_number == "2321009991"
    with pytest.raises(Malformed):
        HsaId.parse("TSTNMTABCDEF2321009991-1025", allow_test=True)


def test_accepting_test_ids_does_not_accept_a_wrong_check_digit() -> None:
    with pytest.raises(Malformed):
        HsaId.parse("SE2321009992-E00K4T2", allow_test=True)


def test_the_same_hsa_id_in_two_spellings_is_the_same_person() -> None:
    small, large = HsaId.parse("se2321009991-e00k4t2"), HsaId.parse("SE2321009991-E00K4T2")
    assert small == large
    assert len({small, large}) == 1
    assert small.key == large.key == "SE2321009991-E00K4T2"
    assert small != "SE2321009991-E00K4T2"


@given(st.text(max_size=40))
def test_every_text_is_an_hsa_id_of_at_most_31_ascii_characters_or_none(text: str) -> None:
    try:
        parsed = HsaId.parse(text, allow_test=True)
    except Malformed:
        return
    assert parsed.text.isascii()
    assert len(parsed.text) <= HsaId.MAX_LENGTH


@given(digits)
def test_the_check_digit_is_the_only_one_that_fits(text: str) -> None:
    fitting = [d for d in "0123456789" if luhn_valid(text + d)]
    assert fitting == [luhn_digit(text)]


@pytest.mark.parametrize("text", ["", "１２", "1a", "-18", "²"])
def test_only_ascii_digits_have_a_check_digit(text: str) -> None:
    assert not luhn_valid(text)


# --- personal numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [TOLVAN, "197010632391"])  # the second: a samordningsnummer, born on the third
def test_a_personal_number_is_known_by_date_and_check_digit(text: str) -> None:
    assert PersonalNumber.parse(text).digits == text


@pytest.mark.parametrize(
    "text",
    [
        "191212121213",
        "1912121212",
        "19121212-1212",
        "191213321212",
        "191202301218",
        "184912311219",
        "191212120008",
        "x",
    ],
)
def test_what_has_no_possible_date_or_check_digit_is_no_personal_number(text: str) -> None:
    with pytest.raises(Malformed) as trouble:
        PersonalNumber.parse(text)
    assert text not in str(trouble.value)


def test_a_personal_number_never_shows_its_last_digits_unless_asked() -> None:
    number = PersonalNumber.parse(TOLVAN)
    assert number.masked == "19121212••••"
    for shown in (str(number), repr(number), f"{number}", f"{[number]}"):
        assert TOLVAN not in shown
        assert "1212••••" in shown


@pytest.mark.parametrize(
    "written",
    [
        "191212121212",
        "1212121212",
        "121212-1212",
        "121212+1212",
        "19121212-1212",
        "19121212 1212",
        "19121212\u20131212",  # en dash: what word processors make of a hyphen
        "19121212\u22121212",
        "19121212\u00a01212",
        "19121212 - 1212",
        "121212\t1212",
        "640823/3234",
        "640823.3234",
        "991981000010",
        "19810832-0014",
        "22950606-FH20",
        "22950606FH20",
        "19810829M071",
        "800101-DA0B",
        "198001011AB2",
    ],
)
def test_a_personal_number_is_masked_however_it_is_written(written: str) -> None:
    masked = mask_personal_numbers(f"Pat. {written}, provsvar; {written}")
    assert written not in masked
    assert masked.count("••••") == 2
    assert masked.startswith("Pat. ")


@given(st.dates().filter(lambda d: 1850 <= d.year <= 2099), st.integers(0, 9999), st.sampled_from(["", "-", "+", " "]))
def test_no_date_with_four_digits_behind_it_survives_masking(date: object, last: int, between: str) -> None:
    written = f"{str(date).replace('-', '')}{between}{last:04}"
    assert written not in mask_personal_numbers(f"x {written} y")


@pytest.mark.parametrize(
    "text",
    [
        "K7F-2Q9M",
        "4f1c",
        "2026-11-24",
        "0980-319 20",
        "kl. 08.30",
        "pneumoni,sepsis",
        "P7KM4QXDR",
        "2026-01234-01",
        "20261124 kl14",
        "",
    ],
)
def test_what_is_no_personal_number_stays_readable(text: str) -> None:
    assert mask_personal_numbers(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_personal_numbers(mask_personal_numbers(text)) == mask_personal_numbers(text)


# --- mail addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("anna.berg@regionnorrvik.se", "anna.berg@regionnorrvik.se"),
        ("Anna.BERG@RegionNorrvik.SE", "anna.berg@regionnorrvik.se"),
        ("  anna@regionnorrvik.se\t", "anna@regionnorrvik.se"),
        ("\ufeffanna@regionnorrvik.se\u200b", "anna@regionnorrvik.se"),  # copied out of a document
        ("anna+register@regionnorrvik.se", "anna+register@regionnorrvik.se"),
        ("anna@Ängelholm.se", "anna@xn--ngelholm-zza.se"),
        ("anna@a\u0308ngelholm.se", "anna@xn--ngelholm-zza.se"),  # ä typed as a with a mark
        ("anna@ｒegion.se", "anna@region.se"),
        ("anna@region。se", "anna@region.se"),
    ],
)
def test_an_address_has_one_spelling(typed: str, kept: str) -> None:
    assert EmailAddress.parse(typed).text == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "@regionnorrvik.se",
        "anna@",
        "anna@regionnorrvik",
        "anna@@regionnorrvik.se",
        "anna@region..se",
        ".anna@region.se",
        "anna berg@region.se",
        "anna@region.se, bertil@region.se",
        "anna@region.se\r\nBcc: everybody@region.se",
        "Anna <anna@region.se>",
        '"anna berg"@region.se',
        "åsa@region.se",
        "anna\x00@region.se",
        "anna\u200b@region.se",
        "anna@region.se\x00",
        "anna@[192.0.2.1]",
        "anna@localhost",
        "anna@xn--zz.se",
        "a" * 65 + "@region.se",
        "anna@" + ".".join(["x" * 60] * 5) + ".se",
        "\ud800@region.se",
    ],
)
def test_what_a_mail_server_cannot_take_is_no_address(typed: str) -> None:
    with pytest.raises(Malformed) as trouble:
        EmailAddress.parse(typed)
    assert not typed or typed not in str(trouble.value)


@given(st.one_of(st.text(max_size=60), st.emails()))
def test_every_text_is_an_address_that_the_database_takes_or_none(text: str) -> None:
    try:
        parsed = EmailAddress.parse(text)
    except Malformed:
        return
    assert EmailAddress.parse(parsed.text) == parsed
    assert parsed.text == parsed.text.lower()
    assert len(parsed.text) <= 254
    assert parsed.text.isascii()
    assert not set(parsed.text) & set(" \t\r\n\x00<>,;")
    assert parsed.text.endswith("@" + parsed.domain)


@given(st.emails())
def test_a_masked_address_shows_one_letter_and_the_domain(text: str) -> None:
    try:
        parsed = EmailAddress.parse(text)
    except Malformed:
        return
    local = parsed.text.rpartition("@")[0]
    assert parsed.masked == f"{local[0]}•••@{parsed.domain}"
