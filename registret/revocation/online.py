"""Asking a CA's OCSP responder, within a login's patience. Its answers are kept, for all nodes."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from registret.cards import Anchor
from registret.cards.ocsp import NONCE_BYTES, OcspAnswer, OcspBroken, question, read_ocsp
from registret.cards.revocation import CLOCK_SKEW, RevocationState
from registret.revocation.fetch import FetchFailed, fetch
from registret.revocation.models import KeptAnswer

SECONDS = 2.0
"""A user waits at the door."""
LARGEST = 64 * 1024
COUNTS_FOR = timedelta(minutes=10)
"""How long an answer is not asked for again, even if its own time is longer: it is there to be newer than the list."""
REST = 30.0
"""Seconds for which a responder that failed is not asked: nobody else waits for it."""
FORGOTTEN_AFTER = timedelta(days=30)

_log = logging.getLogger(__name__)


class Responders:
    """The OCSP responders of the anchors that have one; safe to share between threads.

    `is_listed(anchor, serial)`: whether the CA's list names the serial.
    """

    def __init__(self, is_listed: Callable[[Anchor, int], bool]) -> None:
        self._is_listed = is_listed
        self._resting: dict[str, float] = {}

    def answer(self, *, anchor: Anchor, serial: int, at: datetime) -> OcspAnswer | None:
        """What the responder says, or said a moment ago. None: it has none, does not answer, or cannot be believed.

        A revocation counts until a newer answer takes it back.
        """
        if anchor.ocsp_url is None:
            return None
        kept = _kept(anchor, serial)
        if kept is not None and at < _asked_again(kept):
            return kept.answer
        revoked = kept.answer if kept and kept.answer.state is RevocationState.REVOKED else None
        if self._resting.get(anchor.fingerprint, 0) > time.monotonic():
            return revoked
        try:
            answer = self._asked(anchor, anchor.ocsp_url, serial, at)
        except (FetchFailed, OcspBroken) as no:
            self._resting[anchor.fingerprint] = time.monotonic() + REST
            why = f"{no.fault} {no.detail}" if isinstance(no, FetchFailed) else no.flaw
            _log.warning("OCSP responder of %s is not asked for %g s: %s", anchor.name, REST, why.strip())
            return revoked
        _keep(anchor, serial, answer, at)
        return revoked if revoked and revoked.this_update > answer.this_update else answer

    def _asked(self, anchor: Anchor, address: str, serial: int, at: datetime) -> OcspAnswer:
        nonce = secrets.token_bytes(NONCE_BYTES)
        content = fetch(
            address,
            seconds=SECONDS,
            largest=LARGEST,
            body=question(anchor=anchor, serial=serial, nonce=nonce),
            kind="application/ocsp-request",
        )
        return read_ocsp(
            content,
            anchor=anchor,
            serial=serial,
            nonce=nonce,
            at=at,
            is_revoked=lambda other: self._is_listed(anchor, other),
        )


def forget_old(*, at: datetime) -> int:
    """Removes answers that nobody has asked for lately; returns how many."""
    return KeptAnswer.objects.filter(asked_at__lt=at - FORGOTTEN_AFTER).delete()[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    answer: OcspAnswer
    asked_at: datetime


def _kept(anchor: Anchor, serial: int) -> _Kept | None:
    found = KeptAnswer.objects.filter(anchor=anchor.fingerprint, serial=format(serial, "x")).first()
    if found is None:
        return None
    answer = OcspAnswer(state=RevocationState(found.state), this_update=found.this_update, until=found.until)
    return _Kept(answer=answer, asked_at=found.asked_at)


def _asked_again(kept: _Kept) -> datetime:
    """Until then it is young enough not to ask for another."""
    end = (kept.answer.until or kept.answer.this_update) + CLOCK_SKEW
    return min(kept.asked_at + COUNTS_FOR, end)


def _keep(anchor: Anchor, serial: int, answer: OcspAnswer, at: datetime) -> None:
    """In the place of an older answer. A newer one stays: an old answer was played again."""
    name = {"anchor": anchor.fingerprint, "serial": format(serial, "x")}
    values = {"state": answer.state, "this_update": answer.this_update, "until": answer.until, "asked_at": at}
    if not KeptAnswer.objects.filter(**name, this_update__lte=answer.this_update).update(**values):
        KeptAnswer.objects.bulk_create([KeptAnswer(**name, **values)], ignore_conflicts=True)
