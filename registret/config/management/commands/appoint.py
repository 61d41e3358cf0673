"""`registret appoint`: the first people of a registry. Two named people decide, and the log keeps both names."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from registret.access.grants.rules import last_possible_day
from registret.access.refusals import AlreadyGranted, ClinicClosed, GivesRights, PersonSuspended, PrincipalsMissing
from registret.access.roles import ROLES_AT_A_CLINIC, Role
from registret.access.staff.appointing import appoint_by_program
from registret.accounts.queries import AccountRow, living_account
from registret.config.management.decided import Program
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId, Malformed
from registret.kernel.refused import Refused
from registret.places.queries import ClinicRow, clinic_by_code
from registret.rate_limits.services import TooMany
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length

_NAME_LENGTH = 100
_ROLES = ", ".join(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentWish:
    """What was asked for, well-formed."""

    hsa_id: HsaId
    given_name: str
    surname: str
    email: EmailAddress
    role: Role
    clinic: ClinicRow | None
    decided_by: tuple[str, str]


class Command(Program):
    help = "Gives a person a role: two named people have decided it, and the log keeps their names."
    nothing_done = "nobody was appointed"

    def add_arguments(self, parser: ArgumentParser) -> None:
        # What is missing or wrong is said by this command, all of it at once, and not by argparse.
        parser.add_argument("--hsa-id", default="", help="SE2321009991-E00K4T2")
        parser.add_argument("--given-name", default="", help="used if the HSA-id has no account yet")
        parser.add_argument("--surname", default="", help="used if the HSA-id has no account yet")
        parser.add_argument("--mail", default="", help="used if the HSA-id has no account yet")
        parser.add_argument("--role", default="", help=_ROLES)
        parser.add_argument("--clinic", default="", metavar="CODE", help="for roles at a clinic")
        parser.add_argument("--decided-by", action="append", default=[], metavar="NAME", help="twice, two people")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        try:
            wish = self._wish(options)
            before = living_account(hsa_id=wish.hsa_id)
            self._appoint(wish, at=at)
            after = living_account(hsa_id=wish.hsa_id)
        except DatabaseError as trouble:
            self.stop(f"the database does not do it: {_first_line(trouble)}")
        if after is not None:
            self.stdout.write(_done(wish, after, at=at))
            self.stdout.write(_next(after, is_new=before is None))

    def _wish(self, options: dict[str, Any]) -> AppointmentWish:
        faults: list[str] = []
        hsa_id = _parsed(HsaId.parse, options["hsa_id"], "--hsa-id", faults, allow_test=settings.ACCEPT_TEST_CARDS)
        email = _parsed(EmailAddress.parse, options["mail"], "--mail", faults)
        names = {option: " ".join(options[option].split()) for option in ("given_name", "surname")}
        faults += _name_faults(names)
        role = Role(options["role"]) if options["role"] in list(Role) else None
        if role is None:
            faults.append(f"--role: one of {_ROLES}")
        place = clinic_by_code(options["clinic"]) if options["clinic"] else None
        faults += _clinic_faults(role, options["clinic"], place)
        decided_by = [" ".join(name.split()) for name in options["decided_by"]]
        if len(decided_by) != 2:
            faults.append("--decided-by: give it twice, with the names of the two people who have decided")
        if faults or hsa_id is None or email is None or role is None:
            self.stop(*faults)
        return AppointmentWish(
            hsa_id=hsa_id,
            email=email,
            role=role,
            clinic=place,
            decided_by=(decided_by[0], decided_by[1]),
            **names,
        )

    def _appoint(self, wish: AppointmentWish, *, at: datetime) -> None:
        try:
            appoint_by_program(
                hsa_id=wish.hsa_id,
                given_name=wish.given_name,
                surname=wish.surname,
                email=wish.email,
                role=wish.role,
                clinic_id=wish.clinic.id if wish.clinic else None,
                decided_by=wish.decided_by,
                by=By.of_program("appoint"),
                at=at,
            )
        except Refused as refusal:
            self.stop(_refused(refusal, wish))


def _parsed(parse: Any, text: str, option: str, faults: list[str], **how: bool) -> Any:
    """What `parse` makes of the text; None, and a fault more, if it is missing or malformed."""
    try:
        return parse(text.strip(), **how)
    except Malformed as trouble:
        faults.append(f"{option}: {trouble}" if text.strip() else f"{option} is missing")
        return None


def _name_faults(names: dict[str, str]) -> Iterable[str]:
    for name, value in names.items():
        option = f"--{name.replace('_', '-')}"
        if not value:
            yield f"{option} is missing"
        elif len(value) > _NAME_LENGTH or not value.isprintable():
            yield f"{option}: at most {_NAME_LENGTH} printable characters"


def _clinic_faults(role: Role | None, code: str, place: ClinicRow | None) -> Iterable[str]:
    if code and place is None:
        yield f"--clinic: there is no clinic with the code {code!r} (registret import-clinics)"
    elif place is not None and not place.is_open:
        yield f"--clinic: {place.title} is closed"
    if role in ROLES_AT_A_CLINIC and not code:
        yield f"--clinic is missing: {role} sits at a clinic"
    elif role is not None and role not in ROLES_AT_A_CLINIC and code:
        yield f"--clinic: {role} sits at no clinic"


def _refused(refusal: Refused, wish: AppointmentWish) -> str:
    match refusal:
        case PrincipalsMissing():
            return "--decided-by: two different people, each by name"
        case AlreadyGranted():
            return f"{wish.hsa_id} is {wish.role} there already, for as long as is possible"
        case PersonSuspended():
            return f"{wish.hsa_id} is suspended, and cannot get a role of the registry itself"
        case GivesRights():
            return (
                f"{wish.hsa_id} cannot be {wish.role}: nobody is in the registry office and also log reviewer or case "
                "handler (registret dismiss takes the other role back)"
            )
        case ClinicClosed():
            return "--clinic: it was closed a moment ago"
        case TooMany():
            return f"too many letters to this person or address: try again {timezone.localtime(refusal.again_at):%H:%M}"
        case _:
            return f"refused: {refusal.code}"


def _done(wish: AppointmentWish, account: AccountRow, *, at: datetime) -> str:
    where = f" at {wish.clinic.title}" if wish.clinic else ""
    until = last_possible_day(at=at, months=length(TimeLimit.GRANT).number)
    return f"{account.name} ({account.hsa_id}) is {wish.role}{where} until {until}"


def _next(account: AccountRow, *, is_new: bool) -> str:
    if account.confirmed_at is not None:
        return f"Next: log in with the card at {settings.SITE_ORIGIN} (a letter says so to {account.email})"
    letter = "two letters are on their way" if is_new else "a letter is on its way"
    return (
        f"Next: {letter} to {account.email}; log in with the card at {settings.SITE_ORIGIN} "
        "and confirm the address with the link or the code"
    )


def _first_line(trouble: Exception) -> str:
    return next(iter(str(trouble).strip().splitlines()), type(trouble).__name__)
