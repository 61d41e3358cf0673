"""The language of definitions: what each part means, what is refused, and that no text runs, hangs or crashes."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registret.registries.language.between import Between, TooLow
from registret.registries.language.evaluating import Known, Value
from registret.registries.language.expressions import Expression, ExpressionBroken, Name, ValueKind
from registret.registries.language.parsing import parse
from registret.registries.language.syntax import LONGEST
from tests.rooms.registries.building import at

NAMES = {
    "a": Name(kind=ValueKind.TRUTH),
    "b": Name(kind=ValueKind.TRUTH),
    "n": Name(kind=ValueKind.NUMBER),
    "m": Name(kind=ValueKind.NUMBER),
    "text": Name(kind=ValueKind.TEXT),
    "choice": Name(kind=ValueKind.TEXT, options=frozenset({"yes", "no"})),
    "site": Name(kind=ValueKind.SET, options=frozenset({"aorta", "mitral"})),
    "day": Name(kind=ValueKind.DATE),
    "later": Name(kind=ValueKind.DATE),
    "moment": Name(kind=ValueKind.MOMENT),
    "until": Name(kind=ValueKind.MOMENT),
}


def value(text: str, **known: Value | int | str) -> Value:
    found: dict[str, Value] = {
        name: Decimal(one) if isinstance(one, int) and not isinstance(one, bool) else one for name, one in known.items()
    }
    return parse(text, names=NAMES).value(found)


# --- what it means -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("n", {"n": 3}, 3),
        ("-n", {"n": 3}, -3),
        ("n + m", {"n": 3, "m": 2}, 5),
        ("n - m", {"n": 3, "m": 2}, 1),
        ("n * m", {"n": 3, "m": 2}, 6),
        ("n / m", {"n": 3, "m": 2}, Decimal("1.5")),
        ("n / m", {"n": 3, "m": 0}, None),
        ("0.1 + 0.2", {}, Decimal("0.3")),
        ("1_000", {}, 1000),
        ("2 + 3 * 4", {}, 14),
        ("(2 + 3) * 4", {}, 20),
        ("n == 3", {"n": 3}, True),
        ("n != 3", {"n": 3}, False),
        ("n < 3", {"n": 3}, False),
        ("n <= 3", {"n": 3}, True),
        ("n > 3", {"n": 3}, False),
        ("n >= 3", {"n": 3}, True),
        ("3 <= n", {"n": 3}, True),
        ("1 < n < 5", {"n": 3}, True),
        ("1 < n < 3", {"n": 3}, False),
        ("n > 3 > m", {"n": 1}, False),
        ('choice == "yes"', {"choice": "yes"}, True),
        ('choice != "yes"', {"choice": "yes"}, False),
        ('"yes" == choice', {"choice": "no"}, False),
        ('choice in ("yes", "no")', {"choice": "no"}, True),
        ('choice in ["yes"]', {"choice": "no"}, False),
        ('choice not in ("yes",)', {"choice": "no"}, True),
        ('"aorta" in site', {"site": frozenset({"aorta"})}, True),
        ('"aorta" in site', {"site": frozenset({"mitral"})}, False),
        ('"aorta" not in site', {"site": frozenset({"mitral"})}, True),
        ("count(site)", {"site": frozenset({"mitral", "aorta"})}, 2),
        ("day < later", {"day": date(2026, 1, 1), "later": date(2026, 1, 2)}, True),
        ("moment <= until", {"moment": at("2026-01-01T10:00"), "until": at("2026-01-01T10:00")}, True),
        ("a == b", {"a": True, "b": True}, True),
        ("True", {}, True),
        ("not False", {}, True),
        ("answered(n)", {"n": 0}, True),
        ("answered(n)", {}, False),
        ("answered(site)", {"site": frozenset()}, True),
        ("if_unknown(n, 7)", {}, 7),
        ("if_unknown(n, 7)", {"n": 0}, 0),
        ("if_unknown(a, False)", {}, False),
        ("if_unknown(n, m)", {}, None),
        ("points(a, b, n > 2)", {"a": True, "b": False, "n": 3}, 2),
        ("points(a, b)", {"a": True}, None),
        ("least(n, m, 2)", {"n": 3, "m": 4}, 2),
        ("most(n, m, 2)", {"n": 3, "m": 4}, 4),
        ("total(n, m, 2)", {"n": 3, "m": 4}, 9),
        ("total(n)", {"n": 3}, 3),
        ("most(n, m)", {"n": 3}, None),
        ("given(a, n, m)", {"a": True, "n": 1}, 1),
        ("given(a, n, m)", {"a": False, "n": 1}, None),
        ("given(a, 1, 2)", {}, None),
        ('given(a, "x", text)', {"a": True}, "x"),
        ("days(day, later)", {"day": date(2026, 2, 28), "later": date(2026, 3, 1)}, 1),
        ("days(later, day)", {"day": date(2026, 2, 28), "later": date(2026, 3, 1)}, -1),
        ("days(moment, day)", {"moment": at("2026-01-01T23:59"), "day": date(2026, 1, 2)}, 1),
        ("days(moment, until)", {"moment": at("2026-01-01T23:59"), "until": at("2026-01-02T00:01")}, 1),
        ("hours(moment, until)", {"moment": at("2026-01-01T10:00"), "until": at("2026-01-01T11:30")}, Decimal("1.5")),
        ("minutes(moment, until)", {"moment": at("2026-01-01T10:00"), "until": at("2026-01-01T09:59")}, -1),
    ],
)
def test_each_part_means_what_the_documentation_says(text: str, known: dict[str, Value], expected: object) -> None:
    found = value(text, **known)
    assert (found, found is None) == (expected, expected is None)


@pytest.mark.parametrize(("number", "points"), [(-1, 3), (8, 3), (9, 1), (11, 1), (12, 0), (999, 0)])
def test_a_band_reaches_up_to_and_with_its_limit(number: int, points: int) -> None:
    assert value("banded(n, 3, 8, 1, 11, 0)", n=number) == points


def test_a_band_may_go_below_nought_and_of_the_unknown_is_unknown() -> None:
    assert value("banded(n, -2, -1.5, 1)", n=-2) == -2
    assert value("banded(n, -2, -1.5, 1)", n=-1) == 1
    assert value("banded(n, 3, 8, 1)") is None


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        # The clocks go back at three: between half past one and half past three it is three hours.
        ("2026-10-25T01:30", "2026-10-25T03:30", 3),
        # They go forward at two.
        ("2026-03-29T01:30", "2026-03-29T03:30", 1),
        ("2026-06-01T01:30", "2026-06-01T03:30", 2),
    ],
)
def test_time_passes_also_when_the_clocks_are_changed(begin: str, end: str, hours: int) -> None:
    assert value("hours(moment, until)", moment=at(begin), until=at(end)) == hours
    assert value("minutes(moment, until)", moment=at(begin), until=at(end)) == hours * 60
    elsewhere = at(end).astimezone(UTC)
    assert value("hours(moment, until)", moment=at(begin), until=elsewhere) == hours


# --- not known -----------------------------------------------------------------------------------------

TRUTHS: tuple[bool | None, ...] = (True, False, None)


@pytest.mark.parametrize("a", TRUTHS)
@pytest.mark.parametrize("b", TRUTHS)
def test_and_or_and_not_are_kleenes(a: bool | None, b: bool | None) -> None:
    known: dict[str, Value] = {"a": a, "b": b}
    # As the strength of a truth: false, unknown, true.
    rank = {False: 0, None: 1, True: 2}
    back = {number: truth for truth, number in rank.items()}
    assert value("a and b", **known) is back[min(rank[a], rank[b])]
    assert value("a or b", **known) is back[max(rank[a], rank[b])]
    assert value("not a", **known) is back[2 - rank[a]]


@pytest.mark.parametrize(
    "text",
    ["n > 1", "n == m", "n + 1", "-n", 'choice == "yes"', 'choice in ("yes",)', '"aorta" in site', "count(site)",
     "days(day, later)", "hours(moment, until)", "least(n, 1)", "points(a)", "given(a, 1, 2)", "n / 0"],
)  # fmt: skip
def test_of_what_is_not_known_nothing_is_known(text: str) -> None:
    found = parse(text, names=NAMES)
    assert found.value({}) is None
    assert found.value(dict.fromkeys(NAMES)) is None
    assert not found.holds({})


# --- known within limits ---------------------------------------------------------------------------------

D = Decimal
MEASURED = NAMES | {
    "n": Name(kind=ValueKind.NUMBER, within=Between(D(0), D(10))),
    "m": Name(kind=ValueKind.NUMBER, within=Between(D(1), D(100))),
}


def formula(text: str) -> Expression:
    return parse(text, names=MEASURED, is_formula=True)


@pytest.mark.parametrize(
    ("text", "known", "low", "high"),
    [
        ("n", {}, 0, 10),
        ("n + m", {"n": D(3)}, 4, 103),
        ("n - m", {}, -100, 9),
        ("n * m", {}, 0, 1000),
        ("-n * m", {}, -1000, 0),
        ("n / m", {"n": D(50)}, D("0.5"), 50),
        ("points(a, b, n > 2)", {"a": True, "b": False}, 1, 2),
        ("most(4, n / 5)", {}, 4, 4),
        ("most(points(a, b), 1)", {}, 1, 2),
        ("least(n, 4)", {}, 0, 4),
        ("total(n, m, 1)", {"m": D(2)}, 3, 13),
        ("banded(n, 3, 8, 1, 11, 0)", {}, 1, 3),
        ("banded(n, 4, -1, 2)", {}, 2, 2),
        ("given(a, 2, 4)", {}, 2, 4),
        ("given(n <= 10, 2, 4)", {}, 2, 2),
        ("if_unknown(n, 3)", {}, 3, 3),
        ("lowest(n + m)", {"n": D(2)}, 3, 3),
        # A score of which no more is known, and an answer that is too low to be measured.
        ("total(n, m)", {"n": Between(D(2), D(3)), "m": D(1)}, 3, 4),
        ("points(m < 20, m < 60)", {"m": TooLow.below(D(20))}, 1, 2),
    ],
)
def test_a_formula_knows_between_which_limits_its_value_lies(
    text: str, known: Known, low: Decimal | int, high: Decimal | int
) -> None:
    limits = formula(text).limits(known)
    assert (limits.low, limits.high) == (low, high)
    assert formula(text).value(known) == (low if low == high else None)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_the_limits_hold_whatever_the_missing_answers_are(data: st.DataObject) -> None:
    text = data.draw(FORMULAS)
    every: dict[str, Value] = {
        "a": data.draw(st.booleans()),
        "b": data.draw(st.booleans()),
        "n": data.draw(st.decimals(0, 10, places=1)),
        "m": data.draw(st.decimals(1, 100, places=1)),
        "moment": at("2026-01-01T10:00") + timedelta(minutes=data.draw(st.integers(-99, 99))),
        "until": at("2026-01-01T10:00"),
    }
    some = {name: one for name, one in every.items() if data.draw(st.booleans())}
    found = formula(text)
    if (exact := found.value(every)) is not None:
        limits = found.limits(some)
        assert isinstance(exact, Decimal)
        assert limits.low <= exact <= limits.high


def test_a_rule_leans_on_nothing_but_the_answers() -> None:
    assert parse("n <= 10", names=MEASURED).value({}) is None
    assert formula("n <= 10").value({}) is True


@pytest.mark.parametrize("text", ["minutes(moment, until)", "hours(moment, until)", "days(moment, until)"])
def test_in_a_formula_a_time_that_ends_before_it_starts_is_not_known(text: str) -> None:
    backwards: dict[str, Value] = {"moment": at("2026-01-02T10:00"), "until": at("2026-01-01T09:59")}
    assert [formula(text).value(backwards), formula(text).goes_backwards(backwards)] == [None, True]
    assert formula(f"{text} < 60").value(backwards) is None
    at_once: dict[str, Value] = {"moment": at("2026-01-02T10:00"), "until": at("2026-01-02T10:00")}
    assert [formula(text).value(at_once), formula(text).goes_backwards(at_once)] == [0, False]
    assert not formula(text).goes_backwards({})
    # What judges the answers must see it.
    assert parse(f"{text} >= 0", names=NAMES).value(backwards) is False


def test_what_is_too_low_to_be_measured_is_an_answer_and_a_score_within_limits_is_none() -> None:
    asked = parse("answered(n)", names=NAMES)
    assert asked.value({"n": TooLow.below(D(20))}) is True
    assert asked.value({"n": Between(D(1), D(2))}) is False


def test_it_holds_only_if_it_is_known_to_be_true() -> None:
    found = parse("n > 1", names=NAMES)
    assert [found.holds({"n": number}) for number in (Decimal(2), Decimal(1), None)] == [True, False, False]


def test_it_says_what_it_is_and_what_it_asks_for() -> None:
    found = parse("  points(a, n > m) ", names=NAMES)
    assert (found.text, found.kind) == ("points(a, n > m)", ValueKind.NUMBER)
    assert found.names == {"a", "n", "m"}


def test_it_may_stand_on_several_lines() -> None:
    assert value("\n\ntotal(\n    n,\n    2\n)\n", n=1) == 3


# --- what is refused -------------------------------------------------------------------------------------

REFUSED = {
    # not an expression
    "": "not an expression",
    "n >": "not an expression",
    "n = 1": "not an expression",
    "n; m": "not an expression",
    "import os": "not an expression",
    "\x00": "not an expression",
    "1or 2": "not an expression",
    '"\\d" == text': "not an expression",
    "(" * 300 + "n" + ")" * 300: "not an expression",
    "n" * (LONGEST + 1): f"longer than {LONGEST} characters",
    # not of the language
    "__import__('os')": "there is no function __import__",
    "eval('1')": "there is no function eval",
    "n.real": "n.real is not part of the language",
    "text.upper()": "text.upper() is not part of the language",
    "().__class__": "().__class__ is not part of the language",
    "site[0]": "site[0] is not part of the language",
    "lambda: 1": "lambda: 1 is not part of the language",
    "[n for n in site]": "[n for n in site] is not part of the language",
    "(n := 1)": "n := 1 is not part of the language",
    "n if a else m": "n if a else m is not part of the language",
    "f'{n}'": "f'{n}' is not part of the language",
    "n ** 999999999": "n ** 999999999 is not part of the language",
    "n // 2": "n // 2 is not part of the language",
    "n % 2": "n % 2 is not part of the language",
    "n << 9": "n << 9 is not part of the language",
    "~n": "~n is not part of the language",
    "+n": "+n is not part of the language",
    "{}": "{} is not part of the language",
    "None": "None is not part of the language",
    "...": "... is not part of the language",
    "b'x'": "b'x' is not part of the language",
    "1j": "1j is not part of the language",
    "await n": "await n is not part of the language",
    "points(*site)": "*site is not part of the language",
    "points(a=True)": "points(a=True) is not part of the language",
    "(points)(a)(b)": "(points)(a)(b) is not part of the language",
    "a is b": "this comparison is not part of the language",
    "1e999": "1e999 is too large",
    "not " * 40 + "a": "too deeply nested",
    "-" * 200 + "n": "too deeply nested",
    "a==(" * 29 + "a" + ")==a" * 29: "compares within a chain of comparisons",
    "~" * 900 + "n": "is not part of the language",
    "a # or b": "has a comment, after which nothing counts",
    "points(\n    a,  # or b\n)": "has a comment, after which nothing counts",
    "ａ": "ａ is not written in plain letters",
    "choice in ()": "choice is never one of none",
    "choice not in []": "choice is never one of none",
    "points()": "points() wants conditions",
    "lowest()": "lowest() wants one number",
    "lowest(a)": "a is a truth, and must be a number",
    # not of the form
    "unheard_of > 1": "unheard_of is not known here",
    "answered(unheard_of)": "unheard_of is not known here",
    'choice == "maybe"': "choice cannot be 'maybe'",
    '"maybe" != choice': "choice cannot be 'maybe'",
    'choice in ("yes", "maybe")': "choice cannot be 'maybe'",
    'if_unknown(choice, "no") == "maybe"': "if_unknown(choice, \"no\") cannot be 'maybe'",
    'if_unknown(choice, "x") in ("x", "z")': "if_unknown(choice, \"x\") cannot be 'z'",
    'given(a, "x", choice) != "y"': "given(a, \"x\", choice) cannot be 'y'",
    '"spleen" in site': "site cannot be 'spleen'",
    # not of one kind
    "n and a": "n is a number, and must be a truth",
    "not n": "n is a number, and must be a truth",
    "-a": "a is a truth, and must be a number",
    "a + 1": "a is a truth, and must be a number",
    "True + 1": "True is a truth, and must be a number",
    "n > text": "a number cannot be compared with a text",
    "day < moment": "a date cannot be compared with a moment",
    "site == site": "a set cannot be compared with a set",
    "text < text": "a text has no order",
    "a < b": "a truth has no order",
    "choice in (text, )": "text must be a text in quotes",
    "choice in site": "choice must be a text in quotes",
    "1 in site": "1 must be a text in quotes",
    '"x" in text': "text is a text, and must be a set",
    'n in ("1",)': "n is a number, and must be a text",
    # not what a function wants
    "answered()": "answered() wants one name",
    "answered(n > 1)": "answered() wants one name",
    "points(n)": "n is a number, and must be a truth",
    "count(n)": "n is a number, and must be a set",
    "count()": "count() wants the name of several choices",
    "least()": "least() wants numbers",
    "most(a)": "a is a truth, and must be a number",
    "days(day)": "days() wants two dates or two times",
    "days(day, n)": "days() wants dates or moments",
    "hours(day, later)": "hours() wants moments",
    "given(a, 1)": "given() wants a condition and two values",
    "given(n, 1, 2)": "n is a number, and must be a truth",
    "given(a, 1, text)": "given() is a number or a text",
    "if_unknown(n)": "if_unknown() wants a value and what counts in its place",
    "if_unknown(n, a)": "if_unknown() is a number or a truth",
    "banded(n, 1)": "banded() wants a number, then points and limits in turn, and points at the end",
    "banded(n, 1, 2)": "banded() wants a number, then points and limits in turn, and points at the end",
    "banded(n, 1, 5, 2, 3, 0)": "the limits of banded() must rise",
    "banded(n, 1, 5, 2, 5, 0)": "the limits of banded() must rise",
    "banded(n, m, 5, 0)": "m must be a number",
    "banded(n, True, 5, 0)": "True must be a number",
    "banded(a, 1, 5, 0)": "a is a truth, and must be a number",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:40]))
def test_what_is_not_of_the_language_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(ExpressionBroken) as refused:
        parse(text, names=NAMES)
    assert REFUSED[text] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 160


def test_an_expression_must_be_of_a_kind_that_is_wanted() -> None:
    with pytest.raises(ExpressionBroken, match="is a number, and must be a truth"):
        parse("n", names=NAMES, kinds=[ValueKind.TRUTH])
    with pytest.raises(ExpressionBroken, match="is a truth, and must be a number"):
        parse("a", names=NAMES, kinds=[ValueKind.NUMBER])
    with pytest.raises(ExpressionBroken, match="is a text, and must be a number or a truth"):
        parse('"a"', names=NAMES, kinds=[ValueKind.NUMBER, ValueKind.TRUTH])
    assert parse("a", names=NAMES, kinds=[ValueKind.NUMBER, ValueKind.TRUTH]).kind is ValueKind.TRUTH


# --- any text --------------------------------------------------------------------------------------------

WORDS = [
    *NAMES, "answered(", "points(", "count(", "days(", "hours(", "banded(", "given(", "if_unknown(", "total(", "(",
    ")", "[", "]", ",", ".", "and", "or", "not", "in", "==", "<", ">=", "+", "-", "*", "/", "**", "1", "0", "9" * 50,
    "1e308", '"yes"', '"aorta"', "'", '"', "lambda", ":", "__class__", "__import__", "exec(", "if", "else", "for", "\n",
    "\\", "#",
]  # fmt: skip


class Trap(dict[str, Value]):
    """Tells if anything but the names of the expression is asked for."""

    def __init__(self, allowed: frozenset[str], known: Mapping[str, Value]) -> None:
        super().__init__(known)
        self.allowed = allowed

    def get(self, name: str, default: Value = None) -> Value:  # type: ignore[override]
        assert name in self.allowed
        return super().get(name, default)


MOMENTS = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: datetime(*day.timetuple()[:5], tzinfo=UTC))
KNOWN: dict[str, st.SearchStrategy[Value]] = {
    "a": st.none() | st.booleans(),
    "b": st.none() | st.booleans(),
    "n": st.none() | st.decimals(-(10**12), 10**12, places=4),
    "m": st.none() | st.decimals(-(10**12), 10**12, places=4),
    "text": st.none() | st.text(max_size=5),
    "choice": st.none() | st.sampled_from(["yes", "no"]),
    "site": st.none() | st.frozensets(st.sampled_from(["aorta", "mitral"])),
    "day": st.none() | st.dates(),
    "later": st.none() | st.dates(),
    "moment": st.none() | MOMENTS,
    "until": st.none() | MOMENTS,
}


def understood(text: str) -> Expression | None:
    """A text that never ends is ended by the time limit that all tests have."""
    try:
        found, said = parse(text, names=NAMES), ""
    except ExpressionBroken as broken:
        found, said = None, str(broken)
    assert "\n" not in said
    return found


@settings(max_examples=400, deadline=None)
@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_no_text_makes_the_parser_crash_or_hang(text: str) -> None:
    understood(text)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["(", "[", "-", "not ", "~", "n+", "n<", "answered(", "points(", "given(a,", "[[", '"', "{"]))
def test_no_nesting_makes_the_parser_crash_or_hang(opening: str) -> None:
    for times in (10, 29, 30, 31, 100, 250, LONGEST // len(opening)):
        understood(opening * times + "n")
        understood(opening * times + "n" + ")" * times)


NUMBERS = st.recursive(
    st.sampled_from(["n", "m", "1", "0", "2.5", "1e300", "count(site)", "days(day, later)", "hours(moment, until)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"most({', '.join(parts)})"),
        st.tuples(inner, inner).map(lambda t: f"if_unknown({t[0]}, {t[1]})"),
        inner.map(lambda one: f"banded({one}, 1, 2, 3)"),
        st.tuples(inner, inner).map(lambda t: f"given({t[0]} < {t[1]} or not a, {t[0]}, {t[1]})"),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(NUMBERS, st.fixed_dictionaries(KNOWN))
def test_what_is_understood_can_be_computed_of_whatever_is_known(text: str, known: dict[str, Value]) -> None:
    found = understood(text)
    if found is not None:
        computed = found.value(Trap(found.names, known))
        assert computed is None or isinstance(computed, Decimal)


FORMULAS = st.recursive(
    st.sampled_from(["n", "m", "1", "0", "2.5", "minutes(moment, until)", "points(a, b)"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["most", "least", "total"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        inner.map(lambda one: f"banded({one}, 1, 2, 3, 5, 0)"),
        st.tuples(inner, st.sampled_from(["<", "<=", "==", "!="]), inner, inner).map(
            lambda t: f"given({t[0]} {t[1]} {t[2]} or not a, {t[3]}, {t[0]})"
        ),
        st.tuples(inner, inner).map(lambda t: f"points(a, {t[0]} >= {t[1]}, b and {t[0]} > 2)"),
    ),
    max_leaves=8,
)


def test_nothing_is_ever_compiled_or_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ast.parse` makes a tree and no code: what could run it is never called, whatever is asked."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    compiled = []
    original = compile

    def only_trees(source: str, filename: str, mode: str, flags: int = 0, *more: object, **named: object) -> object:
        compiled.append(flags & ast.PyCF_ONLY_AST)
        return original(source, filename, mode, flags, *more, **named)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.eval", refuse)
    monkeypatch.setattr("builtins.exec", refuse)
    monkeypatch.setattr("builtins.compile", only_trees)
    for text in [*REFUSED, "n > 1", "points(a, b)"]:
        understood(text)
    assert compiled
    assert all(compiled)
