"""The population register as a service: what it says is followed, and silence changes nothing."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from pytest_django import Settings

from registret.demo.authorities import ServerFiles
from registret.demo.pki import DemoAuthority
from registret.demo.services.national_platform import function_certificate
from registret.demo.services.stand_in import StandIn
from registret.outgoing.named import NamedService
from registret.records.identity import lookups, population
from registret.records.models import Patient, Step
from registret.records.refusals import RegisterSilent
from registret.records.reporting import letters
from registret.records.scope import all_providers
from tests.rooms.records.scene import (
    DAY,
    HOUR,
    NOW,
    RESERVE,
    SAMORDNAD,
    TOLVAN,
    Ward,
    begun,
    case,
    handler,
    log,
    number,
    opt_out,
    system_id_of,
    ward,
)

pytestmark = pytest.mark.django_db

TOLVAN_NOW: Final = "191212121212"
SAME_DAY: Final = "19121212-2384"
"""Another number with Tolvan's birth date."""
OTHER_DAY: Final = "19480229-2393"
PERSON: Final = {"given_name": "Tolvan", "surname": "Tolvansson", "sex": "male", "protected": False}


@dataclass(slots=True, kw_only=True)
class PopulationService(StandIn):
    """`people`: what it says, by number. `asked`: the numbers of each question that was answered."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}/people"

    def prepare(self) -> None:
        """Nothing takes long."""

    def reply(self, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        numbers = json.loads(content)["numbers"]
        self.asked.append(numbers)
        found = [{"number": one, **self.people[one]} for one in numbers if one in self.people]
        return 200, json.dumps({"people": found}).encode()


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()


@pytest.fixture
def register(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[PopulationService]:
    """It knows Tolvan; a slow machine is waited for."""
    monkeypatch.setattr(population, "PATIENCE", 30.0)
    authority = DemoAuthority.load(Path(settings.TRUST_DIR).parent / "ca")
    with tempfile.TemporaryDirectory() as name:
        shown, ca = ServerFiles(chain=Path(name, "chain.pem"), key=Path(name, "key.pem")), Path(name, "ca.pem")
        function_certificate(shown, ca, at=authority.created)
        with PopulationService(files=authority.site_server, client_ca=ca) as service:
            service.people[TOLVAN_NOW] = dict(PERSON)
            settings.POPULATION_SERVICE = NamedService(
                address=service.address,
                certificate=str(shown.chain),
                key=str(shown.key),
                ca_file=str(authority.web_root),
            )
            yield service


def tolvan() -> Patient:
    with all_providers():
        return Patient.objects.get(system_id=system_id_of(TOLVAN))


def test_a_new_patient_has_the_name_that_the_service_knows(here: Ward, register: PopulationService) -> None:
    begun(here.anna)
    assert (tolvan().surname, tolvan().looked_up_at) == ("Tolvansson", NOW)
    begun(here.anna, patient=RESERVE)
    assert register.asked == [[TOLVAN_NOW]], "a reserve number is nobody's there"


def test_a_death_and_a_protection_are_followed_by_the_acts_that_there_are(
    here: Ward, register: PopulationService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    episode = begun(here.anna)
    assert lookups.ask_again(at=NOW + HOUR) == 0, "it was asked an hour ago"
    register.people[TOLVAN_NOW] |= {"protected": True, "died_on": "2026-11-23"}
    assert lookups.ask_again(at=NOW + DAY) == 1
    assert (tolvan().is_protected, tolvan().died_on) == (True, date(2026, 11, 23))
    with all_providers():
        assert Step.objects.get(episode__system_id=episode, code="follow_up").state == "closed"
    assert log("patient.looked_up")[0].facts == {"fields": "is_protected,died_on"}
    assert "asked about 1, knew 1, changed 1" in caplog.text
    assert not {"1212", "Tolvan"} & set(caplog.text.replace("-", " ").split())


def test_many_are_asked_about_at_once(here: Ward, register: PopulationService) -> None:
    begun(here.anna)
    begun(here.anna, patient=SAMORDNAD)
    lookups.ask_again(at=NOW + DAY)
    assert sorted(register.asked[-1]) == sorted([TOLVAN_NOW, number(SAMORDNAD).text])


BROKEN: Final = (
    (500, b"no"),
    (200, b"no"),
    (200, b"[]"),
    (200, b'{"people": [{"number": "191212121212", "sex": "male"}]}'),
    (200, b'{"people": [{"number": "191212121212", "sex": "other", "protected": false}]}'),
    (200, b'{"people": [{"number": "191212121212", "sex": "male", "protected": true, "number_now": "1"}]}'),
    (200, b"x" * (300 * 1024)),
)


@pytest.mark.parametrize("instead", BROKEN)
def test_what_is_no_answer_changes_nothing_and_is_tried_again(
    here: Ward, register: PopulationService, caplog: pytest.LogCaptureFixture, instead: tuple[int, bytes]
) -> None:
    begun(here.anna)
    register.people[TOLVAN_NOW] |= {"protected": True}
    register.instead = instead
    assert lookups.ask_again(at=NOW + DAY) == 0
    assert register.calls == 3, "when the episode was begun, and twice in this round"
    assert not tolvan().is_protected
    assert "does not answer" in caplog.text
    assert "1212" not in caplog.text
    register.instead = None
    assert lookups.ask_again(at=NOW + DAY + HOUR) == 1, "the next round goes on"


def test_one_who_answers_late_holds_up_nobody(
    here: Ward, register: PopulationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(population, "PATIENCE", 0.5)
    register.late = 60
    begun(here.anna)
    assert (tolvan().surname, tolvan().looked_up_at) == ("", None), "registered, and asked about later"
    for _ in range(3):
        assert lookups.ask_again(at=NOW + DAY) == 0
    assert register.calls == 3, "then it is left alone"


def test_a_certificate_that_cannot_be_read_stops_no_registration(
    here: Ward, register: PopulationService, settings: Settings
) -> None:
    settings.POPULATION_SERVICE = replace(settings.POPULATION_SERVICE, certificate="/nowhere")
    begun(here.anna)
    assert (tolvan().surname, lookups.ask_again(at=NOW + DAY)) == ("", 0)


def test_no_letter_is_made_while_nobody_says_who_lives(
    here: Ward, register: PopulationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(here.anna, arrived_at=["2025-10-20T08:15"])
    register.instead = (500, b"")
    with all_providers():
        Step.objects.filter(code="follow_up").update(due_from=date(2026, 1, 1), due_to=date(2026, 12, 1))
    with pytest.raises(RegisterSilent):
        letters.letters_to_take(actor=here.anna, at=NOW)


def now_is(register: PopulationService, other: str) -> None:
    """The register says that Tolvan has another number by now."""
    register.people[TOLVAN_NOW] |= {"number_now": number(other).text}
    register.people[number(other).text] = {**PERSON, "surname": "Nysson"}


def test_a_new_number_is_followed_and_the_earlier_one_still_leads_to_the_patient(
    here: Ward, register: PopulationService
) -> None:
    begun(here.anna)
    patient = system_id_of(TOLVAN)
    now_is(register, SAME_DAY)
    assert lookups.ask_again(at=NOW + DAY) == 1
    assert system_id_of(TOLVAN) == system_id_of(SAME_DAY) == patient
    assert tolvan().surname == "Nysson"
    (entry,) = log("patient.number_changed")
    assert (entry.by_program, entry.facts) == ("population", {"before": "personnummer", "after": "personnummer"})
    assert lookups.ask_again(at=NOW + 2 * DAY) == 0
    assert register.asked[-1] == [number(SAME_DAY).text]


def test_a_new_number_is_left_to_people_if_it_may_be_anothers(here: Ward, register: PopulationService) -> None:
    begun(here.anna)
    before = system_id_of(TOLVAN)
    now_is(register, OTHER_DAY)
    assert lookups.ask_again(at=NOW + DAY) == 0, "another birth date"
    begun(here.anna, patient=SAME_DAY)
    now_is(register, SAME_DAY)
    assert lookups.ask_again(at=NOW + 2 * DAY) == 1, "the name of the other one only"
    assert system_id_of(TOLVAN) == before != system_id_of(SAME_DAY)
    assert log("patient.number_changed") == ()


def test_the_new_number_of_one_who_has_opted_out_is_left_alone(here: Ward, register: PopulationService) -> None:
    begun(here.anna)
    opt_out(actor=handler(), case=case(SAME_DAY), at=NOW)
    now_is(register, SAME_DAY)
    lookups.ask_again(at=NOW + DAY)
    assert log("patient.number_changed") == ()
    assert system_id_of(TOLVAN)


def test_an_answer_about_somebody_else_is_left_aside(here: Ward, register: PopulationService) -> None:
    begun(here.anna)
    told = [{**PERSON, "number": number(SAME_DAY).text, "protected": True}]
    register.instead = (200, json.dumps({"people": told}).encode())
    assert lookups.ask_again(at=NOW + DAY) == 0
    assert not tolvan().is_protected
