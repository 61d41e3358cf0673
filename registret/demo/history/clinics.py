"""How much each clinic of the demo country registers, and how well it works.

Only clinics that do not exist are better or worse than others. What differs between those that do is chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from registret.demo.people import cast
from registret.kernel.sweden import months_later

_OFTEN: Final = 70
_PNEUMONIAS: Final[Mapping[str, int]] = {
    cast.INFECTION: 150,
    cast.MEDICINE: 60,
    cast.SYDVIK: 100,
    "infektion-huddinge": 150,
    "infektion-solna": 110,
    "infektion-sodersjukhuset": 90,
    "infektion-uppsala": 110,
    "infektion-linkoping": 100,
    "infektion-lund": 120,
    "infektion-malmo": 130,
    "infektion-ostra": 180,
    "infektion-orebro": 110,
    "infektion-umea": 80,
    "infektion-vastervik": 35,
    "infektion-visby": 14,
}
"""Registered in a year, where it is not the usual number."""

SHARES: Final[Mapping[str, float]] = {"pneumoni": 1.0, "sepsis": 0.2, "meningit": 0.05, "endokardit": 0.14}
"""How many episodes of each sub-registry there are for each pneumonia."""

WAS_OPEN: Final[Mapping[str, tuple[date, date]]] = {
    "led-nativ": (date(2012, 1, 1), date(2015, 7, 1)),
    "led-protes": (date(2017, 1, 1), date(2021, 1, 1)),
}
"""From which day to which the sub-registries that are closed took episodes, the last day not included."""
_JOINTS: Final[Mapping[str, int]] = {
    cast.INFECTION: 24,
    cast.SYDVIK: 20,
    "infektion-huddinge": 25,
    "infektion-lund": 22,
    "infektion-ostra": 30,
    "infektion-uppsala": 18,
    "infektion-umea": 12,
}
"""Registered in a year in each of those, and at no other clinic."""

_DAYS: Final = 40
_DAYS_AT_NORRVIK: Final = 5
_AT_MEDICINE: Final = frozenset({"pneumoni"})
_MONTHS_OF_SUCCESS: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """`delay`: how many times as long as elsewhere patients wait. `thorough`: how many times as often what ought to be
    done is done, as odds. `risk`: how many times as often patients die, as odds."""

    delay: float = 1.0
    thorough: float = 1.0
    risk: float = 1.0


_USUAL: Final = Care()
_BETTER: Final = Care(delay=0.62, thorough=2.2, risk=0.7)
_WORSE: Final = Care(delay=1.5, thorough=0.55, risk=1.35)
_BEFORE: Final = Care(delay=1.6, thorough=0.6, risk=1.15)
_AFTER: Final = Care(delay=0.64, thorough=1.7, risk=0.9)


def episodes_a_year(clinic: str, sub_registry: str) -> float:
    """How many a clinic registers, or has registered while the sub-registry was open."""
    if sub_registry in WAS_OPEN:
        return _JOINTS.get(clinic, 0)
    if clinic == cast.MEDICINE and sub_registry not in _AT_MEDICINE:
        return 0
    return _PNEUMONIAS.get(clinic, _OFTEN) * SHARES.get(sub_registry, 0)


def care_at(clinic: str, day: date, *, today: date) -> Care:
    """How well a clinic works on a day. Norrvik's infection clinic has become better, the others are always alike."""
    if clinic == cast.INFECTION:
        return _AFTER if day >= improved_on(today) else _BEFORE
    return {cast.SYDVIK: _BETTER, cast.MEDICINE: _WORSE}.get(clinic, _USUAL)


def improved_on(today: date) -> date:
    """When Norrvik became better: in the middle of the twelve quarters that the reports show, so that they see it."""
    month = months_later(today.replace(day=1), -1)
    return months_later(month.replace(month=(month.month - 1) // 3 * 3 + 1), -_MONTHS_OF_SUCCESS)


def promptness_of(clinic: str) -> int:
    """Within how many days after it is due a follow-up is registered. Norrvik's infection clinic has its own list of
    those that are late."""
    return _DAYS_AT_NORRVIK if clinic == cast.INFECTION else _DAYS
