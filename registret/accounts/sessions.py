"""Sessions: a browser that has proven a card. The key is in a cookie, its digest here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from registret.accounts.attempts import Proof
from registret.accounts.cardfacts import CardFacts
from registret.accounts.models import Session
from registret.accounts.refusals import SessionIdle, SessionMissing, SessionOver
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.kernel.secret import fingerprint, new_token
from registret.ledger.services import record

# A click is written down at most this often: reading a page is no UPDATE each time.
_SEEN_GRAIN = timedelta(seconds=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A living session. `began_at` is when the card was read; `grant_id` is None until somebody is at work."""

    session_id: int
    attempt_id: int | None
    card: CardFacts
    grant_id: int | None
    network: str | None
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


def open_session(
    *, proof: Proof, grant_id: int | None, replaces: str | None = None, network: str | None, at: datetime
) -> str:
    """A new session with a new key; answers the key. Never lasts longer than the card.

    `replaces` is the key of the session that this browser had until now, if any: it ends.
    """
    if replaces:
        before = Session.objects.filter(key_digest=fingerprint(replaces), ended_at=None).first()
        if before is not None:
            _end(session_id=before.id, reason="replaced", by=None, at=at)
    key = new_token(256)
    Session.objects.create(
        key_digest=fingerprint(key),
        attempt_id=proof.attempt_id,
        hsa_id=proof.card.hsa_id,
        card=proof.card.as_json(),
        grant_id=grant_id,
        network=network,
        began_at=at,
        seen_at=at,
        ends_at=min(at + settings.SESSION_LENGTH, proof.card.not_after),
    )
    return key


def sitting(*, key: str, seen: bool, at: datetime) -> Sitting:
    """The living session of this key. `seen` says that a person did something: the idle clock starts anew.

    Raises: SessionMissing, SessionIdle, SessionOver (the session is then ended and logged).
    """
    session = Session.objects.filter(key_digest=fingerprint(key)).first()
    if session is None or session.ended_at is not None:
        raise _gone(session)
    over: Refused | None = None
    if at >= session.ends_at:
        over = SessionOver()
    elif at - session.seen_at >= settings.SESSION_IDLE:
        over = SessionIdle(minutes=settings.SESSION_IDLE // timedelta(minutes=1))
    if over is not None:
        _end(session_id=session.id, reason=over.code.removeprefix("session."), by=None, at=at)
        raise over
    if seen and at - session.seen_at >= _SEEN_GRAIN:
        Session.objects.filter(id=session.id, seen_at__lt=at).update(seen_at=at)
    return Sitting(
        session_id=session.id,
        attempt_id=session.attempt_id,
        card=CardFacts.from_json(session.card),
        grant_id=session.grant_id,
        network=session.network,
        began_at=session.began_at,
        seen_at=at if seen else session.seen_at,
        ends_at=session.ends_at,
    )


def sit_down(*, session_id: int, grant_id: int) -> None:
    """The session works under this grant from now on (whether it may is decided in `access`, at each request)."""
    Session.objects.filter(id=session_id, ended_at=None).update(grant_id=grant_id)


def end_session(*, session_id: int, by: By, at: datetime) -> None:
    """Logging out: the session is gone in every tab."""
    _end(session_id=session_id, reason="logout", by=by, at=at)


def end_sessions_of(*, hsa_id: str, reason: str, by: By, at: datetime) -> int:
    """Ends all sessions of a person; answers how many."""
    living = Session.objects.filter(hsa_id_key=hsa_id.upper(), ended_at=None)
    return sum(_end(session_id=i, reason=reason, by=by, at=at) for i in living.values_list("id", flat=True))


def forget_old(*, at: datetime) -> int:
    """Removes sessions that ended of themselves a day ago or more; answers how many."""
    return Session.objects.filter(ends_at__lt=at - timedelta(days=1)).delete()[0]


@transaction.atomic
def _end(*, session_id: int, reason: str, by: By | None, at: datetime) -> int:
    ended = Session.objects.filter(id=session_id, ended_at=None).update(ended_at=at, end_reason=reason)
    if ended:
        session = Session.objects.get(id=session_id)
        author = by or By(hsa_id=session.hsa_id, program="clock")
        facts: dict[str, str | int | bool | None] = {"reason": reason, "session": session_id}
        record(event="session.ended", by=author, at=at, about_hsa_id=session.hsa_id, facts=facts)
    return ended


def _gone(session: Session | None) -> Refused:
    """A session that ended by the clock goes on saying so, in every tab that was open."""
    if session is not None and session.end_reason == "idle":
        return SessionIdle(minutes=settings.SESSION_IDLE // timedelta(minutes=1))
    if session is not None and session.end_reason == "over":
        return SessionOver()
    return SessionMissing()
