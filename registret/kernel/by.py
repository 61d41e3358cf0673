"""Who did it: every act takes a `By`, every log entry shows one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from registret.kernel.identifiers import HsaId


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """The author of an act, as the log will show it. At least one of `hsa_id` and `program` is set."""

    hsa_id: HsaId | None = None
    name: str | None = None
    account_id: int | None = None
    role: str | None = None
    clinic_id: int | None = None
    network: str | None = None
    program: str | None = None

    @classmethod
    def of_program(cls, program: str) -> Self:
        """A command or a job on a clock; `program` is its name."""
        return cls(program=program)

    @classmethod
    def nobody(cls, *, network: str | None) -> Self:
        """A visitor who has not shown a card (yet)."""
        return cls(program="visitor", network=network)
