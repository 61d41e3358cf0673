"""The table of a run, by fault, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from registret.demo.mailbox import CaughtLetter
from tests.chaos.checker import Finding
from tests.chaos.faults import Fault
from tests.chaos.journal import Act, Outcome

_HEADS: Final = (
    *("Fault", "Rounds", "Acknowledged", "Unknown", "of them done", "Refused", "Lost", "Doubled"),
    *("Letters sent again", "Answers", "Ready after, s"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`back_after`: seconds from the mending until both nodes are ready. `ended`: programs that ended by themselves."""

    fault: Fault
    began: datetime
    back_after: float = 0.0
    ended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """By round, `seen`: what clients saw; `done`: how many acts without an answer have come to be. `log`: what
    `check-ledger` said."""

    rounds: Sequence[Round]
    acts: Sequence[Act]
    seen: Mapping[int, Counter[str]]
    findings: Sequence[Finding]
    done: Counter[int]
    repeated: Mapping[str, Sequence[CaughtLetter]]
    log: str

    def table(self) -> str:
        lines = [f"| {' | '.join(_HEADS)} |", "|---" * len(_HEADS) + "|"]
        names = list(dict.fromkeys(one.fault.name for one in self.rounds))
        return "\n".join([*lines, *(self._line(name) for name in names), "", self.log.strip()])

    def faults(self) -> list[str]:
        """What must not be; nothing, if all is as clients were told."""
        wrong = [
            f"{one.what}: {one.evidence} of {one.subject}, round {one.round} ({self.rounds[one.round].fault.name})"
            for one in self.findings
        ]
        for message, same in self.repeated.items():
            if not any(fault.repeats for fault in self._faults_at(same[0].at)):
                wrong.append(f"sent again: {message}, first while: {self._faults_at(same[0].at)[0].name}")
        for number, one in enumerate(self.rounds):
            wrong += [f"ended by itself: {name}, round {number} ({one.fault.name})" for name in one.ended]
        return wrong

    def _line(self, name: str) -> str:
        numbers = {number for number, one in enumerate(self.rounds) if one.fault.name == name}
        outcomes = Counter(act.outcome for act in self.acts if act.round in numbers)
        wrong = Counter(one.what for one in self.findings if one.round in numbers)
        again = sum(len(same) - 1 for same in self.repeated.values() if self._faults_at(same[0].at)[0].name == name)
        seen = sum((self.seen.get(number, Counter()) for number in numbers), Counter[str]())
        cells = [
            name,
            len(numbers),
            outcomes[Outcome.ACKNOWLEDGED],
            outcomes[Outcome.UNKNOWN],
            sum(self.done[number] for number in numbers),
            outcomes[Outcome.REFUSED],
            wrong["lost"],
            wrong.total() - wrong["lost"],
            again,
            ", ".join(f"{number} × {what}" for what, number in sorted(seen.items())),
            f"{max(self.rounds[number].back_after for number in numbers):.1f}",
        ]
        return f"| {' | '.join(map(str, cells))} |"

    def _faults_at(self, at: datetime) -> list[Fault]:
        """The one that was last begun by then; and the next, which may have come before it was written down."""
        last = max(number for number, one in enumerate(self.rounds) if one.began <= at)
        return [one.fault for one in self.rounds[last : last + 2]]
