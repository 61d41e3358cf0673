"""What people do in the demo's country before it starts, each through the real services."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar

from django.conf import settings

from registret.access.actor import Actor
from registret.access.applications import applying, attesting, confirming, entering
from registret.access.grants.reach import reach_of
from registret.access.queries.administrators import active_administrators
from registret.access.queries.applications import newest_application
from registret.access.queries.logins import who
from registret.access.roles import Role
from registret.access.staff import appointing, nominating, substitutes
from registret.access.staff.recertification.opening import start
from registret.accounts import attempts, doors, sessions
from registret.accounts.attempts import Proof, Purpose
from registret.accounts.cardfacts import CardFacts
from registret.accounts.queries import living_account, newest_confirmation
from registret.cards import PresentedCertificate, verify
from registret.demo.people import cast
from registret.demo.people.cards import certificate_in
from registret.demo.people.cast import Person
from registret.demo.people.patients import Registration
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.secret import new_token
from registret.kernel.sweden import day_of
from registret.ledger.queries import TimeSpan
from registret.ledger.sealing import seal_settled
from registret.mail.links import confirmation_code
from registret.oversight import services as reviews
from registret.places import clinic_file
from registret.places.queries import clinic_by_code
from registret.places.services import import_clinics
from registret.records.disclosure import preparing
from registret.records.disclosure.rows import DisclosureWish
from registret.records.disclosure.selection import parts_of
from registret.records.ethics_approval import Approval
from registret.revocation.trust import revocation, trust

T = TypeVar("T")
Act = TypeVar("Act", bound=Callable[..., Any])

CLINICS: Final = Path(__file__).parent.parent / "clinics.csv"
"""Sweden's regions with their infection clinics, and two regions that do not exist, where the cast works."""

SUB_REGISTRIES: Final = ("pneumoni", "sepsis")
"""What everybody asks for."""

DECIDED_BY: Final = ("Gunilla Ek", "Tomas Rask")
"""The two who decided about the first people of the registry."""


def _sealed(act: Act) -> Act:
    """An act of the story whose entries are sealed some minutes after it, as the workers do: a seal that was much
    younger than its entries would look like a log that was sealed anew."""

    @wraps(act)
    def acted(self: Story, *args: Any, ago: timedelta, **kwargs: Any) -> Any:
        done = act(self, *args, ago=ago, **kwargs)
        self.seal(at=self.now - ago)
        return done

    return typing.cast(Act, acted)


class _Named(TypedDict):
    hsa_id: HsaId
    given_name: str
    surname: str
    email: EmailAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What people do, each act `ago` before `now`."""

    cards: Path
    now: datetime
    read: dict[Person, CardFacts] = field(default_factory=dict)
    to_report: list[Registration]
    begun: dict[str, str] = field(default_factory=dict)

    def seal(self, *, at: datetime) -> None:
        """All that is in the log, some minutes after `at`."""
        seal_settled(at=lambda: at + timedelta(minutes=10))

    @_sealed
    def open_country(self, *, ago: timedelta) -> None:
        rows, faults = clinic_file.read(CLINICS.read_bytes())
        by = By.of_program("import-clinics")
        done = import_clinics(rows=rows, dry_run=False, by=by, at=self.now - ago)
        if faults or done.faults:
            raise ValueError(f"{CLINICS.name}: {[*faults, *done.faults]}")

    @_sealed
    def appoint_by_program(self, person: Person, role: Role, *, ago: timedelta) -> None:
        appointing.appoint_by_program(
            **_named(person),
            role=role,
            clinic_id=None,
            decided_by=DECIDED_BY,
            by=By.of_program("appoint"),
            at=self.now - ago,
        )
        self.confirm(person, ago=ago)

    @_sealed
    def appoint_support(self, person: Person, *, ago: timedelta) -> None:
        appointing.appoint_support(**_named(person), actor=self.at_work(cast.DORIS, ago=ago), at=self.now - ago)
        self.confirm(person, ago=ago)

    @_sealed
    def nominate(self, person: Person, role: Role, by: Person, *, ago: timedelta) -> None:
        nominating.nominate(**_named(person), role=role, actor=self.at_work(by, ago=ago), at=self.now - ago)

    @_sealed
    def confirm_nomination(self, person: Person, by: Person, *, ago: timedelta) -> None:
        actor, at = self.at_work(by, ago=ago), self.now - ago
        waiting = nominating.nominations(actor=actor, at=at)
        wanted = next(one for one in waiting if one.hsa_id == HsaId(person.hsa_id))
        nominating.confirm(nomination_id=wanted.id, actor=actor, at=at)
        self.confirm(person, ago=ago)

    @_sealed
    def do(self, act: Callable[..., object], *, by: Person = cast.DORIS, ago: timedelta) -> None:
        act(actor=self.at_work(by, ago=ago), at=self.now - ago)

    @_sealed
    def appoint_local_administrator(self, person: Person, clinic: str, *, ago: timedelta) -> None:
        """By one at the office; at a clinic without one, by two."""
        actor, at, clinic_id = self.at_work(cast.DORIS, ago=ago), self.now - ago, _clinic_id(clinic)
        if active_administrators(clinic_id=clinic_id, at=at):
            appointing.appoint_local_administrator(**_named(person), clinic_id=clinic_id, actor=actor, at=at)
        else:
            wanted = nominating.nominate(
                **_named(person), role=Role.LOCAL_ADMINISTRATOR, clinic_id=clinic_id, actor=actor, at=at
            )
            nominating.confirm(nomination_id=wanted, actor=self.at_work(cast.INGRID, ago=ago), at=at)
        self.confirm(person, ago=ago)

    @_sealed
    def register(
        self,
        person: Person,
        clinic: str,
        message: str,
        *,
        role: Role = Role.REPORTER,
        confirms: bool = True,
        closed: bool = False,
        ago: timedelta,
    ) -> None:
        entering.register(
            card=self.card(person),
            email=EmailAddress.parse(person.email),
            clinic_id=_clinic_id(clinic),
            role=role,
            sub_registries=(*SUB_REGISTRIES, "led-nativ", "led-protes") if closed else SUB_REGISTRIES,
            message=message,
            language=settings.LANGUAGE_CODE,
            by=_by(person),
            at=self.now - ago,
        )
        if confirms:
            self.confirm(person, ago=ago)

    @_sealed
    def apply(self, person: Person, clinic: str, message: str, *, role: Role, ago: timedelta) -> None:
        applying.apply(
            account_id=_account_id(person),
            clinic_id=_clinic_id(clinic),
            role=role,
            sub_registries=SUB_REGISTRIES,
            message=message,
            by=_by(person),
            at=self.now - ago,
        )

    @_sealed
    def confirm(self, person: Person, *, ago: timedelta) -> None:
        """Types the code out of the letter, five minutes later."""
        letter = _found(newest_confirmation(account_id=_account_id(person)))
        confirming.confirm_by_code(
            account_id=letter.account_id,
            code=confirmation_code(letter.id, letter.version),
            by=_by(person),
            at=self.now - ago + timedelta(minutes=5),
        )

    @_sealed
    def attest(self, applicant: Person, administrator: Person, *, ago: timedelta) -> None:
        """As long as the administrator's own right lasts; at the office another has recommended the same."""
        at, wanted = self.now - ago, _found(newest_application(account_id=_account_id(applicant)))
        actor = self.at_work(administrator, ago=ago)
        last_day = reach_of(actor, at=at).last_day(at=at)
        if actor.seat.clinic_id is None:
            attesting.recommend(
                application_id=wanted.id,
                role=wanted.role,
                sub_registries=wanted.sub_registries,
                last_day=last_day,
                actor=self.at_work(cast.INGRID, ago=ago),
                at=at,
            )
        attesting.attest(
            application_id=wanted.id,
            role=wanted.role,
            sub_registries=wanted.sub_registries,
            last_day=last_day,
            actor=actor,
            at=at,
        )

    @_sealed
    def prepare_disclosure(self, by: Person, *, ago: timedelta) -> None:
        """Of the pneumonias of half a year, without what only the patient's care needs."""
        at = self.now - ago
        wish = DisclosureWish(
            project="Tid till antibiotika vid pneumoni",
            approval=Approval.parse("2026-04711-01"),
            recipient_name="Agneta Ström",
            recipient_organisation="Norrviks universitet",
            sub_registry="pneumoni",
            first_day=day_of(at) - timedelta(days=180),
            last_day=day_of(at),
            parts=frozenset(part.code for part in parts_of("pneumoni") if not part.code.startswith("follow_up")),
            reason="Ansökan 26RS0815. Variabelförteckningen är granskad.",
        )
        preparing.prepare(actor=self.at_work(by, ago=ago), wish=wish, at=at)

    @_sealed
    def propose_substitute(self, person: Person, by: Person, *, days: range, ago: timedelta) -> None:
        """For these days, counted from when it is proposed."""
        at = self.now - ago
        first_day, last_day = (day_of(at) + timedelta(days[place]) for place in (0, -1))
        substitutes.propose(
            account_id=_account_id(person),
            first_day=first_day,
            last_day=last_day,
            actor=self.at_work(by, ago=ago),
            at=at,
        )

    @_sealed
    def confirm_substitute(self, person: Person, by: Person, *, ago: timedelta) -> None:
        actor, at = self.at_work(by, ago=ago), self.now - ago
        waiting = substitutes.proposed(actor=actor, at=at)
        wanted = next(one for one in waiting if one.hsa_id == HsaId(person.hsa_id))
        substitutes.confirm(substitution_id=wanted.id, actor=actor, at=at)

    @_sealed
    def ask_whether_all_still_work(self, clinic: str, reason: str, *, ago: timedelta) -> None:
        actor = self.at_work(cast.DORIS, ago=ago)
        start(clinic_id=_clinic_id(clinic), reason=reason, actor=actor, at=self.now - ago)

    @_sealed
    def draw_review(self, reviewer: Person, clinic: str, *, since: timedelta, ago: timedelta) -> None:
        """By lot, of what people at the clinic have done for so long; the reviewer is invited."""
        at = self.now - ago
        reviews.draw_sample(
            clinic_id=_clinic_id(clinic),
            span=TimeSpan(at - since, at),
            size=reviews.USUAL_SIZE,
            reviewer_id=_account_id(reviewer),
            actor=self.at_work(reviewer, ago=ago),
            at=at,
        )

    def report(self, reporter: Person, *, until: timedelta) -> None:
        """What the reporter registers up to `until` ago and has not yet: what happens in the country has its order."""
        while self.to_report and self.to_report[0].step.at <= self.now - until:
            registration = self.to_report.pop(0)
            actor = self.at_work(reporter, ago=self.now - registration.step.at)
            registration.carry_out(self.begun, actor=actor)
            self.seal(at=registration.step.at)

    @_sealed
    def at_work(self, person: Person, *, ago: timedelta) -> Actor:
        """From the card at the door to the seat."""
        at, browser = self.now - ago, new_token()
        label = attempts.begin(purpose=Purpose.LOGIN, browser=browser, network=None, at=at)
        claimed = doors.claim(label=label, network=None, at=at)
        code = doors.answer(attempt_id=claimed.attempt_id, card=self.card(person), network=None, at=at)
        proof = attempts.proof(code=code, browser=browser, network=None, at=at)
        if not isinstance(proof, Proof):
            raise TypeError(f"the card of {person.name} proves nothing")
        key = entering.enter(proof=proof, network=None, at=at).session_key
        actor = who(sitting=sessions.sitting(key=key, seen=True, at=at), at=at)
        if not isinstance(actor, Actor):
            raise TypeError(f"{person.name} is not at work")
        return actor

    def card(self, person: Person) -> CardFacts:
        if person not in self.read:
            self.read[person] = self._read(person)
        return self.read[person]

    def _read(self, person: Person) -> CardFacts:
        presented = PresentedCertificate(der=certificate_in(self.cards / cast.hsa_file(person)))
        # As of now: the demo's cards are younger than its story.
        return CardFacts.of(verify(presented, trust=trust(), revocation=revocation(), at=self.now))


def _named(person: Person) -> _Named:
    return {
        "hsa_id": HsaId.parse(person.hsa_id),
        "given_name": person.given_name,
        "surname": person.surname,
        "email": EmailAddress.parse(person.email),
    }


def _by(person: Person) -> By:
    return By(hsa_id=HsaId(person.hsa_id), name=person.name)


def _clinic_id(code: str) -> int:
    return _found(clinic_by_code(code)).id


def _account_id(person: Person) -> int:
    return _found(living_account(hsa_id=HsaId(person.hsa_id))).id


def _found(what: T | None) -> T:
    if what is None:
        raise LookupError("a part of the country's story is missing")
    return what
