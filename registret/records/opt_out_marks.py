"""Numbers of patients who opted out: marks that say nothing to a thief of the database without the key.

A salted hash of forty million possible numbers is guessed in seconds. An HMAC under a key outside the database is not.
A new key makes new marks; the old marks stay under theirs, so earlier keys are kept and asked too (docs/keys.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from registret.kernel.secret import derived, key_name
from registret.records.numbers import PatientNumber

_PURPOSE = "opt-out"


def mark_of(number: PatientNumber) -> tuple[str, str]:
    """(name of the key, mark) under the key of today."""
    return marks_key(), _mark(settings.OPT_OUT_KEY, number)


def marks_key() -> str:
    """The name of the key of today."""
    return key_name(settings.OPT_OUT_KEY)


def marks_of(number: PatientNumber) -> Iterator[str]:
    """Under every key that there is or was: a number is blocked if one of them is known."""
    for key in (settings.OPT_OUT_KEY, *settings.OPT_OUT_KEYS_BEFORE):
        yield _mark(key, number)


def key_names() -> tuple[str, ...]:
    """Of every key that there is or was."""
    return tuple(key_name(key) for key in (settings.OPT_OUT_KEY, *settings.OPT_OUT_KEYS_BEFORE))


def _mark(key: bytes, number: PatientNumber) -> str:
    return derived(key=key, purpose=_PURPOSE, parts=(number.text,)).hex()
