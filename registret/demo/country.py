"""A running country, brought into the database through the real services only: who works there, and who waits."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from django.conf import settings
from django.db import connection, transaction

from registret.access import appointing, attesting, confirming, entering
from registret.access.actor import Actor
from registret.access.queries import newest_application, who
from registret.access.roles import Role
from registret.access.rules import last_possible_day
from registret.accounts import attempts, sessions
from registret.accounts.attempts import Proof, Purpose
from registret.accounts.cardfacts import CardFacts
from registret.accounts.queries import living_account, newest_confirmation
from registret.cards import PresentedCertificate, verify
from registret.demo import cast, episodes
from registret.demo.cards import certificate_in
from registret.demo.cast import Person
from registret.demo.place import MARK
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.secret import new_token
from registret.mail.links import confirmation_code
from registret.places import clinic_file
from registret.places.queries import clinic_by_code
from registret.places.services import import_clinics
from registret.records import services as records
from registret.records.numbers import PatientNumber
from registret.records.services import NewPatient
from registret.registries.queries import form_in_force
from registret.settings.lengths import TimeLimit
from registret.settings.queries import length
from registret.web.trust import revocation, trust

T = TypeVar("T")

CLINICS: Final = Path(__file__).parent / "clinics.csv"
"""Sweden's regions with their infection clinics, and two regions that do not exist, where the cast works."""

SUB_REGISTRIES: Final = ("pneumoni", "sepsis")
"""What everybody asks for."""

DECIDED_BY: Final = ("Gunilla Ek", "Tomas Rask")
"""The two who decided about the first people of the registry."""


_EPISODES: Final = (
    (150, {"acute": "signed", "discharge": "signed"}),
    (40, {"acute": "signed", "discharge": "signed"}),
    (20, {"acute": "signed", "discharge": "half"}),
    (9, {"acute": "signed", "discharge": "aside"}),
    (6, {"acute": "half"}),
    (2, {"acute": "half"}),
)
"""Days between arrival and registration, and how far each step has come."""


def is_there() -> bool:
    """Whether the country has been furnished."""
    return living_account(hsa_id=cast.DORIS.hsa_id) is not None


@transaction.atomic
def furnish(*, cards: Path, at: datetime) -> None:
    """Clinics, people at work and people who wait, over the month before `at`; all of it or nothing.

    `cards` is the folder of the cast's cards, which the door must believe. Anna is not there: she is the newcomer.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON TABLE accounts_account IS '{MARK}'")
    story = _Story(cards=cards, now=at)
    story.open_country(ago=timedelta(days=30))
    for person, role in ((cast.DORIS, Role.REGISTRY_OFFICE), (cast.ERIK, Role.LOG_REVIEWER)):
        story.appoint_by_program(person, role, ago=timedelta(days=30))
    for person, clinic in (
        (cast.BERTIL, cast.INFECTION),
        (cast.KARIN, cast.INFECTION),
        (cast.CECILIA, cast.SYDVIK),
    ):
        story.appoint_local_administrator(person, clinic, ago=timedelta(days=29))
    story.register(cast.NADIA, cast.INFECTION, "Registrerar pneumoni och sepsis.", ago=timedelta(days=20))
    story.attest(cast.NADIA, cast.BERTIL, ago=timedelta(days=19))
    story.report(cast.NADIA)
    # At Medicinkliniken nobody attests, so the registry office does.
    story.register(cast.MOA, cast.MEDICINE, "Läkare på medicinkliniken sedan i våras.", ago=timedelta(days=8))
    story.register(cast.PER_OLOF, cast.INFECTION, "Ny ST-läkare på avdelning 12.", ago=timedelta(days=4))
    story.register(cast.YUSUF, cast.SYDVIK, "Forskningssjuksköterska.", ago=timedelta(days=2))
    story.register(cast.ELIN, cast.INFECTION, "", confirms=False, ago=timedelta(hours=20))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """What people do, each act `ago` before `now`."""

    cards: Path
    now: datetime

    def open_country(self, *, ago: timedelta) -> None:
        rows, faults = clinic_file.read(CLINICS.read_bytes())
        by = By.of_program("import-clinics")
        done = import_clinics(rows=rows, dry_run=False, by=by, at=self.now - ago)
        if faults or done.faults:
            raise ValueError(f"{CLINICS.name}: {[*faults, *done.faults]}")

    def appoint_by_program(self, person: Person, role: Role, *, ago: timedelta) -> None:
        appointing.appoint_by_program(
            hsa_id=HsaId.parse(person.hsa_id),
            given_name=person.given_name,
            surname=person.surname,
            email=EmailAddress.parse(person.email),
            role=role,
            clinic_id=None,
            decided_by=DECIDED_BY,
            by=By.of_program("appoint"),
            at=self.now - ago,
        )
        self.confirm(person, ago=ago)

    def appoint_local_administrator(self, person: Person, clinic: str, *, ago: timedelta) -> None:
        appointing.appoint_local_administrator(
            hsa_id=HsaId.parse(person.hsa_id),
            given_name=person.given_name,
            surname=person.surname,
            email=EmailAddress.parse(person.email),
            clinic_id=_clinic_id(clinic),
            actor=self.at_work(cast.DORIS, ago=ago),
            at=self.now - ago,
        )
        self.confirm(person, ago=ago)

    def register(self, person: Person, clinic: str, message: str, *, confirms: bool = True, ago: timedelta) -> None:
        entering.register(
            card=self.card(person),
            email=EmailAddress.parse(person.email),
            clinic_id=_clinic_id(clinic),
            role=Role.REPORTER,
            sub_registries=SUB_REGISTRIES,
            message=message,
            language=settings.LANGUAGE_CODE,
            by=_by(person),
            at=self.now - ago,
        )
        if confirms:
            self.confirm(person, ago=ago)

    def confirm(self, person: Person, *, ago: timedelta) -> None:
        """Types the code out of the letter, five minutes later."""
        letter = _found(newest_confirmation(account_id=_account_id(person)))
        confirming.confirm_by_code(
            account_id=letter.account_id,
            code=confirmation_code(letter.id, letter.version),
            by=_by(person),
            at=self.now - ago + timedelta(minutes=5),
        )

    def attest(self, applicant: Person, administrator: Person, *, ago: timedelta) -> None:
        at = self.now - ago
        attesting.attest(
            application_id=_found(newest_application(account_id=_account_id(applicant))).id,
            role=Role.REPORTER,
            sub_registries=SUB_REGISTRIES,
            last_day=last_possible_day(at=at, months=length(TimeLimit.GRANT).number),
            actor=self.at_work(administrator, ago=ago),
            at=at,
        )

    def report(self, reporter: Person) -> None:
        """Episodes of pneumonia: some finished, one with its follow-up due, some half done, one laid aside."""
        rng = random.Random(2026)  # noqa: S311 - invented people
        actor = self.at_work(reporter, ago=timedelta(days=18))
        for number, (arrived, steps) in enumerate(_EPISODES):
            at = self.now - timedelta(days=17 - number)
            began_at = at - timedelta(days=arrived)
            born, patient = episodes.of_age(rng, at=began_at)
            text = episodes.fictitious_number(rng, born=born)
            form = _found(form_in_force("pneumoni"))
            story = episodes.told(form, patient=episodes.sexed(text, patient), began_at=began_at, at=at, rng=rng)
            episode = records.begin(
                actor=actor,
                who=NewPatient(number=PatientNumber.parse(text, today=at.date())),
                sub_registry=form.code,
                written=story.written[form.inclusion.code],
                is_no_double=True,
                at=at,
            )
            for step, what in steps.items():
                whole = story.written[step]
                written = dict(list(whole.items())[: len(whole) if what == "signed" else len(whole) // 2])
                records.write(actor=actor, episode=episode, step=step, base=0, written=written, at=at)
                if what == "signed" and story.assessments[step].can_be_signed:
                    records.sign(actor=actor, episode=episode, step=step, base=1, at=at)
                if what == "aside":
                    records.lay_aside(actor=actor, episode=episode, step=step, at=at)

    def at_work(self, person: Person, *, ago: timedelta) -> Actor:
        """From the card at the door to the seat."""
        at, browser = self.now - ago, new_token()
        label = attempts.begin(purpose=Purpose.LOGIN, browser=browser, network=None, at=at)
        claimed = attempts.claim(label=label, network=None, at=at)
        code = attempts.answer(attempt_id=claimed.attempt_id, card=self.card(person), network=None, at=at)
        proof = attempts.proof(code=code, browser=browser, network=None, at=at)
        if not isinstance(proof, Proof):
            raise TypeError(f"the card of {person.name} proves nothing")
        key = entering.enter(proof=proof, network=None, at=at).session_key
        actor = who(sitting=sessions.sitting(key=key, seen=True, at=at), at=at)
        if not isinstance(actor, Actor):
            raise TypeError(f"{person.name} is not at work")
        return actor

    def card(self, person: Person) -> CardFacts:
        presented = PresentedCertificate(der=certificate_in(self.cards / cast.hsa_file(person)))
        # As of now: the demo's cards are younger than its story.
        return CardFacts.of(verify(presented, trust=trust(), revocation=revocation(), at=self.now))


def _by(person: Person) -> By:
    return By(hsa_id=person.hsa_id, name=person.name)


def _clinic_id(code: str) -> int:
    return _found(clinic_by_code(code)).id


def _account_id(person: Person) -> int:
    return _found(living_account(hsa_id=person.hsa_id)).id


def _found(what: T | None) -> T:
    if what is None:
        raise LookupError("a part of the country's story is missing")
    return what
