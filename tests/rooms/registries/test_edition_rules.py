"""By which rules figures of others are told: data, with an author and a reason, and never below five patients."""

from __future__ import annotations

from pathlib import Path

import pytest

from registret.registries.loading.catalogue import DEFINITIONS, read
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.queries import edition_rules

RULES = (DEFINITIONS / "editions.toml").read_text(encoding="utf-8")


def place(folder: Path, text: str) -> Path:
    (folder / "editions.toml").write_text(text, encoding="utf-8")
    return folder


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(DefinitionBroken) as broken:
        read(DEFINITIONS, place(folder, text))
    return [str(one) for one in broken.value.faults if one.file == "editions.toml"]


def test_the_rules_that_come_along_say_who_decided_them_and_why() -> None:
    rules = edition_rules()
    assert (rules.smallest.number, rules.public.number, rules.months.number) == (5, 10, 6)
    assert rules.ratio_months.number == 12
    assert not rules.clinics.named
    decided = (rules.smallest, rules.public, rules.months, rules.ratio_months, rules.clinics)
    assert all(one.reason and one.decided_by for one in decided)


def test_an_operators_own_rules_replace_them(tmp_path: Path) -> None:
    found = read(DEFINITIONS, place(tmp_path, RULES.replace("number = 5", "number = 10"))).edition_rules
    assert found.smallest.number == 10


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        (
            "number = 5",
            "number = 4",
            "editions.toml, line 5: smallest.number: Input should be greater than or equal to 5",
        ),
        (
            "number = 10",
            "number = 9",
            "editions.toml, line 11: public.number: Input should be greater than or equal to 10",
        ),
        ("number = 6", "number = 5", "editions.toml, line 17: months.number: Input should be 3, 6 or 12"),
        ("[months]", "[weeks]", "editions.toml, line 16: weeks is not a key that is known here"),
        ('decided_by = "registret"\n', "", "editions.toml, line 4: smallest.decided_by is missing"),
    ],
)
def test_rules_that_tell_of_few_or_have_no_author_stop_the_start(
    tmp_path: Path, right: str, wrong: str, fault: str
) -> None:
    assert fault in faults(tmp_path, RULES.replace(right, wrong, 1))
