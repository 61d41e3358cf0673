"""What patients, episodes and clinics are called in a file for research.

A number of a patient is guessed from a hash in seconds; an HMAC under a key outside the database is not. Each
disclosure has a key of its own, derived from it, so that nothing in two files says that they are about the same person.
A disclosure goes on under the key that it was decided with, so earlier keys are kept (docs/keys.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from django.conf import settings

from registret.kernel.secret import derived, key_name
from registret.records.refusals import ResearchKeyMissing

_PURPOSE = "research"
_BYTES = 16


def key_in_force() -> str:
    """The name of the key that a disclosure is decided with today."""
    return key_name(settings.RESEARCH_KEY)


class Pseudonyms:
    """Of one disclosure: always the same for it, and no other's."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, *, number: int, prepared_at: datetime, key: str) -> Self:
        """`key`: the name of the key that it was decided with.

        Raises: ResearchKeyMissing.
        """
        for one in (settings.RESEARCH_KEY, *settings.RESEARCH_KEYS_BEFORE):
            if key_name(one) == key:
                # A database that was restored may give a number again, to another project: hence the moment.
                parts = (number, prepared_at.astimezone(UTC).isoformat())
                return cls(derived(key=one, purpose=_PURPOSE, parts=parts))
        raise ResearchKeyMissing()

    def patient(self, patient_id: int) -> str:
        return self._name("p", "patient", patient_id)

    def episode(self, episode_id: int) -> str:
        return self._name("e", "episode", episode_id)

    def clinic(self, clinic_id: int) -> str:
        return self._name("c", "clinic", clinic_id)

    def _name(self, letter: str, kind: str, row_id: int) -> str:
        # Begins with a letter: a spreadsheet reads `12e4…` as a number.
        return letter + derived(key=self._key, purpose=kind, parts=(row_id,))[:_BYTES].hex()
