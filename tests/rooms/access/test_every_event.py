"""Who decided what about whom: each of these acts leaves exactly its own entry in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from registret.access import account_file, applying, claims, clockwork, desk, substitutes
from registret.access.models import Claim
from registret.access.moving_in import Decision, import_accounts
from registret.access.nominating import decline, nominate, withdraw_nomination
from registret.access.people import reinstate_person, suspend_person
from registret.access.roles import Role
from registret.accounts.queries import living_account
from registret.accounts.refusals import CodeWrong
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.models import Entry
from registret.mail.links import claim_code
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, INGRID, KARIN, Country, Person, person
from tests.rooms.access.scene import DAY, NOW, attested, mail

HENRIK = person("Henrik", "Vall", "SE2321009991-E00H1V7")
# Anna, who has begun at Sydvik.
NEW = person("Anna", "Berg", "SE2321009983-E00A9B9", organisation="Region Sydvik")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the entry must say. `by`: a name, or a program. `about`: nobody, for an act that is about many."""

    by: str
    about: Person | None
    clinic_id: int | None = None


Act = Callable[[Country], Told]


def annas(place: Country) -> int:
    """Her application, at the clinic of Bertil and Karin."""
    return cast.register(ANNA, place.infection, at=NOW)


def taken_and_put_back(place: Country) -> Told:
    bertil, wanted = cast.actor(BERTIL, at=NOW), annas(place)
    desk.take_on(application_id=wanted, actor=bertil, at=NOW)
    desk.put_back(application_id=wanted, actor=bertil, at=NOW)
    return Told(by=BERTIL.name, about=ANNA, clinic_id=place.infection)


def noted(place: Country) -> Told:
    desk.write_note(application_id=annas(place), text="Ringde chefen", actor=cast.actor(KARIN, at=NOW), at=NOW)
    return Told(by=KARIN.name, about=ANNA, clinic_id=place.infection)


def asked(place: Country) -> Told:
    desk.ask(application_id=annas(place), text="När börjar du?", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return Told(by=BERTIL.name, about=ANNA, clinic_id=place.infection)


def answered(place: Country) -> Told:
    asked(place)
    desk.answer(account_id=cast.account_of(ANNA).id, text="I december", by=ANNA.by, at=NOW)
    return Told(by=ANNA.name, about=ANNA, clinic_id=place.infection)


def reminded(place: Country) -> Told:
    annas(place)
    applying.remind(account_id=cast.account_of(ANNA).id, by=ANNA.by, at=NOW + 2 * DAY)
    return Told(by=ANNA.name, about=ANNA, clinic_id=place.infection)


def escalated(place: Country) -> Told:
    annas(place)
    assert clockwork.run("escalate", at=NOW + 8 * DAY)
    return Told(by="clock", about=ANNA, clinic_id=place.infection)


def claimed(place: Country) -> Claim:
    attested(cast.register(ANNA, place.infection, at=NOW - DAY))
    cast.register(NEW, place.sydvik, at=NOW)
    claims.claim(account_id=cast.account_of(NEW).id, email=mail(ANNA.email.text), by=NEW.by, at=NOW)
    return Claim.objects.get()


def claim_proven(place: Country) -> Told:
    made = claimed(place)
    code = claim_code(made.id, made.version)
    claims.prove(account_id=made.account_id, code=code, by=NEW.by, at=NOW)
    return Told(by=NEW.name, about=NEW)


def claim_with_a_wrong_code(place: Country) -> Told:
    made = claimed(place)
    with pytest.raises(CodeWrong):
        claims.prove(account_id=made.account_id, code="AAAAAA", by=NEW.by, at=NOW)
    return Told(by=NEW.name, about=NEW)


def henriks_nomination(place: Country) -> int:
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    return nominate(
        hsa_id=HsaId.parse(HENRIK.hsa_id),
        given_name=HENRIK.card.given_name,
        surname=HENRIK.card.surname,
        email=HENRIK.email,
        role=Role.CASE_HANDLER,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )


def nomination_declined(place: Country) -> Told:
    made = henriks_nomination(place)
    decline(nomination_id=made, reason="Har slutat", actor=cast.actor(INGRID, at=NOW), at=NOW)
    return Told(by=INGRID.name, about=HENRIK)


def nomination_withdrawn(place: Country) -> Told:
    withdraw_nomination(nomination_id=henriks_nomination(place), actor=cast.actor(DORIS, at=NOW), at=NOW)
    return Told(by=DORIS.name, about=HENRIK)


def substitute_withdrawn(place: Country) -> Told:
    attested(annas(place))
    bertil = cast.actor(BERTIL, at=NOW)
    first, last = date(2026, 12, 1), date(2026, 12, 20)
    anna = cast.account_of(ANNA).id
    made = substitutes.propose(account_id=anna, first_day=first, last_day=last, actor=bertil, at=NOW)
    substitutes.withdraw_proposal(substitution_id=made, actor=bertil, at=NOW)
    return Told(by=BERTIL.name, about=ANNA, clinic_id=place.infection)


def reinstated(place: Country) -> Told:
    attested(annas(place))
    bertil, anna = cast.actor(BERTIL, at=NOW), cast.account_of(ANNA).id
    suspend_person(account_id=anna, reason="Utredning", actor=bertil, at=NOW)
    reinstate_person(account_id=anna, actor=bertil, at=NOW)
    return Told(by=BERTIL.name, about=ANNA)


def brought_in(place: Country) -> Told:
    header = ";".join(account_file.COLUMNS)
    line = f"{ANNA.hsa_id};Anna;Berg;{ANNA.email};{cast.INFECTION};registrerare;2026-11-01;pneumoni"
    rows, _ = account_file.read(f"{header}\n{line}".encode())
    decision = Decision(decided_by="Sven Styrelse", reference="RS 2026-17", text="Alla konton flyttas")
    import_accounts(rows=rows, decision=decision, dry_run=False, by=By.of_program("import-accounts"), at=NOW)
    return Told(by="import-accounts", about=None)


ACTS: dict[str, Act] = {
    "application.put_back": taken_and_put_back,
    "application.noted": noted,
    "application.asked": asked,
    "application.answered": answered,
    "application.reminded": reminded,
    "application.escalated": escalated,
    "claim.proven": claim_proven,
    "claim.code_refused": claim_with_a_wrong_code,
    "nomination.decline": nomination_declined,
    "nomination.withdraw": nomination_withdrawn,
    "substitute.withdraw": substitute_withdrawn,
    "account.reinstate": reinstated,
    "accounts.imported": brought_in,
}


@pytest.mark.django_db
@pytest.mark.parametrize("event", ACTS)
def test_the_act_leaves_one_entry_that_says_who_did_it_and_about_whom(event: str) -> None:
    place = cast.country(NOW - 30 * DAY)
    told = ACTS[event](place)
    (entry,) = Entry.objects.filter(event=event)
    assert (entry.by_name or entry.by_program) == told.by
    assert entry.clinic_id == told.clinic_id
    if told.about is None:
        assert (entry.about_account_id, entry.about_hsa_id) == (None, "")
        return
    account = living_account(hsa_id=told.about.hsa_id)
    assert entry.about_account_id == (account.id if account else None)
    # An entry names an HSA-id or leaves it to the account.
    assert entry.about_hsa_id in {told.about.hsa_id, "" if account else told.about.hsa_id}
