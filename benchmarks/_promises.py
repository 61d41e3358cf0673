"""What the registry promises about speed, held against what was measured. Of a quiet machine: tests promise nothing."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass(slots=True)
class Promises:
    """`kept` prints each promise as it is measured; `end` ends the program with 1 if one was broken."""

    broken: list[str] = field(default_factory=list)

    def kept(self, what: str, measured: float, *, most: float, unit: str) -> None:
        is_kept = measured <= most
        print(f"   {'kept' if is_kept else 'BROKEN'}: {what}: {measured:.2f} {unit}, at most {most:g} promised")
        if not is_kept:
            self.broken.append(what)

    def end(self) -> None:
        if self.broken:
            print(f"Not kept: {', '.join(self.broken)}. Was anything else running?", file=sys.stderr)
            sys.exit(1)
