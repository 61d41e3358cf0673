"""What is asked about places, and what the database refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from registret.kernel.identifiers import EmailAddress
from registret.places.models import CareProvider, Clinic, Region
from registret.places.queries import (
    Hint,
    care_provider_of,
    clinic,
    clinic_by_code,
    clinics,
    mail_hint,
    open_clinics,
)
from tests.owner import as_owner
from tests.rooms.places.conftest import NOW, SYDVIK, Bring

pytestmark = pytest.mark.usefixtures("country")

NORRVIK, SYDVIKS = "2321009991", "2321009983"


def codes(first_of_organisation: str | None = None) -> list[str]:
    return [row.code for row in open_clinics(first_of_organisation=first_of_organisation)]


def test_a_clinic_is_told_with_whom_it_belongs_to() -> None:
    found = clinic_by_code("infektion-norrvik")
    assert found is not None
    assert clinic(found.id) == found
    assert found.title == "Infektionskliniken, Norrviks sjukhus"
    assert (found.region, found.care_provider, found.organisation_number) == (
        "Region Norrvik",
        "Region Norrvik",
        NORRVIK,
    )
    assert (found.contact_name, found.contact_mail) == ("Registeransvarig", "infektion@regionnorrvik.se")
    assert found.is_open


def test_what_is_not_there_is_none() -> None:
    assert clinic(0) is None
    assert clinic_by_code("nowhere") is None
    assert care_provider_of("0000000000") is None
    assert clinics([0]) == {}


def test_the_cards_own_clinics_come_first() -> None:
    assert codes() == ["infektion-norrvik", "medicin-norrvik", "infektion-sydvik"]
    assert codes(SYDVIKS) == ["infektion-sydvik", "infektion-norrvik", "medicin-norrvik"]
    assert codes("0000000000") == codes()


def test_clinics_come_in_swedish_order(bring: Bring) -> None:
    names = {"a": "Östra", "b": "Ängs", "c": "Åsa", "d": "Zeta"}
    bring(*[SYDVIK.replace("infektion-sydvik", code).replace("Sydviks", name) for code, name in names.items()])
    assert codes(SYDVIKS)[:5] == ["infektion-sydvik", "d", "c", "b", "a"]


def test_all_clinics_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        for row in open_clinics(first_of_organisation=NORRVIK):
            assert row.title
            assert row.region
    with django_assert_num_queries(1):
        clinics([1, 2, 3])


def test_a_closed_clinic_is_not_offered_but_still_known(bring: Bring) -> None:
    bring(SYDVIK + "ja")
    assert "infektion-sydvik" not in codes()
    found = clinic_by_code("infektion-sydvik")
    assert found is not None
    assert found.closed_at == NOW
    assert not found.is_open
    assert clinic(found.id) == found


def test_a_cards_organisation_is_its_care_provider() -> None:
    found = care_provider_of(NORRVIK)
    assert found is not None
    assert (found.name, found.region, found.mail_domains) == ("Region Norrvik", "Region Norrvik", ("regionnorrvik.se",))


@pytest.mark.parametrize(
    ("address", "organisation_number", "hint"),
    [
        ("anna@regionnorrvik.se", NORRVIK, None),
        ("anna@regionorrvik.se", NORRVIK, Hint.MISTYPED),
        ("anna@regionsydvik.se", NORRVIK, Hint.FOREIGN),
        ("anna@regionsydvik.se", SYDVIKS, None),
        ("anna@example.org", NORRVIK, Hint.FOREIGN),
        ("anna@example.org", "0000000000", None),
        ("anna@example.org", None, None),
        ("anna@regionsydvijk.se", None, Hint.MISTYPED),
    ],
)
def test_an_odd_address_gets_a_hint(address: str, organisation_number: str | None, hint: Hint | None) -> None:
    found = mail_hint(EmailAddress.parse(address), organisation_number=organisation_number)
    assert (found.hint if found else None) is hint


@pytest.mark.parametrize(
    ("constraint", "model", "change"),
    [
        ("region_code_shape", Region, {"code": "9x"}),
        ("region_name_shown", Region, {"name": ""}),
        ("region_name_shown", Region, {"name": " Norrvik"}),
        ("care_provider_name_shown", CareProvider, {"name": ""}),
        ("care_provider_number_shape", CareProvider, {"organisation_number": "232100999"}),
        ("care_provider_domains_shape", CareProvider, {"mail_domains": ["Regionnorrvik.se"]}),
        ("care_provider_domains_shape", CareProvider, {"mail_domains": ["norrvik.se", ""]}),
        ("care_provider_domains_shape", CareProvider, {"mail_domains": [""]}),
        ("care_provider_domains_shape", CareProvider, {"mail_domains": ["anna@norrvik.se"]}),
        ("care_provider_domains_shape", CareProvider, {"mail_domains": ["norrvik"]}),
        ("clinic_code_shape", Clinic, {"code": "Infektion Norrvik"}),
        ("clinic_code_shape", Clinic, {"code": "infektion-"}),
        ("clinic_name_shown", Clinic, {"name": ""}),
        ("clinic_hospital_shown", Clinic, {"hospital": "Norrviks sjukhus "}),
        ("clinic_contact_mail_shape", Clinic, {"contact_mail": "infektion"}),
        ("clinic_contact_phone_shape", Clinic, {"contact_phone": "ring"}),
    ],
)
def test_the_database_refuses_a_place_that_cannot_be(constraint: str, model: Any, change: dict[str, Any]) -> None:
    first = model.objects.order_by("id").first()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.filter(id=first.id).update(**change)


@pytest.mark.parametrize(
    ("model", "field"),
    [(Region, "code"), (Region, "name"), (CareProvider, "organisation_number"), (Clinic, "code")],
)
def test_the_database_keeps_names_and_codes_apart(model: Any, field: str) -> None:
    first, second = model.objects.order_by("id")[:2]
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        model.objects.filter(id=second.id).update(**{field: getattr(first, field)})


def test_two_clinics_that_nobody_could_tell_apart_are_refused() -> None:
    with pytest.raises(IntegrityError, match="clinic_told_apart"), transaction.atomic():
        Clinic.objects.filter(code="medicin-norrvik").update(name="Infektionskliniken")


def test_a_region_with_clinics_cannot_be_deleted() -> None:
    with pytest.raises(IntegrityError), as_owner():
        Region.objects.all().delete()
