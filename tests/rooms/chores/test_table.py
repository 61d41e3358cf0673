"""The table of what runs by the clock says the truth, and operators read the same."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

from registret.chores.running import workers
from registret.chores.table import CHORES, UPKEEP

ROOT = Path(__file__).parents[3]


def test_every_row_has_a_name_of_its_own() -> None:
    names = [worker.name for worker in workers()]
    assert len(set(names)) == len(names) == len(UPKEEP) + 1
    assert not set(names) & set(CHORES)


def test_a_chore_names_the_time_limits_that_its_module_reads() -> None:
    named: dict[str, set[str]] = {}
    for chore in CHORES.values():
        named.setdefault(chore.act.__module__, set()).update(limit.name for limit in chore.limits)
    for module, limits in named.items():
        assert set(re.findall(r"TimeLimit\.(\w+)", inspect.getsource(sys.modules[module]))) == limits, module


def test_operators_read_of_every_row() -> None:
    text = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
    rows = [(row.name, row.says) for row in UPKEEP] + [(row.name, row.says) for row in CHORES.values()]
    assert [name for name, says in rows if not re.search(rf"^\| `{name}` \|.*{re.escape(says)}", text, re.M)] == []
