"""The threat model and the ASVS table are whole, and no line leaves open who holds it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
THREATS = ROOT / "docs" / "threat-model.md"
ASVS = ROOT / "docs" / "asvs.md"
NAMED = re.compile(r"\btest_\w+\b(?!\.py)")

# Requirements of levels 1 and 2 in ASVS 5.0.0, by section. What is missing in a row of numbers is of level 3.
LEVEL_2 = {
    "1.1": range(1, 3),
    "1.2": range(1, 10),
    "1.3": range(1, 12),
    "1.4": range(1, 4),
    "1.5": range(1, 3),
    "2.1": range(1, 4),
    "2.2": range(1, 4),
    "2.3": range(1, 5),
    "2.4": range(1, 2),
    "3.2": range(1, 3),
    "3.3": range(1, 5),
    "3.4": range(1, 7),
    "3.5": range(1, 6),
    "3.7": range(1, 3),
    "4.1": range(1, 4),
    "4.2": range(1, 2),
    "4.3": range(1, 3),
    "4.4": range(1, 5),
    "5.1": range(1, 2),
    "5.2": range(1, 4),
    "5.3": range(1, 3),
    "5.4": range(1, 4),
    "6.1": range(1, 4),
    "6.2": range(1, 13),
    "6.3": range(1, 5),
    "6.4": range(1, 5),
    "6.5": range(1, 6),
    "6.6": range(1, 4),
    "6.8": range(1, 5),
    "7.1": range(1, 4),
    "7.2": range(1, 5),
    "7.3": range(1, 3),
    "7.4": range(1, 6),
    "7.5": range(1, 3),
    "7.6": range(1, 3),
    "8.1": range(1, 3),
    "8.2": range(1, 4),
    "8.3": range(1, 2),
    "8.4": range(1, 2),
    "9.1": range(1, 4),
    "9.2": range(1, 5),
    "10.1": range(1, 3),
    "10.2": range(1, 3),
    "10.3": range(1, 5),
    "10.4": range(1, 12),
    "10.5": range(1, 6),
    "10.6": range(1, 3),
    "10.7": range(1, 4),
    "11.1": range(1, 3),
    "11.2": range(1, 4),
    "11.3": range(1, 4),
    "11.4": range(1, 5),
    "11.5": range(1, 2),
    "11.6": range(1, 2),
    "12.1": range(1, 4),
    "12.2": range(1, 3),
    "12.3": range(1, 5),
    "13.1": range(1, 2),
    "13.2": range(1, 6),
    "13.3": range(1, 3),
    "13.4": range(1, 6),
    "14.1": range(1, 3),
    "14.2": range(1, 5),
    "14.3": range(1, 4),
    "15.1": range(1, 4),
    "15.2": range(1, 4),
    "15.3": range(1, 8),
    "16.1": range(1, 2),
    "16.2": range(1, 6),
    "16.3": range(1, 5),
    "16.4": range(1, 4),
    "16.5": range(1, 4),
}


def test_every_threat_is_held_by_a_test_or_says_by_what_else() -> None:
    threats = [row for row in rows(THREATS) if len(row) == 3]
    assert len(threats) > 50
    for threat, stopped_by, held_by in threats:
        assert stopped_by, threat
        assert NAMED.search(held_by) or len(held_by) > 10, threat


def test_the_table_has_every_requirement_of_its_chapters_once() -> None:
    wanted = [f"{section}.{number}" for section, numbers in LEVEL_2.items() for number in numbers]
    assert [row[0] for row in requirements()] == wanted


def test_what_is_met_says_where_and_what_is_not_says_why() -> None:
    for number, asked, state, where in requirements():
        assert asked, number
        assert state in {"met", "partly", "gap", "operator", "not applicable"}, number
        assert len(where) > 10, number
        if state == "met":
            assert NAMED.search(where) or re.search(r"\]\(|`\w+[/.]\w+", where), number


def test_the_gaps_are_counted_where_one_looks_first() -> None:
    text = ASVS.read_text(encoding="utf-8")
    counted = {state: sum(row[2] == state for row in requirements()) for state in ("met", "partly", "gap")}
    assert f"{counted['met']} met, {counted['partly']} partly, {counted['gap']} not met" in text


def requirements() -> list[list[str]]:
    return [row for row in rows(ASVS) if len(row) == 4]


def rows(document: Path) -> list[list[str]]:
    """The cells of every line of every table, without heads and rules."""
    lines = [line for line in document.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    heads = {above for above, rule in itertools.pairwise(lines) if set(rule) <= set("|-: ")}
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line not in heads and not set(line) <= set("|-: ")
    ]
