"""What is kept about revocation, as frozen answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from registret.revocation.models import KeptCrl, Upkeep


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepRow:
    """How fetching the list of one CA goes. `fault` is a code (`words.revocation`), empty if the last try went well."""

    due_at: datetime | None
    tried_at: datetime | None
    succeeded_at: datetime | None
    failures: int
    fault: str


def versions() -> dict[str, str]:
    """Digest of each kept list by the fingerprint of its CA: cheap to ask for, and another one when the list is."""
    return dict(KeptCrl.objects.values_list("anchor", "digest"))


def content_of(anchor: str) -> bytes | None:
    """The kept list of the CA with this fingerprint."""
    found = KeptCrl.objects.filter(anchor=anchor).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def upkeep() -> dict[str, UpkeepRow]:
    """By the fingerprint of the CA."""
    names = tuple(UpkeepRow.__slots__)
    return {row.anchor: UpkeepRow(**{name: getattr(row, name) for name in names}) for row in Upkeep.objects.all()}
