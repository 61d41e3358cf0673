"""What is done to one is done to nobody else: every act of `test_every_event`, in a country where others wait in every
state that an act can change, and none of their rows may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from registret.access.applications import application_notes, confirming, earlier_accounts
from registret.access.grants import participation
from registret.access.models import Claim
from registret.access.roles import Role
from registret.access.self_service import my_account
from registret.access.staff import nominating, substitutes
from registret.access.staff.recertification.opening import start
from registret.access.staff.suspending import suspend_person
from registret.accounts import attempts, doors
from registret.accounts.attempts import LoginGoal, Purpose
from registret.accounts.queries import pending_change
from registret.accounts.sessions import sitting, watch
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.secret import new_token
from registret.ledger.queries import TimeSpan
from registret.mail.links import claim_code
from registret.oversight import services as oversight
from registret.records.disclosure import deciding, preparing
from registret.records.reporting import signing, writing
from registret.records.scope import all_providers
from tests import cast
from tests.cast import DORIS, ERIK, KARIN, Person, person
from tests.house.acts.patients import WISH
from tests.house.test_every_event import ACTS
from tests.rooms.access.scene import attested
from tests.rooms.records.scene import ACUTE, DAY, DISCHARGE, GRETA, HENNING, HOUR, NOW, Ward, begun, handler, ward
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

# What the clock does to all whose time has come, and what is done to all of a kind at once.
TO_ALL = {
    *("application.lapse", "application.escalated", "data.forgotten", "letter.given_up", "log.culled"),
    *("disclosure.closed", "disclosure.lapsed"),
}

DISA = person("Disa", "Alm", "SE2321009991-E00D1A1")
"""A third at the office."""
KALLE, MALIN, NILS, OLLE, PIA = (
    person(name, "Nord", f"SE2321009991-E00{name[0]}9N9") for name in ("Kalle", "Malin", "Nils", "Olle", "Pia")
)
NEW_NILS, NEW_PIA = (
    person(name, "Nord", f"SE2321009983-E00{name[0]}9N9", organisation="Region Sydvik") for name in ("Nils", "Pia")
)
RUT = person("Rut", "Öst", "SE2321009991-E00R1O1")
SVEA, ULLA = "19340417-2383", "22800101ZZ19"


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """`rows`: all of theirs, by table and primary key."""

    here: Ward
    rows: dict[tuple[str, int], str]


@pytest.fixture(scope="module")
def country(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Others]:
    with django_db_blocker.unblock(), transaction.atomic():
        here = ward()
        before = every_row()
        bring_others(here)
        yield Others(here=here, rows={at: row for at, row in every_row().items() if at not in before})
        transaction.set_rollback(True)


@pytest.fixture
def others(country: Others) -> Iterator[Others]:
    with transaction.atomic():
        yield country
        transaction.set_rollback(True)


def every_row() -> dict[tuple[str, int], str]:
    """But for the log, to which everybody adds, and the counts of rate limits."""
    with all_providers(), connection.cursor() as cursor:
        cursor.execute(_every_row())
        return {(table, number): text for table, number, text in cursor.fetchall()}


@cache
def _every_row() -> str:
    """One statement for all tables: it is asked after each act."""
    selects = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("django_", "ledger_", "rate_limits_")):
                key = connection.introspection.get_primary_key_column(cursor, table)
                name = connection.ops.quote_name(table)
                selects.append(f"SELECT '{table}', {key}, row::text FROM {name} AS row")  # noqa: S608
    return " UNION ALL ".join(selects)


def id_of(who: Person) -> int:
    return cast.account_of(who).id


def bring_others(here: Ward) -> None:
    bring_people(here)
    bring_proposals(here)
    bring_logins()
    bring_patients(here)
    bring_reviews()


def bring_people(here: Ward) -> None:
    """Kalle waits and is asked, Malin has to confirm, Nils is changing his address, Olle is suspended, Pia has changed
    hers. Nils and Pia have begun elsewhere as well, and claim their accounts; Pia has proven it."""
    karin = cast.actor(KARIN, at=NOW)
    wanted = cast.register(KALLE, here.place.infection, at=NOW)
    application_notes.take_on(application_id=wanted, actor=karin, at=NOW)
    application_notes.ask(application_id=wanted, text="Vilken avdelning?", actor=karin, at=NOW)
    cast.register(MALIN, here.place.infection, confirmed=False, at=NOW)
    for who in (NILS, OLLE, PIA):
        attested(cast.register(who, here.place.infection, at=NOW - DAY), by=KARIN, at=NOW - DAY)
        cast.log_in(who, at=NOW - HOUR)
    for who in (NILS, PIA):
        email = EmailAddress.parse(f"{who.card.given_name.lower()}.ny@regionnorrvik.se")
        my_account.ask_for_address(account_id=id_of(who), email=email, card_read_at=NOW, by=who.by, at=NOW)
    change = pending_change(account_id=id_of(PIA))
    assert change is not None
    confirming.confirm_by_link(confirmation=(change.id, change.version), hsa_id=PIA.card.hsa_id, by=PIA.by, at=NOW)
    suspend_person(account_id=id_of(OLLE), reason="utreds", actor=karin, at=NOW)
    for who, before in ((NEW_NILS, NILS), (NEW_PIA, PIA)):
        cast.register(who, here.place.sydvik, at=NOW)
        earlier_accounts.claim(account_id=id_of(who), email=cast.account_of(before).email, by=who.by, at=NOW)
    found = Claim.objects.get(account_id=id_of(NEW_PIA))
    earlier_accounts.prove(account_id=id_of(NEW_PIA), code=claim_code(found.id, found.version), by=NEW_PIA.by, at=NOW)


def bring_proposals(here: Ward) -> None:
    """Nils is to be a substitute, Rut a case handler; Sydvik is being recertified; medicine takes no part in sepsis."""
    cast.appoint_by_program(DISA, Role.REGISTRY_OFFICE, at=NOW - DAY)
    karin, doris = cast.actor(KARIN, at=NOW), cast.actor(DORIS, at=NOW)
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    substitutes.propose(account_id=id_of(NILS), first_day=first, last_day=last, actor=karin, at=NOW)
    nominating.nominate(
        hsa_id=HsaId.parse(RUT.hsa_id),
        given_name="Rut",
        surname="Öst",
        email=RUT.email,
        role=Role.CASE_HANDLER,
        actor=doris,
        at=NOW,
    )
    start(clinic_id=here.place.sydvik, reason="Ny chef", actor=doris, at=NOW)
    participation.decide(
        clinic_id=here.place.medicine, sub_registry="sepsis", takes_part=False, reason="Avtal", actor=doris, at=NOW
    )


def bring_logins() -> None:
    """Nils is logged in, Pia's card is out, and somebody is on the way in."""
    cast.log_in(NILS, at=NOW)
    probe = sitting(key=cast.log_in(PIA, at=NOW), seen=True, at=NOW).probe
    assert probe is not None
    watch(label=probe.label, secret=probe.secret, fingerprint_now=None, at=NOW)
    for read in (False, True):
        label = attempts.begin(
            purpose=Purpose.LOGIN, browser=new_token(), goal=LoginGoal(back_to="/start"), network=None, at=NOW
        )
        if read:
            claimed = doors.claim(label=label, network=None, at=NOW)
            doors.answer(attempt_id=claimed.attempt_id, card=NILS.card, network=None, at=NOW)


def bring_patients(here: Ward) -> None:
    """Of three patients one has a draft and a signed step, one a step laid aside; and two disclosures are under way."""
    first, second = (begun(here.karin, patient=patient) for patient in (SVEA, ULLA))
    for step, written in (("acute", ACUTE), ("discharge", DISCHARGE)):
        writing.write(actor=here.karin, episode=first, step=step, base=0, written=written, at=NOW)
    signing.sign(actor=here.karin, episode=first, step="acute", base=1, at=NOW)
    writing.write(actor=here.karin, episode=second, step="acute", base=0, written=ACUTE, at=NOW)
    writing.lay_aside(actor=here.karin, episode=second, step="acute", at=NOW)
    made = [preparing.prepare(actor=handler(who=HENNING), wish=WISH, at=NOW) for _ in range(2)]
    deciding.decide(actor=handler(who=GRETA), number=made[0], at=NOW)


def bring_reviews() -> None:
    """Of what Karin did: one that is not judged yet."""
    oversight.draw_directed(
        hsa_id=KARIN.card.hsa_id,
        span=TimeSpan(NOW - HOUR, NOW + HOUR),
        reason="Har läst om en granne",
        reviewer_id=id_of(ERIK),
        actor=cast.actor(ERIK, at=NOW),
        at=NOW,
    )


@pytest.mark.parametrize("event", sorted(ACTS.keys() - TO_ALL))
def test_an_act_changes_no_row_of_anybody_else(others: Others, event: str) -> None:
    ACTS[event](others.here)
    after = every_row()
    assert [at for at, row in others.rows.items() if after.get(at) != row] == []
