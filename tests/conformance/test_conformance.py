"""Every case of the suites is decided as the tables say, and the tables let nobody in who should not be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conformance import document, limbo, pkits, table
from tests.conformance.bench import Case, Decided
from tests.conformance.suites import SUITES, decided
from tests.conformance.table import Reason, Row

# As in production: the parser's warnings are warnings.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(("suite", "let_in"), [("limbo", 20), ("pkits", 29), ("shapes", 69)])
def test_every_case_is_decided_as_the_table_says_and_no_accept_is_false(
    suite: str, let_in: int, tmp_path: Path
) -> None:
    rows, found = table.rows(suite), decided(suite, tmp_path)
    assert table.faults(rows, found, table.reasons()) == []

    counted = table.summary(table.as_decided(rows, found), table.reasons())
    assert counted.false_accepts == 0
    assert counted.accepted == let_in  # refusing everything would be no conformance
    assert counted.right + counted.false_rejects + counted.outside == counted.cases


def test_the_suites_are_whole() -> None:
    assert [len(table.rows(suite)) for suite in SUITES[:2]] == [193, 203]


def test_the_document_is_what_the_tables_say() -> None:
    """`make conformance` writes it."""
    assert document.FILE.read_text(encoding="utf-8") == document.text()


def test_a_case_of_limbo_is_a_chain_if_no_trusted_certificate_is_named_as_its_issuer() -> None:
    found = {case["id"] for case in limbo.read() if not limbo.names_an_anchor(case)}
    assert {row.case for row in table.rows("limbo") if row.reason == "chain"} == found
    assert len(found) == 193 - 121
    valid = [row for row in table.rows("limbo") if row.expected == "valid" and row.case not in found]
    assert len(valid) == 26


def test_a_case_is_called_one_of_servers_only_where_the_suite_speaks_of_servers() -> None:
    for row in table.rows("limbo"):
        if row.reason == "server-name":
            assert row.case.startswith(("webpki::cn::", "webpki::san::", "rfc5280::san::"))
        if row.reason == "web-server":
            assert row.case.startswith("webpki::")


def test_pkits_pins_the_ca_that_the_certificate_names_or_that_signed_it_but_for_what_is_above() -> None:
    for row in table.rows("pkits"):
        if row.reason == "above":
            assert row.pinned == pkits.ROOT
        else:
            assert pkits.issued_by(row.case, row.pinned), row.case


def test_every_reason_is_used_and_none_is_for_a_false_accept() -> None:
    used = {row.reason for suite in SUITES for row in table.rows(suite)} - {""}
    known = table.reasons()
    assert used == known.keys()
    assert {key for key, reason in known.items() if reason.let_in} == {"server-name", "web-server"}


# The judgement itself ---------------------------------------------------------------------------------------------

KNOWN = {
    "deliberate": Reason(text="."),
    "outside": Reason(text=".", outside=True),
    "of servers": Reason(text=".", outside=True, let_in=True),
}
RIGHT = Row(case="a", expected="valid", decision="accepted")
FALSE_ACCEPT = Row(case="a", expected="invalid", decision="accepted")
FALSE_REJECT = Row(case="a", expected="valid", decision="card.malformed path", reason="deliberate")


def judged(row: Row, *, decision: str | None = None, valid: bool | None = None) -> list[str]:
    expected = row.expected == "valid" if valid is None else valid
    case = Case(name=row.case, valid=expected, decide=lambda: "")
    return table.faults([row], [Decided(case=case, decision=decision or row.decision, seconds=0)], KNOWN)


def test_what_is_as_it_should_be_has_no_fault() -> None:
    for row in (
        RIGHT,
        FALSE_REJECT,
        replace(FALSE_REJECT, reason="outside"),
        replace(FALSE_ACCEPT, reason="of servers"),
    ):
        assert judged(row) == []


@pytest.mark.parametrize("reason", ["", "deliberate", "outside"])
def test_a_false_accept_is_one_whatever_reason_is_given(reason: str) -> None:
    row = replace(FALSE_ACCEPT, reason=reason)
    assert judged(row) == ["a: a false accept"]
    assert table.summary([row], KNOWN).false_accepts == 1


def test_other_faults_are_named() -> None:
    assert judged(replace(FALSE_REJECT, reason="")) == ["a: a false reject without a reason"]
    assert judged(replace(FALSE_REJECT, reason="mood")) == ["a: the reason 'mood' is not in reasons.toml"]
    assert judged(replace(RIGHT, reason="deliberate")) == ["a: a reason without a deviation"]
    assert judged(RIGHT, decision="card.none") == ["a: decided 'card.none', the table says 'accepted'"]
    assert judged(RIGHT, valid=False) == ["a: the suite does not expect 'valid'"]
    assert table.faults([RIGHT, RIGHT], [], KNOWN)[0] == "a case stands in the table or in the suite twice"
    assert table.faults([RIGHT], [], KNOWN) == ["a: stands in the table or in the suite, but not in both"]


def test_the_summary_counts_what_was_decided() -> None:
    case = Case(name="a", valid=False, decide=lambda: "")
    row = Row(case="a", expected="invalid", decision="card.none")
    let_in = table.as_decided([row], [Decided(case=case, decision="accepted", seconds=0)])
    assert str(table.summary(let_in, KNOWN)) == (
        "1 cases, 0 right (0 of them accepted), 1 false accepts, 0 false rejects, 0 outside"
    )
    assert str(table.summary([row, RIGHT, FALSE_REJECT], KNOWN)) == (
        "3 cases, 2 right (1 of them accepted), 0 false accepts, 1 false rejects, 0 outside"
    )


def test_what_is_kept_of_limbo_can_be_kept_again() -> None:
    assert limbo.kept(limbo.read()) == limbo.DATA.read_text(encoding="utf-8")
    assert "PRIVATE KEY" not in limbo.DATA.read_text(encoding="utf-8")
