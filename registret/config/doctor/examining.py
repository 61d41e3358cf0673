"""Goes through checks, and says of each how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import Error

from registret.config.env import SettingTrouble
from registret.config.not_ready import NotReady


class Diagnosis(StrEnum):
    WELL = "well"
    WRONG = "wrong"
    NOT_USED = "not used"
    NOT_ASKED = "not asked"


class NotUsed(Exception):
    """The installation has no such thing. `str()` says which setting would give it one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """`after`: the checks that must be well before this one can say anything."""

    name: str
    examine: Callable[[], str]
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`told`: what was found; or what is wrong, and how to mend it."""

    name: str
    verdict: Diagnosis
    told: str


def findings(checks: Iterable[Examination]) -> Iterator[Finding]:
    """One after the other, as soon as it is known."""
    wrong = set()
    for check in checks:
        before = [name for name in check.after if name in wrong]
        verdict, told = (Diagnosis.NOT_ASKED, f"first mend: {', '.join(before)}") if before else _examined(check)
        if verdict in {Diagnosis.WRONG, Diagnosis.NOT_ASKED}:
            wrong.add(check.name)
        yield Finding(name=check.name, verdict=verdict, told=told)


def _examined(check: Examination) -> tuple[Diagnosis, str]:
    try:
        return Diagnosis.WELL, check.examine()
    except NotUsed as nothing:
        return Diagnosis.NOT_USED, str(nothing)
    except (NotReady, SettingTrouble) as trouble:
        return Diagnosis.WRONG, str(trouble)
    except Error as trouble:
        return Diagnosis.WRONG, f"the database does not answer this question ({type(trouble).__name__})"
    except OSError as trouble:
        return Diagnosis.WRONG, f"{trouble.filename or 'the network'}: {trouble.strerror or type(trouble).__name__}"
