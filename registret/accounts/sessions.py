"""Sessions: a browser that has proven a card. The key is in a cookie, its digest here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from registret.accounts.attempts import LoginMethod, Proof
from registret.accounts.cardfacts import CardFacts
from registret.accounts.likeness import same_person
from registret.accounts.models import LoginAttempt, Session
from registret.accounts.probes import CardSeen, Probe, probe, probe_of
from registret.accounts.refusals import (
    SessionCardOut,
    SessionCardRevoked,
    SessionIdle,
    SessionLocked,
    SessionMissing,
    SessionOtherCard,
    SessionOver,
)
from registret.database.prepared import Given, Prepared, insert
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.kernel.refused import Refused
from registret.kernel.secret import fingerprint, new_token
from registret.ledger.events import Event
from registret.ledger.services import record

# A click is written down at most this often: reading a page is no UPDATE each time.
_SEEN_GRAIN = timedelta(seconds=20)

# After the card was pulled, for a user who only went to open a door with it.
UNLOCK_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveSession:
    """A living session. `began_at` is when the card was read; `grant_id` is None until a grant is used."""

    session_id: int
    probe: Probe | None
    card: CardFacts
    grant_id: int | None
    network: str | None
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as its person sees it. `card` was read at `began_at`; `through_provider`: not by a card door."""

    id: int
    card: CardFacts
    grant_id: int | None
    network: str | None
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    end_reason: str
    locked: bool
    through_provider: bool


def sessions_of(*, hsa_id: HsaId, at: datetime) -> tuple[SessionRow, ...]:
    """Sessions of this person that could be continued now, the one used last first."""
    lately = Q(locked_at=None, seen_at__gt=at - settings.SESSION_IDLE) | Q(locked_at__gt=at - UNLOCK_WITHIN)
    living = Session.objects.filter(lately, hsa_id_key=hsa_id.key, ended_at=None, ends_at__gt=at)
    return tuple(_row(one) for one in living.select_related("attempt").order_by("-seen_at", "-id"))


def kept_sessions_of(*, hsa_id: HsaId) -> tuple[SessionRow, ...]:
    """All that is kept of this person's sessions, oldest first: also those that ended a short while ago."""
    kept = Session.objects.filter(hsa_id_key=hsa_id.key).select_related("attempt").order_by("id")
    return tuple(_row(one) for one in kept)


def open_session(
    *, proof: Proof, grant_id: int | None, replaces: str | None = None, network: str | None, at: datetime
) -> str:
    """Begin a session. Return its new key. It never lasts longer than the card.

    `replaces` is the key of the session that this browser had until now, if any: it ends.
    """
    if replaces:
        before = Session.objects.filter(key_digest=fingerprint(replaces), ended_at=None).first()
        if before is not None:
            _end(session_id=before.id, reason="replaced", by=None, at=at)
    key = new_token(256)
    insert(
        Session,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Whose a session was, and under which grant they worked."""

    hsa_id: HsaId
    grant_id: int | None


def earlier_in_browser(*, proof: Proof) -> Earlier | None:
    """The newest session that the browser of this login had before it; None if there was none today."""
    browser = LoginAttempt.objects.filter(id=proof.attempt_id).values("browser_digest")
    found = Session.objects.filter(attempt__browser_digest__in=browser).exclude(attempt_id=proof.attempt_id)
    newest = found.order_by("-id").first()
    return Earlier(hsa_id=newest.hsa_id, grant_id=newest.grant_id) if newest else None


def last_in_browser(*, browser: str) -> HsaId | None:
    """The HSA-id of the newest session in the browser whose cookie holds `browser`; None if there was none today."""
    return _LAST_IN_BROWSER.first(browser=fingerprint(browser))


def sitting(*, key: str, seen: bool, at: datetime) -> ActiveSession:
    """The living session of this key. `seen` says that a person did something: the idle clock starts anew.

    Raises: SessionMissing; SessionIdle, SessionOver, SessionCardOut (the session is then ended and logged);
        SessionLocked (the card was pulled; it may come back).
    """
    session = _living(key, at=at)
    if session.locked_at is not None:
        raise SessionLocked()
    if seen and at - session.seen_at >= _SEEN_GRAIN:
        Session.objects.filter(id=session.id, seen_at__lt=at).update(seen_at=at)
    return ActiveSession(
        session_id=session.id,
        probe=probe_of(session.attempt),
        card=CardFacts.from_json(session.card),
        grant_id=session.grant_id,
        network=session.network,
        began_at=session.began_at,
        seen_at=at if seen else session.seen_at,
        ends_at=session.ends_at,
    )


def end_of_revoked(*, session_id: int, at: datetime) -> SessionCardRevoked:
    """End a session whose card has been revoked since it was read. Return the refusal to raise."""
    refusal = SessionCardRevoked()
    _end(session_id=session_id, reason=refusal.code.removeprefix("session."), by=None, at=at)
    return refusal


def watch(*, label: str, secret: str, fingerprint_now: str | None, at: datetime) -> CardSeen:
    """Whether the card of a login is still in. If it is not, the session that came from it is locked, whatever the
    page that asked makes of the answer.

    Raises: AttemptStale (no such probe).
    """
    seen = probe(label=label, secret=secret, fingerprint_now=fingerprint_now)
    if seen is not CardSeen.SAME:
        _lock(label=label, seen=seen, at=at)
    return seen


@transaction.atomic
def unlock(*, key: str, proof: Proof, at: datetime) -> bool:
    """The same person's card is back, shown on a fresh host: the session goes on, and its probe asks that host.

    False: there is no locked session to go on with.

    Raises: SessionOtherCard.
    """
    try:
        session = _living(key, at=at)
    except Refused:
        return False
    if session.locked_at is None:
        return False
    card, by = proof.card, By(hsa_id=proof.card.hsa_id, name=proof.card.name)
    if card.hsa_id != session.hsa_id or not same_person(CardFacts.from_json(session.card), card):
        raise SessionOtherCard()
    Session.objects.filter(id=session.id, ended_at=None).update(
        locked_at=None,
        attempt_id=proof.attempt_id,
        card=card.as_json(),
        seen_at=at,
        ends_at=min(session.ends_at, card.not_after),
    )
    record(event=Event.SESSION_UNLOCKED, by=by, at=at, about_hsa_id=session.hsa_id, facts={"session": session.id})
    return True


def end_by_key(*, key: str, by: By | None, at: datetime) -> Probe | None:
    """Logging out, also of a locked session: it is gone in every tab. Answers where to ask whether the card is out."""
    session = Session.objects.select_related("attempt").filter(key_digest=fingerprint(key), ended_at=None).first()
    if session is None:
        return None
    card = CardFacts.from_json(session.card)
    _end(session_id=session.id, reason="logout", by=by or By(hsa_id=card.hsa_id, name=card.name), at=at)
    return probe_of(session.attempt)


def came_through_provider(*, key: str) -> bool:
    """Whether the identity provider may still hold a session of its own for the living session of this key."""
    return Session.objects.filter(key_digest=fingerprint(key), ended_at=None, attempt__way=LoginMethod.IDP).exists()


def sit_down(*, session_id: int, grant_id: int) -> None:
    """The session works under this grant from now on (whether it may is decided in `access`, at each request)."""
    Session.objects.filter(id=session_id, ended_at=None).update(grant_id=grant_id)


def end_own(*, session_id: int, hsa_id: HsaId, by: By, at: datetime) -> bool:
    """Ends one of a person's sessions; a second time finds it done. False: they never had such a session."""
    theirs = Session.objects.filter(id=session_id, hsa_id_key=hsa_id.key)
    if not theirs.exists():
        return False
    _end(session_id=session_id, reason="from_account", by=by, at=at)
    return True


def end_others(*, hsa_id: HsaId, keep: int, by: By, at: datetime) -> int:
    """End all of a person's sessions but `keep`. Return how many."""
    living = Session.objects.filter(hsa_id_key=hsa_id.key, ended_at=None).exclude(id=keep)
    return sum(_end(session_id=i, reason="from_account", by=by, at=at) for i in living.values_list("id", flat=True))


def end_sessions_of(*, hsa_id: HsaId, reason: str, by: By, at: datetime) -> int:
    """End all sessions of a person. Return how many."""
    living = Session.objects.filter(hsa_id_key=hsa_id.key, ended_at=None)
    return sum(_end(session_id=i, reason=reason, by=by, at=at) for i in living.values_list("id", flat=True))


def forget_old(*, at: datetime) -> int:
    """Remove sessions that ended of themselves a day ago or more. Return how many."""
    return Session.objects.filter(ends_at__lt=at - timedelta(days=1)).delete()[0]


def _row(one: Session) -> SessionRow:
    return SessionRow(
        id=one.id,
        card=CardFacts.from_json(one.card),
        grant_id=one.grant_id,
        network=one.network,
        began_at=one.began_at,
        seen_at=one.seen_at,
        ends_at=one.ends_at,
        ended_at=one.ended_at,
        end_reason=one.end_reason,
        locked=one.locked_at is not None,
        through_provider=one.attempt is not None and one.attempt.way == LoginMethod.IDP,
    )


_BY_KEY = Prepared(lambda: Session.objects.select_related("attempt").filter(key_digest=Given("key")))
_LAST_IN_BROWSER = Prepared(
    lambda: (
        Session.objects.filter(attempt__browser_digest=Given("browser"))
        .order_by("-id")
        .values_list("hsa_id", flat=True)[:1]
    )
)


def _living(key: str, *, at: datetime) -> Session:
    session = _BY_KEY.first(key=fingerprint(key))
    if session is None or session.ended_at is not None:
        raise _gone(session)
    over: Refused | None = None
    if at >= session.ends_at:
        over = SessionOver()
    elif session.locked_at is not None and at - session.locked_at >= UNLOCK_WITHIN:
        over = SessionCardOut()
    elif at - session.seen_at >= settings.SESSION_IDLE:
        over = SessionIdle(minutes=settings.SESSION_IDLE // timedelta(minutes=1))
    if over is not None:
        _end(session_id=session.id, reason=over.code.removeprefix("session."), by=None, at=at)
        raise over
    return session


@transaction.atomic
def _lock(*, label: str, seen: CardSeen, at: datetime) -> None:
    here = Session.objects.filter(attempt__label_digest=fingerprint(label), ended_at=None, locked_at=None)
    for session in here.select_for_update(of=("self",)):
        Session.objects.filter(id=session.id).update(locked_at=at)
        facts: dict[str, str | int | bool | None] = {"session": session.id, "card": seen.value}
        author = By(hsa_id=session.hsa_id, program="probe", network=session.network)
        record(event=Event.SESSION_LOCKED, by=author, at=at, about_hsa_id=session.hsa_id, facts=facts)


@transaction.atomic
def _end(*, session_id: int, reason: str, by: By | None, at: datetime) -> int:
    ended = Session.objects.filter(id=session_id, ended_at=None).update(ended_at=at, end_reason=reason)
    if ended:
        session = Session.objects.get(id=session_id)
        author = by or By(hsa_id=session.hsa_id, program="clock")
        facts: dict[str, str | int | bool | None] = {"reason": reason, "session": session_id}
        record(event=Event.SESSION_ENDED, by=author, at=at, about_hsa_id=session.hsa_id, facts=facts)
    return ended


def _gone(session: Session | None) -> Refused:
    """A session that ended of itself goes on saying why, in every tab that was open."""
    match session and session.end_reason:
        case "idle":
            return SessionIdle(minutes=settings.SESSION_IDLE // timedelta(minutes=1))
        case "over":
            return SessionOver()
        case "card_out":
            return SessionCardOut()
        case "card_revoked":
            return SessionCardRevoked()
    return SessionMissing()
