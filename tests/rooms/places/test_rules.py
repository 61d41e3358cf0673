"""The rules of the room that need no database: order, mail domains, one line of the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.identifiers import EmailAddress
from registret.places.clinic_file import COLUMNS, ClinicFault, checked, read
from registret.places.mail_domains import DomainsOf, Hint, edit_distance, mail_hint
from registret.places.swedish import swedish_order

NORRVIK = DomainsOf(care_provider="Region Norrvik", domains=("regionnorrvik.se", "norrvik.se"), own=True)
SKANE = DomainsOf(care_provider="Region Skåne", domains=("skane.se",), own=False)
SMALL = DomainsOf(care_provider="Region Liten", domains=("rjl.se",), own=False)
SMALLER = DomainsOf(care_provider="Region Mindre", domains=("rjh.se",), own=False)
ALL = [SKANE, SMALL, SMALLER, NORRVIK]

HEADER = ";".join(COLUMNS)
LINE = (
    "98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;infektion-norrvik;Infektionskliniken;"
    "Norrviks sjukhus;Registeransvarig;infektion@regionnorrvik.se;0980-319 201;"
)


def faults(*lines: str, header: str = HEADER) -> list[str]:
    rows, wrong = read("\n".join([header, *lines]).encode())
    return list(map(str, [*wrong, *checked(rows)[1]]))


def test_swedish_order_has_three_letters_after_z() -> None:
    names = ["Örebro", "Zinkgruvan", "Ängelholm", "Åre", "Arboga", "årsta", "Umeå", "Umea", "Ebba", "Éva", "Eva"]
    assert sorted(names, key=swedish_order) == [
        "Arboga",
        "Ebba",
        "Eva",
        "Éva",
        "Umea",
        "Umeå",
        "Zinkgruvan",
        "Åre",
        "årsta",
        "Ängelholm",
        "Örebro",
    ]


def test_swedish_order_does_not_depend_on_how_a_letter_is_composed() -> None:
    assert swedish_order("A\u030are") == swedish_order("Åre")


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ("", "", 0),
        ("skane.se", "skane.se", 0),
        ("skaene.se", "skane.se", 1),
        ("skna.se", "skan.se", 1),
        ("regionorrvik.se", "regionnorrvik.se", 1),
        ("regionnorvik.com", "regionnorrvik.se", 4),
        ("abc", "", 3),
        ("ca", "abc", 3),
    ],
)
def test_the_distance_counts_slips_of_the_finger(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == distance
    assert edit_distance(b, a) == distance


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_the_distance_is_nought_only_between_equals(a: str, b: str) -> None:
    assert (edit_distance(a, b) == 0) == (a == b)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


@pytest.mark.parametrize("domain", ["regionnorrvik.se", "norrvik.se", "sjukhus.regionnorrvik.se"])
def test_an_address_at_the_cards_care_provider_is_not_odd(domain: str) -> None:
    assert mail_hint(EmailAddress.parse(f"anna@{domain}"), known=ALL) is None


@pytest.mark.parametrize(
    ("domain", "meant", "provider"),
    [
        ("regionorrvik.se", "regionnorrvik.se", "Region Norrvik"),
        ("regionnorrvik.es", "regionnorrvik.se", "Region Norrvik"),
        ("regoinnorrvik.see", "regionnorrvik.se", "Region Norrvik"),
        ("skaene.se", "skane.se", "Region Skåne"),
        ("rjk.se", "rjl.se", "Region Liten"),
    ],
)
def test_a_mistyped_domain_is_shown_with_the_one_that_was_meant(domain: str, meant: str, provider: str) -> None:
    hint = mail_hint(EmailAddress.parse(f"anna.berg@{domain}"), known=ALL)
    assert hint is not None
    assert (hint.hint, hint.suggestion, hint.care_provider) == (Hint.MISTYPED, f"anna.berg@{meant}", provider)
    assert meant in hint.domains


@pytest.mark.parametrize(
    "domain",
    [
        "example.org",
        "skane.se",  # another care provider's, and right
        "rjh.se",  # one letter from rjl.se, and right
        "rxy.se",  # two letters from rjl.se: too short to guess
        "norrvik.se.example.org",
        "evilregionnorrvik.se",
    ],
)
def test_an_address_elsewhere_is_foreign(domain: str) -> None:
    hint = mail_hint(EmailAddress.parse(f"anna@{domain}"), known=ALL)
    assert hint is not None
    assert (hint.hint, hint.care_provider, hint.suggestion) == (Hint.FOREIGN, "Region Norrvik", "")
    assert hint.domains == NORRVIK.domains


def test_nothing_is_foreign_to_a_care_provider_whose_domains_nobody_knows() -> None:
    unknown = DomainsOf(care_provider="Region Norrvik", domains=(), own=True)
    for known in ([unknown, SKANE], [SKANE], []):
        assert mail_hint(EmailAddress.parse("anna@example.org"), known=known) is None


def test_of_two_equally_near_domains_the_own_is_meant() -> None:
    own = DomainsOf(care_provider="A", domains=("vardnorr.se",), own=True)
    other = DomainsOf(care_provider="B", domains=("vardnort.se",), own=False)
    hint = mail_hint(EmailAddress.parse("anna@vardnorx.se"), known=[other, own])
    assert hint is not None
    assert hint.suggestion == "anna@vardnorr.se"


# --- the file --------------------------------------------------------------------------------------


def test_a_right_line_has_no_faults_and_is_read_whole() -> None:
    assert faults(LINE) == []
    (line,), _ = checked(read(f"{HEADER}\n{LINE}\n".encode())[0])
    assert (line.line, line.organisation_number, line.mail_domains) == (2, "2321009991", ("regionnorrvik.se",))
    assert (line.code, line.closed) == ("infektion-norrvik", False)


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_spreadsheets_of_all_kinds_are_read(separator: str, bom: bytes, newline: str) -> None:
    text = newline.join([HEADER, LINE, ""]).replace(";", separator)
    rows, wrong = read(bom + text.encode())
    assert wrong == ()
    assert [row.line for row in rows] == [2]


def test_columns_may_come_in_any_order_and_case_and_closed_may_be_left_out() -> None:
    names = [name for name in reversed(COLUMNS) if name != "stängd"]
    values = dict(zip(COLUMNS, LINE.split(";"), strict=True))
    assert faults(";".join(values[name] for name in names), header=";".join(names).upper()) == []


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert faults("", LINE, ";" * 11, "98;" + ";" * 10)[0].startswith("line 5, column ")


def test_quoted_values_are_read_and_lines_counted_over_their_line_breaks() -> None:
    quoted = LINE.replace("Norrviks sjukhus", '"Norrviks; sjukhus\n"').replace("infektion-norrvik", "infektion-norr")
    wrong = faults(quoted, LINE.replace("98;", "9;"))
    assert wrong == ["line 4, column regionkod: not two digits (länskod)"]


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("98;", "9x;", "column regionkod: not two digits"),
        ("98;", "٩٨;", "column regionkod: not two digits"),
        ("98;", ";", "column regionkod: empty"),
        ("232100-9991", "232100-9990", "column organisationsnummer: wrong check digit"),
        ("232100-9991", "232100999", "column organisationsnummer: not ten digits"),
        ("232100-9991", "16232100-9991", "column organisationsnummer: not ten digits"),
        (";regionnorrvik.se;", ";region norrvik.se;", "column e-postdomäner: not a mail domain: region"),
        (";regionnorrvik.se;", ";@regionnorrvik.se;", "column e-postdomäner: not a mail domain"),
        ("infektion-norrvik", "Infektion Norrvik", "column klinikkod: not a code"),
        ("infektion-norrvik", "infektion--norrvik", "column klinikkod: not a code"),
        ("infektion-norrvik", "i" * 41, "column klinikkod: longer than 40 characters"),
        ("Norrviks sjukhus", "", "column sjukhus: empty"),
        ("Norrviks sjukhus", "S" * 101, "column sjukhus: longer than 100 characters"),
        ("Norrviks sjukhus", "Norrviks\u200bsjukhus", "column sjukhus: a line break or another control character"),
        ("infektion@regionnorrvik.se", "infektion(a)regionnorrvik.se", "column e-post: not a mail address"),
        ("0980-319 201", "ring oss", "column telefon: not a telephone number"),
        ("201;", "201;kanske", "column stängd: neither ja nor nej"),
    ],
)
def test_a_wrong_value_is_told_with_line_and_column(was: str, becomes: str, fault: str) -> None:
    assert was in LINE
    (wrong,) = faults(LINE.replace(was, becomes, 1))
    assert wrong.startswith(f"line 2, {fault}")


def test_all_faults_are_told_at_once() -> None:
    wrong = faults(LINE.replace("98;", "9;"), LINE.replace("9991", "9990").replace("infektion-n", "medicin n"))
    assert [fault.partition(":")[0] for fault in wrong] == [
        "line 2, column regionkod",
        "line 3, column klinikkod",
        "line 3, column organisationsnummer",
    ]


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (LINE, "column klinikkod: infektion-norrvik stands there already, on line 2"),
        (
            LINE.replace("infektion-norrvik", "infektion-2"),
            "column klinik: Infektionskliniken, Norrviks sjukhus stands",
        ),
        (
            "98;Region Nordvik;Vård AB;556000-0001;;vard-nord;Infektionskliniken;Nordviks sjukhus;;;;",
            "column region: region 98 has another name on line 2",
        ),
        (
            "97;Region Norrvik;Vård AB;556000-0001;;vard-norr;Kliniken;Sjukhuset;;;;",
            "column regionkod: Region Norrvik has",
        ),
        (
            "98;Region Norrvik;Region N;232100-9991;regionnorrvik.se;b;B;B;;;;",
            "column vårdgivare: 2321009991 has another",
        ),
        ("98;Region Norrvik;Region Norrvik;232100-9991;;b;B;B;;;;", "column e-postdomäner: 2321009991 has other"),
        (
            "97;Region N;Region Norrvik;232100-9991;regionnorrvik.se;b;B;B;;;;",
            "column organisationsnummer: 2321009991 belongs to another region on line 2",
        ),
    ],
)
def test_lines_that_contradict_each_other_are_told(second: str, fault: str) -> None:
    assert any(wrong.startswith(f"line 3, {fault}") for wrong in faults(LINE, second))


def test_columns_that_are_missing_unknown_or_double_are_told() -> None:
    header = HEADER.replace("sjukhus", "lasarett").replace("telefon", "kontakt")
    wrong = faults(LINE, header=header)
    assert [fault.partition(" the columns")[0] for fault in wrong] == [
        "line 1, column lasarett: unknown;",
        "line 1, column sjukhus: missing",
        "line 1, column kontakt: stands there twice",
        "line 1, column telefon: missing",
    ]


@pytest.mark.parametrize("line", [LINE + ";", LINE.rpartition(";")[0]])
def test_a_line_with_too_many_or_too_few_values_is_told(line: str) -> None:
    (wrong,) = faults(line)
    assert wrong.startswith("line 2: 1")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "line 1: the file is empty"),
        (f"{HEADER}\n{LINE}\n".encode("latin-1"), "line 1: the file is not UTF-8"),
        (f"{HEADER}\n{LINE}\n".encode() + "Åre".encode("latin-1"), "line 3: the file is not UTF-8"),
        (f"{HEADER}\n{LINE}\n".encode("utf-16"), "line 1: the file is not UTF-8"),
        (f"{HEADER}\n".encode() + b"a\0b", "line 2: a NUL character"),
        (f'{HEADER}\n"98;no end'.encode(), "line 2: not CSV"),
        (f'{HEADER}\n"98"x;no end'.encode(), "line 2: not CSV"),
    ],
)
def test_what_is_no_csv_in_utf_8_is_told(content: bytes, fault: str) -> None:
    rows, (wrong,) = read(content)
    assert rows == ()
    assert str(wrong).startswith(fault)


@given(st.binary(max_size=300))
def test_no_content_makes_reading_fail(content: bytes) -> None:
    rows, wrong = read(content)
    checked(rows)
    assert all(isinstance(fault, ClinicFault) for fault in wrong)


@given(st.lists(st.text(max_size=30), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_no_values_make_checking_fail(values: list[str]) -> None:
    line = ";".join('"' + value.replace('"', '""') + '"' for value in values)
    rows, _ = read(f"{HEADER}\r\n{line}\r\n".encode("utf-8", "replace"))
    checked(rows)
