"""Registering and logging in: what becomes of a card that was proven."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from django.db import transaction

from registret.access.actor import Assignment
from registret.access.applications.applying import Wish, check_wish, make_application
from registret.access.applications.confirming import confirm_by_link, send_confirmation
from registret.access.checks import limit_letters
from registret.access.models import Notice
from registret.access.notices import post_to
from registret.access.queries.administrators import registry_office
from registret.access.queries.logins import LoginStatus, standing_of
from registret.access.refusals import HsaIdDisputed, NotFound
from registret.accounts import services as accounts
from registret.accounts.attempts import Proof
from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import AccountState
from registret.accounts.likeness import same_person
from registret.accounts.locks import lock_account
from registret.accounts.opening import open_account
from registret.accounts.queries import AccountRow, living_account, newest_confirmation
from registret.accounts.refusals import AccountExists
from registret.accounts.sessions import ActiveSession, earlier_in_browser, open_session, sit_down
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.kernel.refused import Refused
from registret.ledger.events import Event
from registret.ledger.services import record


def register(*, card: CardFacts, email: EmailAddress, language: str, by: By, at: datetime, **wish: Unpack[Wish]) -> int:
    """Registrera dig: an account out of the card's facts, an application, a letter to confirm the address.

    Raises: AccountExists, ClinicClosed, RoleImpossible, SubRegistryClosed, NotParticipating, TooMany.
    """
    # An attempt that sends no letter does not count: a second click costs no try.
    if living_account(hsa_id=card.hsa_id) is not None:
        raise AccountExists()
    check_wish(clinic_id=wish["clinic_id"], role=wish["role"], sub_registries=wish["sub_registries"])
    limit_letters(subject=card.hsa_id.key, email=email, by=by, at=at)
    with transaction.atomic():
        account_id = open_account(
            hsa_id=card.hsa_id,
            given_name=card.given_name,
            surname=card.surname,
            organisation=card.organisation,
            email=email,
            language=language,
            card=card,
            by=by,
            at=at,
        )
        make_application(account_id, by=by, at=at, **wish)
        send_confirmation(account_id=account_id, email=None, by=by, at=at)
    return account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A session has begun. `confirmed`: the mail address was confirmed on the way in. `back_to`: the page that was
    wanted, if this is the person who wanted it and it is known at which seat."""

    session_key: str
    standing: LoginStatus
    confirmed: bool
    back_to: str


def enter(*, proof: Proof, replaces: str | None = None, network: str | None, at: datetime) -> Entered:
    """A proven card logs in, or learns what is missing. Either way a session begins.

    A person who came by the link of a letter confirms with the card that was just shown. With one seat they are at work
    at once; with several, at the one that they had in this browser, if they come back to a page. `replaces` is the key
    of the session that this browser had until now.

    Raises: HsaIdDisputed.
    """
    card = proof.card
    standing = standing_of(hsa_id=card.hsa_id, at=at)
    _refuse_another_person(card, standing.account, network=network, at=at)
    confirmed = _confirmed_on_the_way(proof, network=network, at=at)
    if confirmed:
        standing = standing_of(hsa_id=card.hsa_id, at=at)
    person = standing.account
    with transaction.atomic():
        by = By(hsa_id=card.hsa_id, name=card.name, account_id=person.id if person else None, network=network)
        seat, back_to = _whereto(proof, standing)
        grant_id = seat.grant_id if seat else None
        key = open_session(proof=proof, grant_id=grant_id, replaces=replaces, network=network, at=at)
        if person is not None:
            _note_card(person, card, comes_in=standing.missing is None, by=by, at=at)
        _log_login(standing, seat, by=by, at=at)
    return Entered(session_key=key, standing=standing, confirmed=confirmed, back_to=back_to)


def _log_login(standing: LoginStatus, seat: Assignment | None, *, by: By, at: datetime) -> None:
    if standing.missing is None:
        clinic_id = seat.clinic_id if seat else None
        record(event=Event.LOGIN_DONE, by=by, at=at, clinic_id=clinic_id, facts={"seats": len(standing.seats)})
    else:
        facts = {"code": standing.missing.code}
        record(event=Event.LOGIN_REFUSED, outcome="refused", by=by, at=at, facts=facts)


def _note_card(person: AccountRow, card: CardFacts, *, comes_in: bool, by: By, at: datetime) -> None:
    """What the card that was shown means for the account."""
    if comes_in:
        accounts.note_login(account_id=person.id, card=card, at=at)
    elif not person.card_issuer:
        accounts.note_card(account_id=person.id, card=card)
    if _is_of_another_ca(person, card):
        facts = {"issuer_before": person.card_issuer, "issuer": card.card_issuer}
        record(event=Event.ACCOUNT_NEW_ISSUER, by=by, at=at, about_account_id=person.id, facts=facts)
    if person.state is AccountState.REGISTERED:
        _send_first_confirmation(person, by=by, at=at)


@transaction.atomic
def choose_seat(*, sitting: ActiveSession, grant_id: int, by: By, at: datetime) -> None:
    """Du arbetar som: another clinic, or the office, from now on in this session.

    Raises: NotFound (not a seat of this person).
    """
    standing = standing_of(hsa_id=sitting.card.hsa_id, at=at)
    chosen = [s for s in standing.seats if grant_id in s.grant_ids]
    if standing.missing is not None or not chosen:
        raise NotFound()
    sit_down(session_id=sitting.session_id, grant_id=grant_id)
    record(event=Event.SESSION_SEAT_CHOSEN, by=by, at=at, clinic_id=chosen[0].clinic_id)


def _whereto(proof: Proof, standing: LoginStatus) -> tuple[Assignment | None, str]:
    """The seat, and the page to come back to. A page that another person was at in this browser is theirs."""
    seats = standing.seats if standing.missing is None else ()
    first = seats[0] if seats else None
    if not proof.back_to:
        return first, ""
    earlier = earlier_in_browser(proof=proof)
    if earlier is not None and earlier.hsa_id != proof.card.hsa_id:
        return first, ""
    if len(seats) > 1:
        same = [seat for seat in seats if earlier is not None and earlier.grant_id in seat.grant_ids]
        return (same[0], proof.back_to) if same else (first, "")
    return first, proof.back_to


def _is_of_another_ca(person: AccountRow, card: CardFacts) -> bool:
    """Whether there is something to tell; a login through the provider says nothing of the card's issuer."""
    both_cards = bool(person.card_environment and card.card_environment)
    return both_cards and person.card_issuer != card.card_issuer


def _refuse_another_person(card: CardFacts, person: AccountRow | None, *, network: str | None, at: datetime) -> None:
    """Two people with one HSA-id: the second one does not get in as the first, and the office is told once a card.

    Raises: HsaIdDisputed.
    """
    if person is None or same_person(person, card):
        return
    refusal = HsaIdDisputed()
    card_name = (card.fingerprint or card.card_issuer)[:40]
    with transaction.atomic():
        record(
            event=Event.LOGIN_REFUSED,
            outcome="refused",
            by=By(hsa_id=card.hsa_id, name=card.name, network=network),
            at=at,
            about=person,
            facts={"code": refusal.code, "issuer_before": person.card_issuer, "issuer": card.card_issuer},
        )
        new = Notice(kind="hsa_id_disputed", subject=person.id, occasion=card_name, at=at)
        before = Notice.objects.filter(kind=new.kind, subject=new.subject, occasion=new.occasion)
        if not before.exists():
            Notice.objects.bulk_create([new], ignore_conflicts=True)
            for one in registry_office(at=at):
                post_to(one, kind="hsa_id_disputed", context={"hsa_id": person.hsa_id.text}, at=at)
    raise refusal


def _send_first_confirmation(person: AccountRow, *, by: By, at: datetime) -> None:
    """An imported person gets the letter when they show the card that confirms it."""
    lock_account(account_id=person.id)
    if newest_confirmation(account_id=person.id) is None:
        send_confirmation(account_id=person.id, email=None, by=by, at=at)


def _confirmed_on_the_way(proof: Proof, *, network: str | None, at: datetime) -> bool:
    if proof.confirmation is None:
        return False
    by = By(hsa_id=proof.card.hsa_id, name=proof.card.name, network=network)
    try:
        confirm_by_link(confirmation=proof.confirmation, hsa_id=proof.card.hsa_id, by=by, at=at)
    except Refused:
        # The page of the link says why, in a browser that now holds a session.
        return False
    return True
