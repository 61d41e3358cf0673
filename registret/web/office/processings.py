"""Behandlingar av personuppgifter: the list of GDPR article 30, to read, to print and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.access.roles import Permission
from registret.access.staff.people import note_processings_export
from registret.database.columns import personal_columns
from registret.time_limits.queries import lengths
from registret.web.controllers import Controllers, controllers
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.pieces import show
from registret.web.tables import csv_file
from registret.words.processings import PROCESSINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProcessing:
    """One processing in the active language, with the lengths in force."""

    code: str
    name: str
    facts: tuple[tuple[str, str], ...]
    kept: tuple[str, ...]
    columns: tuple[tuple[str, list[str]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingsPage:
    processings: Sequence[ShownProcessing]
    controllers: Controllers


@needs(Permission.APPOINT).get
def processings(request: ActorRequest) -> HttpResponse:
    """All processings."""
    page = ProcessingsPage(processings=shown(), controllers=controllers())
    return show(request, "office/processings.html", page, tab="office")


@needs(Permission.APPOINT).get
def processings_csv(request: ActorRequest) -> HttpResponse:
    """The same as a file; taking it out is logged."""
    everything = shown()
    note_processings_export(number=len(everything), actor=request.actor, at=request.at)
    answering = controllers()
    header = [
        _("Behandling"),
        *(name for name, _text in everything[0].facts),
        _("Gallring"),
        _("Centralt personuppgiftsansvarig"),
        _("Lokalt personuppgiftsansvariga"),
        _("Kolumner"),
    ]
    lines = (
        [
            one.name,
            *(text for _name, text in one.facts),
            " ".join(one.kept),
            answering.central,
            ", ".join(name for name, _clinics in answering.local),
            " ".join(f"{table}.{column}" for table, names in one.columns for column in names),
        ]
        for one in everything
    )
    return csv_file("behandlingar.csv", header, lines)


def shown() -> tuple[ShownProcessing, ...]:
    """Every processing, as it is now. One query."""
    now = lengths()
    return tuple(
        ShownProcessing(
            code=one.code,
            name=str(one.name),
            facts=(
                (_("Ändamål"), str(one.purpose)),
                (_("Rättslig grund"), str(one.ground)),
                (_("Vilka"), str(one.persons)),
                (_("Uppgifter"), str(one.data)),
                (_("Mottagare"), str(one.recipients)),
                (_("Skydd"), str(one.security)),
            ),
            kept=tuple(kept.told(now) for kept in one.kept),
            columns=tuple(personal_columns(one.code).items()),
        )
        for one in PROCESSINGS
    )
