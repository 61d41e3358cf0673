"""Substitutes who are proposed and wait, as the clinic and the office see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.access.actor import Actor
from registret.access.staff.substitutes import ProposedRow
from registret.web.templatetags.look import day, last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """A proposed substitute. `places`: the clinic, where more than one is shown."""

    row: ProposedRow
    places: Sequence[str]
    lasts: str
    by: str


def proposal_lines(rows: Sequence[ProposedRow], *, actor: Actor) -> list[ProposalLine]:
    return [_line(row, at_a_clinic=actor.seat.clinic_id is not None) for row in rows]


def _line(row: ProposedRow, *, at_a_clinic: bool) -> ProposalLine:
    days = {"first": day(row.begins_at), "last": day(last_day(row.ends_at))}
    return ProposalLine(
        row=row,
        places=() if at_a_clinic else (row.clinic_name,),
        lasts=_("Lokal administratör %(first)s till och med %(last)s") % days,
        by=_("föreslagen av %(name)s %(when)s") % {"name": row.proposed_by, "when": day(row.proposed_at)},
    )
