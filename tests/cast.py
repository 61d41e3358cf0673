"""The cast: six people and three clinics, brought into the database through the real services only.

Anna reports at the infection clinic of Norrvik. Bertil is her local administrator, Karin his colleague. Cecilia is
local administrator in Sydvik and must see nothing of Norrvik. Doris runs the registry office. Erik reviews the log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from registret.access.actor import Actor
from registret.access.applications import applying, confirming, entering
from registret.access.queries import logins
from registret.access.queries.applications import newest_application
from registret.access.roles import Role
from registret.access.staff import appointing
from registret.accounts import attempts, doors
from registret.accounts import services as accounts
from registret.accounts.attempts import Proof, Purpose
from registret.accounts.cardfacts import CardFacts
from registret.accounts.lifecycle import Authority
from registret.accounts.queries import AccountRow, living_account, newest_confirmation
from registret.accounts.sessions import sitting
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.kernel.secret import new_token
from registret.mail.links import confirmation_code
from registret.places.clinic_file import COLUMNS, read
from registret.places.queries import clinic, clinic_by_code
from registret.places.services import import_clinics


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a card and a mail address."""

    card: CardFacts
    email: EmailAddress

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def hsa_id(self) -> str:
        return self.card.hsa_id.text

    @property
    def by(self) -> By:
        """As the log shows somebody who has shown this card and is not at work."""
        return By(hsa_id=self.card.hsa_id, name=self.name)


def person(
    given_name: str, surname: str, hsa_id: str, *, organisation: str = "Region Norrvik", email: str = ""
) -> Person:
    """A person of your own, with a card that outlives every test."""
    local = f"{given_name}.{surname}".lower().translate(str.maketrans("åäöé ", "aaoe."))
    email = email or f"{local}@{organisation.replace(' ', '').lower()}.se"
    return Person(
        card=CardFacts(
            hsa_id=HsaId.parse(hsa_id),
            given_name=given_name,
            surname=surname,
            organisation=organisation,
            issuer="DEMO SITHS e-id Person HSA-id 3 CA v1",
            level=3,
            serial="4f1c",
            fingerprint=hsa_id.encode().hex().ljust(64, "0"),
            not_after=datetime(2099, 1, 1, tzinfo=UTC),
            environment="test",
        ),
        email=EmailAddress.parse(email),
    )


ANNA = person("Anna", "Berg", "SE2321009991-E00K4T2")
BERTIL = person("Bertil", "Holm", "SE2321009991-E00B2H8")
KARIN = person("Karin", "Nyberg", "SE2321009991-E00K7L3")
CECILIA = person("Cecilia", "Dahl", "SE2321009983-E00C5D1", organisation="Region Sydvik")
DORIS = person("Doris", "Lund", "SE2321009991-E00D0R1")
INGRID = person("Ingrid", "Falk", "SE2321009991-E00J3F2")
"""Doris's colleague, in tests that bring her in."""
ERIK = person("Erik", "Sand", "SE2321009991-E00E3S7")

INFECTION, MEDICINE, SYDVIK = "infektion-norrvik", "medicin-norrvik", "infektion-sydvik"
_CLINICS = f"""{";".join(COLUMNS)}
98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;{INFECTION};Infektionskliniken;Norrviks sjukhus;;;;
98;Region Norrvik;Region Norrvik;232100-9991;regionnorrvik.se;{MEDICINE};Medicinkliniken;Norrviks sjukhus;;;;
99;Region Sydvik;Region Sydvik;232100-9983;regionsydvik.se;{SYDVIK};Infektionskliniken;Sydviks sjukhus;;;;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """Ids of the clinics. Bertil and Karin attest at `infection`, Cecilia at `sydvik`, nobody at `medicine`."""

    infection: int
    medicine: int
    sydvik: int


def country(at: datetime) -> Country:
    """Everything but Anna: clinics, Doris and Erik by the program, and so are Bertil, Karin and Cecilia."""
    place = clinics(at)
    appoint_by_program(DORIS, Role.REGISTRY_OFFICE, at=at)
    appoint_by_program(ERIK, Role.LOG_REVIEWER, at=at)
    for somebody, clinic_id in ((BERTIL, place.infection), (KARIN, place.infection), (CECILIA, place.sydvik)):
        appoint(somebody, clinic_id, at=at)
    return place


def clinics(at: datetime) -> Country:
    """Two regions with three clinics, and nobody in them."""
    rows, faults = read(_CLINICS.encode())
    assert faults == ()
    assert import_clinics(rows=rows, dry_run=False, by=By.of_program("test"), at=at).faults == ()
    return Country(infection=clinic_id(INFECTION), medicine=clinic_id(MEDICINE), sydvik=clinic_id(SYDVIK))


def bring_clinics(hospitals: Sequence[str], *, at: datetime) -> None:
    """More infection clinics in Norrvik, one at each hospital."""
    norrvik = _CLINICS.splitlines()[1]
    lines = [
        norrvik.replace(INFECTION, f"infektion-{number}").replace("Norrviks sjukhus", hospital)
        for number, hospital in enumerate(hospitals)
    ]
    rows, faults = read("\n".join([";".join(COLUMNS), *lines]).encode())
    assert faults == ()
    assert import_clinics(rows=rows, dry_run=False, by=By.of_program("test"), at=at).faults == ()


def clinic_id(code: str) -> int:
    found = clinic_by_code(code)
    assert found is not None
    return found.id


def region_of(clinic_id: int) -> int:
    found = clinic(clinic_id)
    assert found is not None
    return found.region_id


def suspend(who: Person, *, at: datetime) -> None:
    """By the office."""
    office = By(hsa_id=DORIS.card.hsa_id, name=DORIS.name)
    accounts.suspend(account_id=account_of(who).id, reason="utreds", authority=Authority.OFFICE, by=office, at=at)


def close_clinic(code: str, *, at: datetime) -> None:
    """The clinic's line in the registry office's file says that it is closed."""
    rows, faults = read(
        "\n".join(f"{line}ja" if f";{code};" in line else line for line in _CLINICS.splitlines()).encode()
    )
    assert faults == ()
    assert import_clinics(rows=rows, dry_run=False, by=By.of_program("test"), at=at).faults == ()


def appoint_by_program(who: Person, role: Role, *, clinic_id: int | None = None, at: datetime) -> int:
    """From the command line, and the person confirms the mail; returns the grant's id."""
    grant_id = appointing.appoint_by_program(
        hsa_id=who.card.hsa_id,
        given_name=who.card.given_name,
        surname=who.card.surname,
        email=who.email,
        role=role,
        clinic_id=clinic_id,
        decided_by=("Sven Styrelse", "Tove Tvåa"),
        by=By.of_program("appoint"),
        at=at,
    )
    confirm_mail(who, at=at)
    return grant_id


def appoint(who: Person, clinic_id: int, *, confirmed: bool = True, at: datetime) -> int:
    """Somebody becomes local administrator in the name of two; the mail is confirmed unless it must not be; returns the
    grant's id."""
    grant_id = appointing.appoint_by_program(
        hsa_id=who.card.hsa_id,
        given_name=who.card.given_name,
        surname=who.card.surname,
        email=who.email,
        role=Role.LOCAL_ADMINISTRATOR,
        clinic_id=clinic_id,
        decided_by=("Sven Styrelse", "Tove Tvåa"),
        by=By.of_program("appoint"),
        at=at,
    )
    if confirmed:
        confirm_mail(who, at=at)
    return grant_id


def register(
    who: Person,
    clinic_id: int,
    *,
    role: Role = Role.REPORTER,
    sub_registries: tuple[str, ...] = ("pneumoni",),
    message: str = "",
    email: EmailAddress | None = None,
    confirmed: bool = True,
    at: datetime,
) -> int:
    """Registrera dig, and the mail is confirmed unless it must not be; returns the application's id."""
    account_id = entering.register(
        card=who.card,
        email=email or who.email,
        clinic_id=clinic_id,
        role=role,
        sub_registries=sub_registries,
        message=message,
        language="sv",
        by=who.by,
        at=at,
    )
    if confirmed:
        confirm_mail(who, at=at)
    application = newest_application(account_id=account_id)
    assert application is not None
    return application.id


def apply_again(
    who: Person,
    clinic_id: int,
    *,
    role: Role = Role.REPORTER,
    sub_registries: tuple[str, ...] = ("pneumoni",),
    at: datetime,
) -> int:
    """A further application of somebody who has an account; answers its id."""
    return applying.apply(
        account_id=account_of(who).id,
        clinic_id=clinic_id,
        role=role,
        sub_registries=sub_registries,
        message="",
        by=who.by,
        at=at,
    )


def confirm_mail(who: Person, *, at: datetime) -> None:
    """Types the code of the newest letter, if the address is not confirmed yet."""
    if account_of(who).confirmed_at is not None:
        return
    letter = newest_confirmation(account_id=account_of(who).id)
    assert letter is not None
    code = confirmation_code(letter.id, letter.version)
    confirming.confirm_by_code(account_id=letter.account_id, code=code, by=who.by, at=at)


def account_of(who: Person) -> AccountRow:
    found = living_account(hsa_id=who.card.hsa_id)
    assert found is not None
    return found


def show_card(who: Person, *, at: datetime) -> Proof:
    """The card at the door, from label to proof."""
    browser = new_token()
    label = attempts.begin(purpose=Purpose.LOGIN, browser=browser, network=None, at=at)
    claimed = doors.claim(label=label, network=None, at=at)
    code = doors.answer(attempt_id=claimed.attempt_id, card=who.card, network=None, at=at)
    proof = attempts.proof(code=code, browser=browser, network=None, at=at)
    assert isinstance(proof, Proof)
    return proof


def log_in(who: Person, *, at: datetime) -> str:
    """A card and what follows; returns the key of the session, at work or not."""
    return entering.enter(proof=show_card(who, at=at), network=None, at=at).session_key


def stay_awake(key: str, *, since: datetime, until: datetime) -> None:
    """Clicks every ten minutes, so that a session is not idle at `until`."""
    moment = since
    while moment < until:
        moment = min(moment + timedelta(minutes=10), until)
        sitting(key=key, seen=True, at=moment)


def actor(who: Person, *, at: datetime) -> Actor:
    """Somebody at work, just logged in."""
    found = logins.who(sitting=sitting(key=log_in(who, at=at), seen=True, at=at), at=at)
    assert isinstance(found, Actor)
    return found
