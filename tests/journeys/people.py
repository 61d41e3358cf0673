"""The cast, as people with cards who go to a running house."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from registret.demo.certificates import IssuedCertificate
from tests.journeys.running import House, link_in
from tests.journeys.wire import Visitor, heading, token_in

CLINIC = "infektion-norrvik"
CLINIC_TITLE = "Infektionskliniken, Norrviks sjukhus"
_numbers = itertools.count(100)


@dataclass(slots=True)
class Person:
    """Somebody with a card, an address, and a name that letters use."""

    house: House
    given_name: str
    surname: str
    hsa_id: str
    organisation: str = "Region Norrvik"
    domain: str = "regionnorrvik.se"
    cards: dict[str, IssuedCertificate] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}"

    @property
    def mail(self) -> str:
        return f"{self.given_name}.{self.surname}@{self.domain}".lower().translate(str.maketrans("åäö", "aao"))

    @property
    def card(self) -> IssuedCertificate:
        """The HSA-id certificate for legitimering, the same each time."""
        if "hsa" not in self.cards:
            self.cards["hsa"] = self.house.authority.issue_card(
                given_name=self.given_name,
                surname=self.surname,
                organisation=self.organisation,
                kind="hsa",
                hsa_id=self.hsa_id,
            )
        return self.cards["hsa"]

    @property
    def person_id(self) -> IssuedCertificate:
        """The certificate that names the same person by (fictitious) personal number."""
        if "person" not in self.cards:
            self.cards["person"] = self.house.authority.issue_card(
                given_name=self.given_name,
                surname=self.surname,
                organisation=self.organisation,
                kind="person",
                personal_number="189912319812",
            )
        return self.cards["person"]

    def visitor(self) -> Visitor:
        return Visitor(self.house, self.card)


def newcomer(
    house: House, given_name: str, surname: str, organisation: str = "Region Norrvik", domain: str = "regionnorrvik.se"
) -> Person:
    """A person who is new to the registry, under an HSA-id that no other has."""
    return Person(house, given_name, surname, f"SE2321009991-E{next(_numbers):05}X", organisation, domain)


def appointed(house: House, person: Person, role: str, clinic: str | None = None) -> Person:
    """`person`, appointed by the operator's command, with confirmed mail, able to log in."""
    names = ["--given-name", person.given_name, "--surname", person.surname]
    decided = ["--decided-by", "Greta Alm", "--decided-by", "Henrik Ek"]
    place = ["--clinic", clinic] if clinic else []
    house.run("appoint", "--hsa-id", person.hsa_id, *names, "--mail", person.mail, "--role", role, *place, *decided)
    letter = house.letter_to(person.mail, about="Bekräfta")
    visitor = person.visitor()
    start = visitor.log_in(lank=link_in(letter).rpartition("/")[2])
    assert person.given_name in heading(start), start.text
    return person


def registered(person: Person, *, clinic: str = CLINIC_TITLE, **difference: str) -> Visitor:
    """`person` has registered by the forms, and the letter is on its way."""
    visitor = person.visitor()
    page = visitor.log_in()
    assert heading(page) == "Registrera dig", page.text
    fields = {
        "email": person.mail,
        "clinic": clinic_id(page.text, clinic),
        "role": "reporter",
        "sub_registries": "pneumoni",
        "message": "",
        "secrecy": "on",
        "ok": "1",
        "csrfmiddlewaretoken": token_in(page),
    } | difference
    done = visitor.follow(visitor.post("/registrera", fields))
    assert heading(done).startswith("Nästan klart"), done.text
    return visitor


def reporting(
    house: House, person: Person, administrator: Person, *, registries: str = "pneumoni", clinic: str = CLINIC_TITLE
) -> Person:
    """`person` has registered, confirmed, and been attested by `administrator`: the next login is to work."""
    hers = registered(person, clinic=clinic, sub_registries=registries)
    hers.log_in(lank=link_in(house.letter_to(person.mail)).rpartition("/")[2])
    (number,) = house.ask_database(
        "SELECT max(a.id) FROM access_application a JOIN accounts_account p ON p.id = a.account_id WHERE p.hsa_id = %s",
        person.hsa_id,
    )[0]
    his = administrator.visitor()
    his.log_in()
    last_day = f"{datetime.now(UTC) + timedelta(days=365):%Y-%m-%d}"
    form = {"role": "reporter", "sub_registries": registries, "last_day": last_day}
    assert his.post(f"/attestera/{number}", form).status_code == 303
    return person


def clinic_id(page: str, title: str) -> str:
    found = re.search(rf'<option\s+value="(\d+)"[^>]*>\s*{re.escape(title)}\s*</option>', page)
    assert found is not None, title
    return found[1]
