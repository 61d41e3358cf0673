"""`registret appoint`: the first people of a registry, decided by two named people."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.access.queries.administrators import registry_office
from registret.access.queries.logins import seats_of
from registret.access.roles import Role
from registret.accounts.queries import living_account
from registret.ledger.queries import Wanted, entries
from registret.mail.queries import letters_about
from tests import cast
from tests.cast import BERTIL, DORIS

pytestmark = pytest.mark.django_db

DECIDED = ["--decided-by", "Sven Styrelse", "--decided-by", "Tove Tvåa"]


def arguments(**changes: str | None) -> list[str]:
    wish: dict[str, str | None] = {
        "hsa_id": DORIS.hsa_id,
        "given_name": "Doris",
        "surname": "Lund",
        "mail": DORIS.email.text,
        "role": "registry_office",
    }
    pairs = ((f"--{name.replace('_', '-')}", value) for name, value in (wish | changes).items())
    return [text for option, value in pairs if value is not None for text in (option, value)]


def appoint(*given: str) -> list[str]:
    out = StringIO()
    call_command("appoint", *given, stdout=out)
    return out.getvalue().splitlines()


def refused(*given: str) -> list[str]:
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("appoint", *given, stdout=err, stderr=err)
    assert stopped.value.code == 1
    lines = err.getvalue().splitlines()
    assert lines[-1] == "nobody was appointed"
    assert entries(wanted=Wanted(event="grant.appointed")).rows == ()
    return lines[:-1]


def test_the_first_office_is_appointed_and_both_names_are_in_the_log() -> None:
    lines = appoint(*arguments(), *DECIDED)
    assert lines[0].startswith(f"Doris Lund ({DORIS.hsa_id}) is registry_office until 2")
    assert "two letters are on their way to doris.lund@regionnorrvik.se" in lines[1]
    assert "https://registret.localhost:8443" in lines[1]
    (entry,) = entries(wanted=Wanted(event="grant.appointed")).rows
    assert (entry.by_program, entry.about_hsa_id) == ("appoint", DORIS.hsa_id)
    assert entry.facts["decided_by"] == "Sven Styrelse, Tove Tvåa"
    doris = cast.account_of(DORIS)
    assert {letter.kind for letter in letters_about(account_id=doris.id)} == {"appointed", "confirm_appointed"}


def test_whoever_is_appointed_comes_in_only_when_the_mail_is_confirmed() -> None:
    appoint(*arguments(), *DECIDED)
    now = timezone.now()
    assert registry_office(at=now) == ()
    cast.confirm_mail(DORIS, at=now)
    assert [d.name for d in registry_office(at=now)] == ["Doris Lund"]
    assert cast.actor(DORIS, at=now).seat.roles == {Role.REGISTRY_OFFICE}


def test_somebody_with_an_account_gets_the_role_under_the_name_that_they_have() -> None:
    cast.country(timezone.now())
    given = arguments(hsa_id=BERTIL.hsa_id.lower(), role="log_reviewer")
    lines = appoint(*given, *DECIDED)
    assert lines[0].startswith(f"Bertil Holm ({BERTIL.hsa_id}) is log_reviewer until ")
    assert lines[1].startswith("Next: log in with the card")
    assert cast.account_of(BERTIL).email == BERTIL.email


def test_a_role_at_a_clinic_takes_the_clinic() -> None:
    place = cast.clinics(timezone.now())
    lines = appoint(*arguments(role="local_administrator", clinic=cast.INFECTION), *DECIDED)
    assert "is local_administrator at Infektionskliniken, Norrviks sjukhus until" in lines[0]
    (seat,) = seats_of(account_id=cast.account_of(DORIS).id, at=timezone.now())
    assert seat.clinic_id == place.infection


@pytest.mark.parametrize(
    "decided",
    [
        [],
        ["--decided-by", "Sven Styrelse"],
        ["--decided-by", "Sven Styrelse", "--decided-by", " sven  styrelse "],
        ["--decided-by", "Sven Styrelse", "--decided-by", " "],
        ["--decided-by", "A", "--decided-by", "B", "--decided-by", "C"],
    ],
)
def test_two_different_people_must_have_decided(decided: list[str]) -> None:
    (line,) = refused(*arguments(), *decided)
    assert line.startswith("--decided-by")
    assert living_account(hsa_id=DORIS.card.hsa_id) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hsa_id": None}, "--hsa-id is missing"),
        ({"hsa_id": "191212121212"}, "--hsa-id: not the shape of an HSA-id"),
        ({"hsa_id": "SE2321009990-E00D0R1"}, "--hsa-id: the organisation number of the HSA-id has a wrong check digit"),
        ({"mail": "doris@"}, "--mail: not the shape of a mail address"),
        ({"mail": " "}, "--mail is missing"),
        ({"given_name": " "}, "--given-name is missing"),
        ({"surname": "x" * 101}, "--surname: at most 100 printable characters"),
        ({"surname": "a\nb\x07"}, "--surname: at most 100 printable characters"),
        ({"role": "king"}, "--role: one of reporter, reader"),
        ({"role": None}, "--role: one of reporter, reader"),
        ({"role": "local_administrator"}, "--clinic is missing"),
        ({"role": "reporter", "clinic": "nowhere"}, "--clinic: there is no clinic with the code 'nowhere'"),
        ({"clinic": cast.INFECTION}, "--clinic: registry_office sits at no clinic"),
    ],
)
def test_what_is_wrong_is_one_line_and_nobody_is_appointed(changes: dict[str, str | None], says: str) -> None:
    cast.clinics(timezone.now())
    (line,) = refused(*arguments(**changes), *DECIDED)
    assert line.startswith(says)
    assert living_account(hsa_id=DORIS.card.hsa_id) is None


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert len(refused()) == 6


def test_a_closed_clinic_takes_nobody() -> None:
    now = timezone.now()
    cast.clinics(now)
    cast.close_clinic(cast.MEDICINE, at=now)
    (line,) = refused(*arguments(role="local_administrator", clinic=cast.MEDICINE), *DECIDED)
    assert line == "--clinic: Medicinkliniken, Norrviks sjukhus is closed"


def test_whoever_works_at_the_office_is_not_made_a_log_reviewer_as_well() -> None:
    appoint(*arguments(), *DECIDED)
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("appoint", *arguments(role="log_reviewer"), *DECIDED, stdout=err, stderr=err)
    assert "nobody is in the registry office and also log reviewer or case handler" in err.getvalue()
    assert len(entries(wanted=Wanted(event="grant.appointed")).rows) == 1


def test_the_same_role_is_not_given_twice() -> None:
    appoint(*arguments(), *DECIDED)
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("appoint", *arguments(), *DECIDED, stdout=err, stderr=err)
    assert "is registry_office there already" in err.getvalue()
    assert len(entries(wanted=Wanted(event="grant.appointed")).rows) == 1
