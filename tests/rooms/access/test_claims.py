"""A new HSA-id: who claims an earlier account proves it; it ends when somebody attests, and nothing is handed on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from registret.access.actor import Actor
from registret.access.applications import account_end, attesting, earlier_accounts
from registret.access.applications.application_notes import attest_many
from registret.access.applications.earlier_accounts import CLAIMS_PER_ACCOUNT, ClaimRow
from registret.access.models import Claim, Grant
from registret.access.queries.applications import application_for
from registret.access.queries.logins import seats_of, who
from registret.access.refusals import ClaimImpossible, ClaimNotSeen, HsaIdDisputed, OwnApplication
from registret.access.roles import Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState, Authority
from registret.accounts.locks import lock_account
from registret.accounts.models import Account
from registret.accounts.queries import account
from registret.accounts.refusals import CodeBurnt, CodeWrong, ConfirmationExpired
from registret.accounts.sessions import sitting
from registret.kernel.refused import Refused
from registret.mail.letters import rendered
from registret.mail.links import claim_code, confirmation_code, spaced
from registret.mail.models import Letter
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, KARIN, Country, Person, person
from tests.parallel import committed, together, while_open
from tests.rooms.access.scene import (
    DAY,
    HOUR,
    LAST_DAY,
    NOW,
    attested,
    events,
    kinds,
    mail,
    refused,
    until_too_many,
)

__all__ = ["committed"]

# Anna, who has begun at Sydvik.
NEW = person("Anna", "Berg", "SE2321009983-E00A9B9", organisation="Region Sydvik")


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return cast.country(NOW - DAY)


def moved(place: Country, *, who: Person = NEW) -> int:
    """Anna worked at Norrvik, and has now registered at Sydvik; returns the application."""
    attested(cast.register(ANNA, place.infection, at=NOW - DAY))
    return cast.register(who, place.sydvik, at=NOW)


def claim(who: Person = NEW, *, address: str = ANNA.email.text, at: object = NOW) -> None:
    earlier_accounts.claim(account_id=cast.account_of(who).id, email=mail(address), by=who.by, at=at)  # type: ignore[arg-type]


def code(who: Person = NEW) -> str:
    found = Claim.objects.get(account_id=cast.account_of(who).id)
    return claim_code(found.id, found.version)


def prove(typed: str, *, who: Person = NEW, at: object = NOW) -> None:
    earlier_accounts.prove(account_id=cast.account_of(who).id, code=typed, by=who.by, at=at)  # type: ignore[arg-type]


def attest(application_id: int, *, seen: int | None = None, by: Person = CECILIA) -> int:
    return attesting.attest(
        application_id=application_id,
        role=Role.READER,
        sub_registries=["sepsis"],
        last_day=LAST_DAY,
        claim_seen=seen,
        actor=cast.actor(by, at=NOW),
        at=NOW,
    )


def claim_seen_by(who: Person, application_id: int) -> ClaimRow | None:
    wanted = application_for(actor=cast.actor(who, at=NOW), application_id=application_id, at=NOW)
    return earlier_accounts.claim_of(wanted=wanted, at=NOW)


def the_claim() -> int:
    return Claim.objects.get().id


# --- proving ---------------------------------------------------------------------------------------


def test_a_code_goes_to_the_old_address_and_says_nothing_of_who_asks(place: Country) -> None:
    moved(place)
    claim()
    (letter,) = Letter.objects.filter(kind="claim")
    assert (letter.to_address, letter.about_account_id) == (ANNA.email.text, cast.account_of(ANNA).id)
    assert NEW.hsa_id not in str(letter.context)
    assert events("claim.made")[0].facts == {"domain": ANNA.email.domain}


@pytest.mark.parametrize("address", ["ingen@regionnorrvik.se", NEW.email.text])
def test_whether_there_is_such_an_account_is_not_told(place: Country, address: str) -> None:
    moved(place)
    claim(address=address)
    assert not Letter.objects.filter(kind="claim").exists()
    shown = earlier_accounts.own_claim(account_id=cast.account_of(NEW).id)
    assert shown is not None
    assert (shown.email.text, shown.proven, shown.burnt) == (address, False, False)
    # Not even the right code of the row is a right one.
    with pytest.raises(CodeWrong):
        prove(code())


def test_an_address_that_was_never_confirmed_proves_nothing(place: Country) -> None:
    cast.register(ANNA, place.infection, confirmed=False, at=NOW)
    cast.register(NEW, place.sydvik, at=NOW)
    claim()
    assert not Letter.objects.filter(kind="claim").exists()


def test_the_code_proves_once_and_the_same_to_whoever_attests(place: Country) -> None:
    application_id = moved(place)
    claim()
    assert claim_seen_by(CECILIA, application_id) is None, "a word alone is no fact"
    prove(code().lower())
    prove("whatever")  # proven is proven
    seen = claim_seen_by(CECILIA, application_id)
    assert seen is not None
    assert (seen.old_hsa_id, seen.old_name, seen.same_name, seen.may_end) == (ANNA.card.hsa_id, "Anna Berg", True, True)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED, "nothing happens before somebody attests"


def test_guessing_is_counted_and_ends(place: Country) -> None:
    moved(place)
    claim()
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as no:
            prove("AAAAAA")
        assert no.value.left == left
    with pytest.raises(CodeBurnt):
        prove("AAAAAA")
    with pytest.raises(CodeBurnt):
        prove(code())


def test_a_new_code_makes_the_older_one_worthless_and_a_code_has_its_time(place: Country) -> None:
    moved(place)
    claim()
    older = code()
    claim()
    with pytest.raises(CodeWrong):
        prove(older)
    with pytest.raises(ConfirmationExpired):
        prove(code(), at=NOW + 8 * DAY)


def test_the_letter_has_the_code_and_no_link_that_a_scanner_could_follow(place: Country) -> None:
    moved(place)
    claim()
    found = Claim.objects.get()
    facts = Letter.objects.get(kind="claim").context
    letter = rendered(kind="claim", language="sv", facts=facts, confirmation=(found.id, found.version))
    for body in (letter.text, letter.html):
        assert spaced(code()) in body
        assert "/bekrafta/" not in body


def test_the_code_of_a_claim_is_not_that_of_a_confirmation_with_the_same_numbers() -> None:
    assert claim_code(1, 1) != confirmation_code(1, 1)


def test_claiming_has_its_limit_whoever_is_claimed(place: Country) -> None:
    moved(place)
    assert until_too_many(lambda n: claim(address=f"a{n}@b.se")) == (CLAIMS_PER_ACCOUNT.most, CLAIMS_PER_ACCOUNT.what)


# --- attesting -------------------------------------------------------------------------------------


def test_when_it_is_attested_the_old_account_ends_and_the_two_are_linked(place: Country) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    old, new = cast.account_of(ANNA), cast.account_of(NEW)
    key = cast.log_in(ANNA, at=NOW)
    grant_id = attest(application_id, seen=the_claim())
    ended = account(account_id=old.id)
    assert ended is not None
    assert (ended.state, ended.state_reason) == (AccountState.ENDED, "new_hsa_id")
    assert seats_of(account_id=old.id, at=NOW) == ()
    with pytest.raises(Exception, match="session"):
        sitting(key=key, seen=True, at=NOW)
    (grant,) = Grant.objects.filter(account_id=new.id)
    assert (grant.id, grant.role, grant.sub_registries) == (grant_id, "reader", ["sepsis"]), "what was attested"
    assert [link.hsa_id for link in earlier_accounts.links_of(account_id=new.id)] == [ANNA.card.hsa_id]
    assert [(link.hsa_id, link.earlier) for link in earlier_accounts.links_of(account_id=old.id)] == [
        (NEW.card.hsa_id, False)
    ]
    assert {e.about_account_id for e in events("account.linked")} == {old.id, new.id}
    assert {e.by_hsa_id for e in events("account.linked")} == {CECILIA.hsa_id}
    assert Letter.objects.get(kind="account_moved").to_address == ANNA.email.text
    assert Claim.objects.get().email == ""
    assert kinds(NEW)[-1] == "attested"


def test_a_claim_is_in_nobody_elses_way_and_in_ones_own_only_once(place: Country) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    karins = cast.apply_again(KARIN, place.sydvik, role=Role.READER, at=NOW)
    attest(karins)
    attest(application_id, seen=the_claim())
    again = cast.apply_again(NEW, place.sydvik, role=Role.READER, at=NOW)
    attesting.attest(
        application_id=again,
        role=Role.REPORTER,
        sub_registries=["sepsis"],
        last_day=LAST_DAY,
        actor=cast.actor(CECILIA, at=NOW),
        at=NOW,
    )


def test_an_unproven_claim_ends_nobody(place: Country) -> None:
    application_id = moved(place)
    claim()
    attest(application_id)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED
    assert earlier_accounts.links_of(account_id=cast.account_of(NEW).id) == ()


def test_a_declined_application_ends_nobody(place: Country) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    attesting.decline(application_id=application_id, reason="Nej", actor=cast.actor(CECILIA, at=NOW), at=NOW)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_who_has_not_seen_the_claim_does_not_attest_it(place: Country) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    actor = cast.actor(CECILIA, at=NOW)
    with refused(ClaimNotSeen):
        attest_args = {"role": Role.READER, "sub_registries": ["sepsis"], "last_day": LAST_DAY}
        attesting.attest(application_id=application_id, **attest_args, actor=actor, at=NOW)  # type: ignore[arg-type]
    (result,) = attest_many(application_ids=[application_id], actor=actor, at=NOW)
    assert isinstance(result.refusal, ClaimNotSeen)
    assert cast.account_of(ANNA).state is AccountState.CONFIRMED


def test_a_suspension_by_the_clock_is_left_behind_with_a_new_hsa_id(place: Country) -> None:
    """Nobody has judged: nobody used it."""
    application_id = moved(place)
    claim()
    prove(code())
    old = cast.account_of(ANNA).id
    accounts.suspend(account_id=old, reason="oanvänt", authority=Authority.CLOCK, by=DORIS.by, at=NOW)
    attest(application_id, seen=the_claim())
    ended = account(account_id=old)
    assert ended is not None
    assert ended.state is AccountState.ENDED


@pytest.mark.parametrize("authority", sorted(set(Authority) - {Authority.CLOCK}))
def test_a_suspension_is_not_left_behind_with_a_new_hsa_id(place: Country, authority: Authority) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    at_clinic = place.infection if authority is Authority.CLINIC else None
    old = cast.account_of(ANNA).id
    accounts.suspend(account_id=old, reason="utreds", authority=authority, clinic_id=at_clinic, by=DORIS.by, at=NOW)
    seen = claim_seen_by(CECILIA, application_id)
    assert seen is not None
    assert seen.old_state is AccountState.SUSPENDED
    assert not seen.may_end
    actor = cast.actor(CECILIA, at=NOW)
    with refused(ClaimImpossible):
        attesting.attest(
            application_id=application_id,
            role=Role.READER,
            sub_registries=["sepsis"],
            last_day=LAST_DAY,
            claim_seen=the_claim(),
            actor=actor,
            at=NOW,
        )
    assert seats_of(account_id=cast.account_of(NEW).id, at=NOW) == ()


def test_a_suspended_account_can_be_claimed_so_that_it_is_told(place: Country) -> None:
    application_id = moved(place)
    old = cast.account_of(ANNA).id
    accounts.suspend(account_id=old, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW)
    claim()
    prove(code())
    with pytest.raises(ClaimImpossible):
        attest(application_id, seen=the_claim())


def test_those_who_work_for_the_registry_are_not_ended_by_a_claim(place: Country) -> None:
    cast.log_in(DORIS, at=NOW)
    new = person("Doris", "Lund", "SE2321009983-E00D9D9", organisation="Region Sydvik")
    application_id = cast.register(new, place.sydvik, at=NOW)
    claim(new, address=DORIS.email.text)
    prove(code(new), who=new)
    with pytest.raises(ClaimImpossible):
        attest(application_id, seen=the_claim())
    assert cast.account_of(DORIS).state is AccountState.CONFIRMED


def test_nobody_attests_oneself_by_way_of_a_new_hsa_id(place: Country) -> None:
    """Bertil, still at work under the old one, does not decide about the new one."""
    new = person("Bertil", "Holm", "SE2321009983-E00B9B9", organisation="Region Sydvik")
    application_id = cast.register(new, place.infection, at=NOW)
    claim(new, address=BERTIL.email.text)
    prove(code(new), who=new)
    with pytest.raises(OwnApplication):
        attest(application_id, seen=the_claim(), by=BERTIL)
    attest(application_id, seen=the_claim(), by=KARIN)
    assert account(account_id=Claim.objects.get().old_account_id or 0).state is AccountState.ENDED  # type: ignore[union-attr]


def test_another_clinic_sees_neither_the_application_nor_the_claim(place: Country) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    with pytest.raises(Exception, match="not_found"):
        claim_seen_by(BERTIL, application_id)


def test_an_account_that_ended_meanwhile_is_linked_all_the_same(place: Country) -> None:
    application_id = moved(place)
    claim()
    prove(code())
    account_end.end_account(account_id=cast.account_of(ANNA).id, reason="dormant", by=DORIS.by, at=NOW)
    attest(application_id, seen=the_claim())
    (link,) = earlier_accounts.links_of(account_id=cast.account_of(NEW).id)
    assert link.hsa_id == ANNA.card.hsa_id


# --- at once ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("committed")
def test_two_who_claim_each_others_accounts_do_not_wait_for_each_other_for_ever() -> None:
    place = cast.country(NOW - DAY)
    one = cast.register(ANNA, place.infection, at=NOW - DAY)
    two = cast.register(NEW, place.infection, at=NOW - DAY)
    claim(ANNA, address=NEW.email.text)
    claim(NEW, address=ANNA.email.text)
    for who_claims in (ANNA, NEW):
        prove(code(who_claims), who=who_claims)
    ids = {c.account_id: c.id for c in Claim.objects.all()}
    mine, theirs = ids[cast.account_of(ANNA).id], ids[cast.account_of(NEW).id]
    results = together([lambda: attest(one, seen=mine, by=BERTIL), lambda: attest(two, seen=theirs, by=KARIN)])
    assert sum(isinstance(r, int) for r in results) == 1, results
    assert all(isinstance(r, int | Refused) for r in results), results
    states = {account(account_id=i).state for i in ids}  # type: ignore[union-attr]
    assert states == {AccountState.CONFIRMED, AccountState.ENDED}


@pytest.mark.usefixtures("committed")
def test_who_attests_a_claim_takes_the_two_accounts_in_the_order_of_their_ids() -> None:
    place = cast.country(NOW - DAY)
    application_id = moved(place)
    claim()
    prove(code())
    old, new = cast.account_of(ANNA).id, cast.account_of(NEW).id
    assert old < new
    result = while_open(
        partial(lock_account, account_id=old),
        partial(attest, application_id, seen=the_claim()),
        meanwhile=partial(Account.objects.select_for_update(nowait=True, no_key=True).get, id=new),
    )
    assert isinstance(result, int), result


@pytest.mark.usefixtures("committed")
def test_suspended_while_it_is_attested_is_either_suspended_or_ended_and_never_escaped() -> None:
    place = cast.country(NOW - DAY)
    application_id = moved(place)
    claim()
    prove(code())
    old, seen = cast.account_of(ANNA).id, the_claim()
    together(
        [
            lambda: attest(application_id, seen=seen),
            lambda: accounts.suspend(account_id=old, reason="utreds", authority=Authority.OFFICE, by=DORIS.by, at=NOW),
        ]
    )
    found = account(account_id=old)
    assert found is not None
    has_right = bool(seats_of(account_id=cast.account_of(NEW).id, at=NOW))
    assert (found.state is AccountState.ENDED) is has_right
    assert found.state in {AccountState.ENDED, AccountState.SUSPENDED}


# --- two people with one HSA-id --------------------------------------------------------------------


def other(**card: object) -> Person:
    return replace(ANNA, card=replace(ANNA.card, **card))  # type: ignore[arg-type]


OTHER_CA = {"issuer": "Another HSA-id CA v1", "fingerprint": "f" * 64}


def test_another_person_with_the_same_hsa_id_from_another_ca_is_refused_loudly(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW - DAY))
    stranger = other(given_name="Kurt", surname="Berg", **OTHER_CA)
    for _ in range(2):
        with pytest.raises(HsaIdDisputed):
            cast.log_in(stranger, at=NOW)
    entry = events("login.refused")[0]
    assert (entry.about_account_id, entry.by_name) == (cast.account_of(ANNA).id, "Kurt Berg")
    assert entry.facts["code"] == "login.hsa_id_disputed"
    assert kinds(DORIS).count("hsa_id_disputed") == 1, "the office is told once"
    assert cast.account_of(ANNA).name == "Anna Berg"
    assert isinstance(who(sitting=sitting(key=cast.log_in(ANNA, at=NOW), seen=True, at=NOW), at=NOW), Actor)


@pytest.mark.parametrize(
    "card",
    [
        {"given_name": "Kurt", "surname": "Kvist"},  # the CA vouches for its own
        {"surname": "Berg Ek", **OTHER_CA},  # the next generation, and a marriage
        {"given_name": "Anna Maria", **OTHER_CA},  # all given names
        {"given_name": "ANNA", **OTHER_CA},
    ],
    ids=["same ca", "married", "all names", "capitals"],
)
def test_a_renewed_card_needs_no_ceremony(place: Country, card: dict[str, object]) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW - DAY))
    cast.log_in(ANNA, at=NOW)
    renewed = other(**card)
    cast.log_in(renewed, at=NOW)
    assert cast.account_of(ANNA).name == renewed.name
    assert cast.account_of(ANNA).card_issuer == renewed.card.issuer
    assert len(events("account.new_issuer")) == ("issuer" in card)


def test_coming_by_the_provider_and_by_card_in_turn_is_nothing_to_tell(place: Country) -> None:
    attested(cast.register(ANNA, place.infection, at=NOW - DAY))
    by_provider = other(issuer="https://idp.example.se", fingerprint="", serial="", environment="")
    for one in (ANNA, by_provider, ANNA, by_provider):
        cast.log_in(one, at=NOW)
    assert cast.account_of(ANNA).card_issuer == ANNA.card.issuer
    assert events("account.new_issuer") == ()
    with pytest.raises(HsaIdDisputed):
        cast.log_in(other(issuer="https://idp.example.se", given_name="Kurt", environment=""), at=NOW)


def test_between_a_real_card_and_a_test_card_every_name_counts(place: Country) -> None:
    real = other(environment="production")
    attested(cast.register(real, place.infection, at=NOW - DAY))
    with pytest.raises(HsaIdDisputed):
        cast.log_in(other(environment="test", surname="Ek", **OTHER_CA), at=NOW)
    cast.log_in(other(environment="test", **OTHER_CA), at=NOW)


def test_two_who_register_at_once_with_one_hsa_id_do_not_share_the_account(place: Country) -> None:
    stranger = other(given_name="Kurt", surname="Kvist", **OTHER_CA)
    key = cast.log_in(stranger, at=NOW)
    attested(cast.register(ANNA, place.infection, at=NOW))
    with pytest.raises(HsaIdDisputed):
        who(sitting=sitting(key=key, seen=True, at=NOW + HOUR / 6), at=NOW + HOUR / 6)


def test_an_account_made_without_a_card_takes_its_first_one(place: Country) -> None:
    assert cast.account_of(DORIS).card_issuer in {"", DORIS.card.issuer}
    cast.appoint(ANNA, place.infection, confirmed=False, at=NOW)
    cast.log_in(other(given_name="A.", surname="Bergh", **OTHER_CA), at=NOW)
    assert cast.account_of(ANNA).card_issuer == OTHER_CA["issuer"]
    with pytest.raises(HsaIdDisputed):
        cast.log_in(other(given_name="Kurt"), at=NOW)
