"""From the door to a session, and what is refused on the way."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from registret.access.applications import entering
from registret.access.queries.logins import seats_of
from registret.access.refusals import HsaIdDisputed
from registret.access.roles import Role
from registret.accounts import attempts, doors
from registret.accounts.attempts import LoginMethod, Purpose
from registret.accounts.refusals import AttemptStale, SessionIdle
from registret.accounts.sessions import end_by_key, sitting, unlock, watch
from registret.accounts.visitors import REFUSALS_PER_NETWORK
from registret.cards import CardRevoked
from registret.kernel.secret import new_token
from registret.rate_limits.services import TooMany, take
from registret.web.health import views as health
from tests import cast
from tests.cast import BERTIL, KARIN
from tests.house.acts.told import FRIDA, LISA, Act, Told
from tests.rooms.records.scene import MINUTE, NOW, Ward
from tests.rooms.web.client import Browser

REVOKED = CardRevoked(as_of=NOW, issuer=BERTIL.card.issuer)
OTHER_BERTIL = replace(BERTIL, card=replace(BERTIL.card, given_name="Berit", issuer="Another CA", fingerprint="f" * 64))


def label_refused(here: Ward) -> Told:
    with pytest.raises(AttemptStale):
        doors.claim(label="0" * 32, network=None, at=NOW)
    return Told(program="visitor")


def card_read(here: Ward) -> Told:
    cast.show_card(BERTIL, at=NOW)
    return Told(by=BERTIL)


def card_refused(here: Ward) -> Told:
    label = attempts.begin(purpose=Purpose.LOGIN, browser=new_token(), network=None, at=NOW)
    claimed = doors.claim(label=label, network=None, at=NOW)
    doors.answer(attempt_id=claimed.attempt_id, refusal=REVOKED, network=None, at=NOW)
    return Told(program="visitor")


def sent_to_provider() -> int:
    """Returns the attempt with which the browser has come back."""
    browser = new_token()
    flow = attempts.begin_flow(browser=browser, network=None, at=NOW)
    return doors.claim_flow(state=flow.state, browser=browser, network=None, at=NOW).attempt_id


def provider_read(here: Ward) -> Told:
    doors.answer(attempt_id=sent_to_provider(), way=LoginMethod.IDP, card=BERTIL.card, network=None, at=NOW)
    return Told(by=BERTIL)


def provider_refused(here: Ward) -> Told:
    doors.answer(attempt_id=sent_to_provider(), way=LoginMethod.IDP, refusal=REVOKED, network=None, at=NOW)
    return Told(program="visitor")


def logged_in(here: Ward) -> Told:
    cast.log_in(BERTIL, at=NOW)
    return Told(by=BERTIL, clinic=here.place.infection)


def login_refused(here: Ward) -> list[Told]:
    """Something is missing; or another person has the HSA-id, which is about whose it is."""
    cast.register(LISA, here.place.infection, at=NOW)
    cast.log_in(LISA, at=NOW)
    with pytest.raises(HsaIdDisputed):
        cast.log_in(OTHER_BERTIL, at=NOW)
    return [Told(by=LISA), Told(by=OTHER_BERTIL, account=BERTIL, hsa_id=BERTIL.hsa_id)]


def session_ended(here: Ward) -> list[Told]:
    """By the person, and by the clock."""
    end_by_key(key=cast.log_in(BERTIL, at=NOW), by=None, at=NOW)
    key = cast.log_in(BERTIL, at=NOW)
    with pytest.raises(SessionIdle):
        sitting(key=key, seen=True, at=NOW + 16 * MINUTE)
    ended = Told(by=BERTIL, hsa_id=BERTIL.hsa_id)
    return [ended, replace(ended, program="clock")]


def card_out(key: str) -> None:
    probe = sitting(key=key, seen=True, at=NOW).probe
    assert probe is not None
    watch(label=probe.label, secret=probe.secret, fingerprint_now=None, at=NOW)


def session_locked(here: Ward) -> Told:
    card_out(cast.log_in(BERTIL, at=NOW))
    return Told(by=BERTIL, program="probe", hsa_id=BERTIL.hsa_id)


def session_unlocked(here: Ward) -> Told:
    key = cast.log_in(BERTIL, at=NOW)
    card_out(key)
    assert unlock(key=key, proof=cast.show_card(BERTIL, at=NOW + MINUTE), at=NOW + MINUTE)
    return Told(by=BERTIL, hsa_id=BERTIL.hsa_id)


def seat_chosen(here: Ward) -> Told:
    seat = seats_of(account_id=cast.account_of(KARIN).id, at=NOW)[0]
    there = sitting(key=cast.log_in(KARIN, at=NOW), seen=True, at=NOW)
    entering.choose_seat(sitting=there, grant_id=seat.grant_id, by=KARIN.by, at=NOW)
    return Told(by=KARIN, clinic=here.place.infection)


# --- pages, which read the clock -------------------------------------------------------------------


def page_refused(here: Ward) -> list[Told]:
    """To somebody without a card, and to somebody at work who may not."""
    cast.appoint_by_program(FRIDA, Role.LOG_REVIEWER, at=timezone.now() - timedelta(days=1))
    assert Browser().get("/start").status_code == 401
    assert Browser.of(FRIDA).get("/attestera").status_code == 403
    return [Told(program="visitor"), Told(by=FRIDA)]


def form_forged(here: Ward) -> Told:
    assert Browser(enforce_csrf_checks=True).post("/logga-in").status_code == 403
    return Told(program="visitor")


def page_failed(here: Ward) -> Told:
    def fails() -> None:
        raise RuntimeError("broken")

    browser = Browser()
    browser.raise_request_exception = False
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(health, "lacking", fails)
        assert browser.get("/halsa").status_code == 500
    return Told(program="visitor")


def limit_reached(here: Ward) -> Told:
    with suppress(TooMany):
        for _ in range(REFUSALS_PER_NETWORK.most):
            take(limit=REFUSALS_PER_NETWORK, subject="192.0.2.7", at=NOW)
    for _ in range(2):
        with pytest.raises(AttemptStale):
            doors.claim(label="0" * 32, network="192.0.2.7", at=NOW)
    return Told(program="visitor")


ACTS: dict[str, Act] = {
    "attempt.refused": label_refused,
    "card.read": card_read,
    "card.refused": card_refused,
    "idp.read": provider_read,
    "idp.refused": provider_refused,
    "login.done": logged_in,
    "login.refused": login_refused,
    "session.ended": session_ended,
    "session.locked": session_locked,
    "session.unlocked": session_unlocked,
    "session.seat_chosen": seat_chosen,
    "request.refused": page_refused,
    "request.forged": form_forged,
    "request.failed": page_failed,
    "request.limit_reached": limit_reached,
}
