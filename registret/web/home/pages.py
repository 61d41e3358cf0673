"""What waits for the person on the start page, by what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registret.access.queries.applications import waiting_applications
from registret.access.roles import Permission, Role
from registret.access.staff.nominating import nominations
from registret.access.staff.substitutes import proposed
from registret.oversight import incidents
from registret.oversight.queries import open_reviews
from registret.web.http import ActorRequest
from registret.web.incidents.pages import ShownRevision, incident_lines
from registret.web.logbook.review_pages import review_lines
from registret.web.office.pages import clinic_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeTasks:
    """How many clinics have nobody who attests, how many proposals the actor may decide about, and the incidents whose
    72 hours run."""

    without: int
    substitutes: int
    nominations: int
    incidents: tuple[ShownRevision, ...]


def tasks(request: ActorRequest) -> dict[str, Any]:
    """For the template: a list is there if the role has it, be it empty. `has_tasks`: it has something of the kind."""
    actor = request.actor
    kinds = (Permission.ATTEST, Permission.READ_LOG, Permission.HELP, Permission.HANDLE_CASES)
    found: dict[str, Any] = {
        "has_tasks": any(map(actor.may, kinds)),
        # Reports are not built: nothing else would stand here for who sees nothing but them.
        "only_reports": actor.seat.roles == {Role.REPORT_READER},
    }
    if actor.may(Permission.ATTEST):
        found["waiting"] = waiting_applications(actor=actor, actionable=True, size=5, at=request.at)
    if actor.may(Permission.APPOINT):
        found["office"] = OfficeTasks(
            without=sum(line.active == 0 for line in clinic_lines(at=request.at)),
            substitutes=sum(row.decidable for row in proposed(actor=actor, at=request.at)),
            nominations=sum(row.decidable for row in nominations(actor=actor, at=request.at)),
            incidents=_incidents(request) if actor.may(Permission.KEEP_INCIDENTS) else (),
        )
    if actor.may(Permission.READ_LOG):
        mine = [row for row in open_reviews(actor=actor) if row.reviewer_id in {actor.account_id, None}]
        found["reviews"] = review_lines(mine, actor=actor)
    return found


def _incidents(request: ActorRequest) -> tuple[ShownRevision, ...]:
    return incident_lines(incidents.undecided(actor=request.actor), at=request.at)
