"""Accounts: how they begin, change, stop and end, and what their owners and the support do with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registret.access.account_import import account_file, importing
from registret.access.account_import.importing import ImportDecision
from registret.access.actor import Actor
from registret.access.applications import account_end, attesting, confirming, earlier_accounts
from registret.access.models import Claim
from registret.access.queries.applications import newest_application
from registret.access.roles import Role
from registret.access.self_service import my_account, subject_access
from registret.access.staff import support
from registret.access.staff.appointing import appoint_support
from registret.access.staff.changing_grants import revoke_grant
from registret.access.staff.people import note_export, note_processings_export, person_of
from registret.access.staff.suspending import reinstate_person, suspend_by_program, suspend_person, take_over_suspension
from registret.accounts import services as accounts
from registret.accounts.queries import newest_confirmation, pending_change
from registret.accounts.refusals import CodeWrong
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.mail.links import claim_code, confirmation_code
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, KARIN, Person
from tests.house.acts.told import HENRIK, LISA, NEW_ANNA, SUNE, Act, Told
from tests.rooms.access.scene import LAST_DAY
from tests.rooms.records.scene import NOW, Ward

NEW_ADDRESS = EmailAddress.parse("anna.ny@regionnorrvik.se")
TWO = ("Sven Styrelse", "Tove Tvåa")


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def wrong(code: str) -> str:
    return code[:-1] + ("2" if code[-1] != "2" else "3")


def registered(here: Ward) -> Told:
    cast.register(LISA, here.place.infection, confirmed=False, at=NOW)
    return Told(by=LISA, account=LISA, hsa_id=LISA.hsa_id)


def confirmed(here: Ward) -> Told:
    cast.register(LISA, here.place.infection, at=NOW)
    return Told(by=LISA, account=LISA, hsa_id=LISA.hsa_id)


def code_refused(here: Ward) -> Told:
    cast.register(LISA, here.place.infection, confirmed=False, at=NOW)
    letter = newest_confirmation(account_id=id_of(LISA))
    assert letter is not None
    code = confirmation_code(letter.id, letter.version)
    with pytest.raises(CodeWrong):
        confirming.confirm_by_code(account_id=id_of(LISA), code=wrong(code), by=LISA.by, at=NOW)
    return Told(by=LISA, account=LISA)


def letter_again(here: Ward) -> list[Told]:
    """By being appointed, by registering, and by support for somebody else."""
    sune = supporter()
    cast.register(LISA, here.place.infection, confirmed=False, at=NOW)
    support.resend(account_id=id_of(LISA), actor=sune, at=NOW)
    return [
        Told(by=DORIS, account=SUNE, hsa_id=SUNE.hsa_id),
        Told(by=LISA, account=LISA, hsa_id=LISA.hsa_id),
        Told(by=SUNE, account=LISA, hsa_id=LISA.hsa_id),
    ]


def ask_for_address() -> int:
    """By Anna; returns the change that waits."""
    my_account.ask_for_address(account_id=id_of(ANNA), email=NEW_ADDRESS, card_read_at=NOW, by=ANNA.by, at=NOW)
    waiting = pending_change(account_id=id_of(ANNA))
    assert waiting is not None
    return waiting.id


def address_changed(here: Ward) -> list[Told]:
    """By anyone who attests, before it was ever confirmed; and by its owner."""
    application = cast.register(LISA, here.place.infection, confirmed=False, at=NOW)
    mended = EmailAddress.parse("lisa@regionnorrvik.se")
    bertil = cast.actor(BERTIL, at=NOW)
    attesting.correct_address(application_id=application, email=mended, actor=bertil, at=NOW)
    ask_for_address()
    waiting = pending_change(account_id=id_of(ANNA))
    assert waiting is not None
    code = confirmation_code(waiting.id, waiting.version)
    confirming.confirm_by_code(account_id=id_of(ANNA), code=code, by=ANNA.by, at=NOW)
    return [
        Told(by=BERTIL, account=LISA, hsa_id=LISA.hsa_id),
        Told(by=ANNA, account=ANNA, hsa_id=ANNA.hsa_id),
    ]


def address_kept(here: Ward) -> Told:
    ask_for_address()
    my_account.take_back_address(account_id=id_of(ANNA), by=ANNA.by, at=NOW)
    return Told(by=ANNA, account=ANNA, hsa_id=ANNA.hsa_id)


def address_objected(here: Ward) -> Told:
    my_account.object_to_address(confirmation_id=ask_for_address(), by=By.nobody(network=None), at=NOW)
    return Told(program="visitor", account=ANNA, hsa_id=ANNA.hsa_id)


def language_chosen(here: Ward) -> Told:
    my_account.choose_language(account_id=id_of(ANNA), language="en", by=ANNA.by, at=NOW)
    return Told(by=ANNA, account=ANNA)


def data_taken(here: Ward) -> Told:
    subject_access.take_out(hsa_id=ANNA.card.hsa_id, card_read_at=NOW, by=ANNA.by, at=NOW)
    return Told(by=ANNA, account=ANNA, hsa_id=ANNA.hsa_id)


def suspended(here: Ward) -> Told:
    suspend_person(account_id=id_of(ANNA), reason="utreds", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return Told(by=BERTIL, account=ANNA, hsa_id=ANNA.hsa_id)


def suspension_decided(here: Ward) -> Told:
    by = By.of_program("suspend")
    suspend_by_program(hsa_id=HsaId.parse(ANNA.hsa_id), reason="utreds", decided_by=TWO, by=by, at=NOW)
    return Told(program="suspend", account=ANNA, hsa_id=ANNA.hsa_id)


def reinstated(here: Ward) -> Told:
    suspended(here)
    reinstate_person(account_id=id_of(ANNA), actor=cast.actor(KARIN, at=NOW), at=NOW)
    return Told(by=KARIN, account=ANNA, hsa_id=ANNA.hsa_id)


def suspension_taken_over(here: Ward) -> Told:
    suspended(here)
    doris = cast.actor(DORIS, at=NOW)
    for who in (BERTIL, KARIN):
        for grant in person_of(actor=here.bertil, account_id=id_of(who), at=NOW).grants:
            if grant.role is Role.LOCAL_ADMINISTRATOR:
                revoke_grant(grant_id=grant.id, reason="slutat", actor=doris, at=NOW)
    take_over_suspension(account_id=id_of(ANNA), actor=doris, at=NOW)
    return Told(by=DORIS, account=ANNA, hsa_id=ANNA.hsa_id, clinic=here.place.infection)


def ended(here: Ward) -> Told:
    anna = id_of(ANNA)
    account_end.end_account(account_id=anna, reason="slutat", by=DORIS.by, at=NOW)
    return Told(by=DORIS, account=anna, hsa_id=ANNA.hsa_id)


def next_card_accepted(here: Ward) -> Told:
    by = By.of_program("accept-card")
    accounts.accept_next_card(account_id=id_of(BERTIL), decided_by="Sven Styrelse, Tove Tvåa", by=by, at=NOW)
    return Told(program="accept-card", account=BERTIL, hsa_id=BERTIL.hsa_id)


def new_issuer(here: Ward) -> Told:
    renewed = replace(ANNA, card=replace(ANNA.card, issuer="Another HSA-id CA v1", fingerprint="f" * 64))
    cast.log_in(renewed, at=NOW)
    return Told(by=ANNA, account=ANNA)


# --- brought in out of a file ----------------------------------------------------------------------


def bring_in() -> None:
    line = f"{HENRIK.hsa_id};Henrik;Vall;{HENRIK.email};{cast.INFECTION};registrerare;2026-11-01;pneumoni"
    rows, faults = account_file.read("\n".join([";".join(account_file.COLUMNS), line]).encode())
    assert faults == ()
    decision = ImportDecision(decided_by="Sven Styrelse", reference="RS 2026-17", text="Alla konton flyttas")
    by = By.of_program("import-accounts")
    assert importing.import_accounts(rows=rows, decision=decision, dry_run=False, by=by, at=NOW).faults == ()


def imported_one(here: Ward) -> Told:
    bring_in()
    return Told(program="import-accounts", account=HENRIK, hsa_id=HENRIK.hsa_id, clinic=here.place.infection)


def imported_file(here: Ward) -> Told:
    bring_in()
    return Told(program="import-accounts")


# --- an earlier account ----------------------------------------------------------------------------


def claim(here: Ward) -> str:
    """By Anna, who has begun at Sydvik; returns the code."""
    cast.register(NEW_ANNA, here.place.sydvik, at=NOW)
    earlier_accounts.claim(account_id=id_of(NEW_ANNA), email=ANNA.email, by=NEW_ANNA.by, at=NOW)
    found = Claim.objects.get(account_id=id_of(NEW_ANNA))
    return claim_code(found.id, found.version)


def claim_made(here: Ward) -> Told:
    claim(here)
    return Told(by=NEW_ANNA, account=NEW_ANNA, hsa_id=NEW_ANNA.hsa_id)


def claim_proven(here: Ward) -> Told:
    code = claim(here)
    earlier_accounts.prove(account_id=id_of(NEW_ANNA), code=code, by=NEW_ANNA.by, at=NOW)
    return Told(by=NEW_ANNA, account=NEW_ANNA, hsa_id=NEW_ANNA.hsa_id)


def claim_code_refused(here: Ward) -> Told:
    code = wrong(claim(here))
    with pytest.raises(CodeWrong):
        earlier_accounts.prove(account_id=id_of(NEW_ANNA), code=code, by=NEW_ANNA.by, at=NOW)
    return Told(by=NEW_ANNA, account=NEW_ANNA, hsa_id=NEW_ANNA.hsa_id)


def linked(here: Ward) -> list[Told]:
    """An entry about each of the two accounts."""
    before = id_of(ANNA)
    claim_proven(here)
    after = cast.account_of(NEW_ANNA)
    application = newest_application(account_id=after.id)
    assert application is not None
    attesting.attest(
        application_id=application.id,
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=LAST_DAY,
        claim_seen=Claim.objects.get(account_id=after.id).id,
        actor=cast.actor(CECILIA, at=NOW),
        at=NOW,
    )
    there = Told(by=CECILIA, clinic=here.place.sydvik)
    return [
        replace(there, account=before, hsa_id=ANNA.hsa_id),
        replace(there, account=after.id, hsa_id=NEW_ANNA.hsa_id),
    ]


# --- support and lists of people -------------------------------------------------------------------


def supporter() -> Actor:
    appoint_support(
        hsa_id=HsaId.parse(SUNE.hsa_id),
        given_name=SUNE.card.given_name,
        surname=SUNE.card.surname,
        email=SUNE.email,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    cast.confirm_mail(SUNE, at=NOW)
    return cast.actor(SUNE, at=NOW)


def searched(here: Ward) -> Told:
    support.find(words="berg", actor=supporter(), at=NOW)
    return Told(by=SUNE)


def seen(here: Ward) -> Told:
    support.helped(account_id=id_of(ANNA), actor=supporter(), at=NOW)
    return Told(by=SUNE, account=ANNA, hsa_id=ANNA.hsa_id)


def people_exported(here: Ward) -> Told:
    note_export(number=4, actor=here.bertil, at=NOW)
    return Told(by=BERTIL, clinic=here.place.infection)


def processings_exported(here: Ward) -> Told:
    note_processings_export(number=9, actor=cast.actor(DORIS, at=NOW), at=NOW)
    return Told(by=DORIS)


ACTS: dict[str, Act] = {
    "account.registered": registered,
    "account.confirm_email": confirmed,
    "account.mail_changed": address_changed,
    "account.mail_kept": address_kept,
    "account.mail_objected": address_objected,
    "account.language": language_chosen,
    "account.data_taken": data_taken,
    "account.suspend": suspended,
    "account.suspension_decided": suspension_decided,
    "account.reinstate": reinstated,
    "account.taken_over": suspension_taken_over,
    "account.end": ended,
    "account.card_accepted": next_card_accepted,
    "account.imported": imported_one,
    "account.linked": linked,
    "account.new_issuer": new_issuer,
    "accounts.imported": imported_file,
    "claim.made": claim_made,
    "claim.proven": claim_proven,
    "claim.code_refused": claim_code_refused,
    "confirmation.asked": letter_again,
    "confirmation.code_refused": code_refused,
    "people.exported": people_exported,
    "people.searched": searched,
    "account.seen": seen,
    "processings.exported": processings_exported,
}
