"""What each client asked for, and what it was told: an append-only file, a line before and a line after."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

import httpx


class Outcome(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer, or a page that says that something is wrong on our side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that a client asked for. `subject`: whom or what it is about. `told`: how the answer named the result,
    or what came instead of one. `round`: in which it was asked for."""

    kind: str
    subject: str
    round: int
    outcome: Outcome = Outcome.UNKNOWN
    told: str = ""


class Journal:
    """`round` is the one that acts belong to from now on. `acknowledged`: how many were, about."""

    def __init__(self, file: Path) -> None:
        # A line is one write, so that threads do not mix theirs.
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._numbers = count()
        self.round = self.acknowledged = 0

    def tried(
        self, kind: str, subject: str, ask: Callable[[], httpx.Response], result: Callable[[httpx.Response], str]
    ) -> str:
        """Ask, and write down what came of it. `result` finds in an answer what was made; "" where it tells of nothing.

        Return the result, or "".
        """
        number = next(self._numbers)
        self._write({"act": number, "kind": kind, "subject": subject, "round": self.round})
        made = ""
        try:
            answer = ask()
        except httpx.ConnectError as trouble:
            # Not even TLS began, so nothing was asked.
            outcome, told = Outcome.REFUSED, type(trouble).__name__
        except httpx.HTTPError as trouble:
            outcome, told = Outcome.UNKNOWN, type(trouble).__name__
        else:
            made = result(answer)
            outcome, told = _judged(answer, made)
            self.acknowledged += outcome is Outcome.ACKNOWLEDGED
        self._write({"act": number, "outcome": outcome, "told": told})
        return made

    def _write(self, line: dict[str, object]) -> None:
        os.write(self._file, f"{json.dumps(line)}\n".encode())


def _judged(answer: httpx.Response, made: str) -> tuple[Outcome, str]:
    if made:
        return Outcome.ACKNOWLEDGED, made
    return (Outcome.UNKNOWN if answer.status_code >= 500 else Outcome.REFUSED), str(answer.status_code)


def acts_in(file: Path) -> list[Act]:
    """All acts, in the order in which they began. One without an answer is unknown."""
    lines: dict[int, dict[str, object]] = {}
    for text in file.read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        lines.setdefault(line.pop("act"), {}).update(line)
    return [_act(**line) for line in lines.values()]  # type: ignore[arg-type]


def _act(*, kind: str, subject: str, round: int, outcome: str = Outcome.UNKNOWN, told: str = "") -> Act:
    return Act(kind=kind, subject=subject, round=round, outcome=Outcome(outcome), told=told)
