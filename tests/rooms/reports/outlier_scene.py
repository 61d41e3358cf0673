"""Three clinics, one of which is much worse than chance, as an edition tells of them; and a case about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.reports.editions import make_edition
from registret.reports.models import Cell, OutlierCase
from registret.reports.outliers import acting
from tests import cast
from tests.cast import Country, person

ASTRID: Final = person("Astrid", "Ek", "SE2321009991-E00A5T1")
"""Reads reports at the clinic, and no patients."""
WITHIN_4: Final = "antibiotic_within_4_hours"
MORTALITY: Final = "died_within_30_days"
Deaths = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
"""How many died and lived, of low, middle and high risk."""
MADE: Final = datetime(2026, 11, 1, 4, tzinfo=UTC)
NOW: Final = datetime(2026, 11, 24, 8, tzinfo=UTC)
SPRING: Final = date(2026, 2, 1)
LAST_YEAR: Final = date(2025, 12, 1)
"""Deaths are told of a whole calendar year."""
DAY: Final = timedelta(days=1)


def outside() -> Country:
    """Infektionskliniken in Norrvik is far below the country, and Sydvik above it; the medicine clinic is within."""
    place = cast.country(NOW - 30 * DAY)
    cast.appoint_by_program(ASTRID, Role.REPORT_READER, clinic_id=place.infection, at=NOW - 20 * DAY)
    tell(place)
    return place


def tell(place: Country) -> None:
    for clinic, reached, not_reached in ((place.infection, 5, 25), (place.medicine, 25, 15), (place.sydvik, 70, 20)):
        Cell.objects.create(
            sub_registry="pneumoni", indicator=WITHIN_4, version=1, clinic_id=clinic, month=SPRING,
            reached=reached, not_reached=not_reached,
        )  # fmt: skip
    make_edition(at=MADE)


def tell_deaths(
    place: Country,
    *,
    medicine: Deaths = ((4, 96), (6, 34), (7, 13)),
    month: date = LAST_YEAR,
    at: datetime = MADE + DAY,
) -> None:
    """Of low risk 10 % die in the country, of middle 25 %, of high 50 %: at each clinic 30 are expected to. In Norrvik,
    where 161 came, 50 died; at the medicine clinic 17."""
    counts: dict[int, Deaths] = {
        place.infection: ((18, 83), (17, 23), (15, 5)),
        place.medicine: medicine,
        place.sydvik: ((8, 92), (7, 33), (8, 12)),
    }
    for clinic, (low, middle, high) in counts.items():
        every = sum(died for died, _ in counts[clinic]), sum(lived for _, lived in counts[clinic])
        groups = {"low.below_65.female": low, "middle.from_65.male": middle, "high.from_80.male": high}
        for stratum, (died, lived) in {"": every, **{f"expected:{name}": one for name, one in groups.items()}}.items():
            if died or lived:
                Cell.objects.create(
                    sub_registry="pneumoni", indicator=MORTALITY, version=1, clinic_id=clinic, month=month,
                    stratum=stratum, reached=died, not_reached=lived,
                )  # fmt: skip
    make_edition(at=at)


def opened(place: Country, doris: Actor, *, indicator: str = WITHIN_4, edition: int = 1, at: datetime = NOW) -> int:
    found = acting.outlier_of(
        clinic_id=place.infection, sub_registry="pneumoni", indicator=indicator, edition=edition, actor=doris
    )
    return acting.open_case(outlier=found, text="Långt under riket", actor=doris, at=at)


def checked(place: Country, doris: Actor, *, at: datetime = NOW) -> int:
    number = opened(place, doris, at=at)
    acting.check_data(number=number, text="Täckningen är god", actor=doris, at=at)
    return number


def asked(place: Country, doris: Actor, *, at: datetime = NOW) -> int:
    number = checked(place, doris, at=at)
    acting.ask_clinic(number=number, text="Vad beror det på?", actor=doris, at=at)
    return number


def fields_of(number: int) -> dict[str, Any]:
    """What makes a second case like this one."""
    case = OutlierCase.objects.get(id=number)
    return {one.name: getattr(case, one.name) for one in OutlierCase._meta.concrete_fields if one.name != "id"}
