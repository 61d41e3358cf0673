"""What stands on the start page, by what the person may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor, Assignment
from registret.access.queries.applications import ApplicationRow, waiting_applications
from registret.access.roles import Permission, Role
from registret.access.staff.nominating import nominations
from registret.access.staff.substitutes import proposed
from registret.mail.queries import Bounce, bounce
from registret.oversight import incidents
from registret.oversight.queries import open_reviews
from registret.records.disclosure.queries import to_decide
from registret.records.queries.destroyed import Destroyed
from registret.web.home.given_back import GivenBack, given_back
from registret.web.home.panels import Item, Panel
from registret.web.home.work import Newest, WaitingWork, newest, work
from registret.web.http import ActorRequest
from registret.web.incidents.pages import Shown, incident_lines
from registret.web.logbook.review_pages import ReviewLine, review_lines
from registret.web.office.pages import clinic_lines
from registret.web.outliers.pages import CaseLine, lines_to_do
from registret.web.pieces import FactText, Link, Note, Tag
from registret.web.recertify.due import due
from registret.web.templatetags.look import (
    ago,
    day,
    days_ago,
    last_day,
    moment,
    role,
    role_in_sentence,
    roles,
    sub_registries,
)

_LATE = 3
"""After so many days it is urgent to attest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLine:
    """A place to work at."""

    grant_id: int
    roles: str
    place: str
    ends_at: datetime
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPage:
    seats: Sequence[SeatLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """`work`: what waits at the clinic, for those who report; `newest`: for those who only read. `panels`: what waits
    for the other roles; `has_tasks`: the person has one of those. `finds_accounts`: there is a field to search.
    `given_back`: what registering has given, for those who read reports."""

    greeting: str
    works_as: str
    may_report: bool
    bounce: Bounce | None
    address: str
    recertification: Note | None
    work: WaitingWork | None
    newest: Newest | None
    has_tasks: bool
    panels: Sequence[Panel]
    finds_accounts: bool
    only_reports: bool
    given_back: GivenBack | None
    destroyed: Sequence[tuple[str, str]]
    right: Sequence[FactText]
    other_seats: Sequence[SeatLine]

    @property
    def stands_beside_work(self) -> bool:
        """What is about the own right, in the column beside the work."""
        return self.work is not None and not self.has_tasks


def start_page(request: ActorRequest) -> StartPage:
    actor, at = request.actor, request.at
    reports, reads = actor.may(Permission.REPORT), actor.may(Permission.READ_RECORDS)
    kinds = (Permission.ATTEST, Permission.READ_LOG, Permission.HELP, Permission.HANDLE_CASES)
    waiting = work(actor, at=at) if reports else None
    read = newest(actor, at=at) if reads and not reports else None
    return StartPage(
        greeting=greeting_at(timezone.localtime(at).hour),
        works_as=_works_as(actor),
        may_report=reports,
        bounce=bounce(actor.email),
        address=actor.email.text,
        recertification=due(request),
        work=waiting,
        newest=read,
        has_tasks=any(map(actor.may, kinds)),
        panels=tuple(_panels(request)),
        finds_accounts=actor.may(Permission.HELP) and not actor.may(Permission.APPOINT),
        only_reports=actor.seat.roles == {Role.REPORT_READER},
        given_back=given_back(actor, at=at),
        destroyed=[_destroyed(one) for found in (waiting, read) if found for one in found.destroyed],
        right=tuple(_right(actor)),
        other_seats=[line for line in seat_lines(actor.seats, chosen=actor.seat.grant_id) if not line.is_chosen],
    )


def seat_lines(seats: Sequence[Assignment], *, chosen: int) -> list[SeatLine]:
    return [
        SeatLine(
            grant_id=seat.grant_id,
            roles=roles(seat.roles),
            place=seat.clinic_name or settings.REGISTRY_NAME,
            ends_at=seat.ends_at,
            is_chosen=seat.grant_id == chosen,
        )
        for seat in seats
    ]


def greeting_at(hour: int) -> str:
    if 5 <= hour < 10:
        return _("God morgon")
    if 18 <= hour < 23:
        return _("God kväll")
    return _("Hej")


def _works_as(actor: Actor) -> str:
    held = sorted(role_in_sentence(code) for code in actor.seat.roles)
    facts = {"roles": f" {_('och')} ".join(held), "place": actor.seat.clinic_name}
    if actor.seat.clinic_name:
        return _("Du arbetar som %(roles)s på %(place)s.") % facts
    if actor.may(Permission.APPOINT):
        return _("Du arbetar på registerkansliet.")
    return _("Du arbetar som %(roles)s.") % facts


def _panels(request: ActorRequest) -> Iterator[Panel]:
    actor = request.actor
    if actor.may(Permission.ATTEST):
        yield _to_attest(request)
    if actor.may(Permission.ANSWER_OUTLIERS) and (lines := lines_to_do(actor, at=request.at)):
        yield Panel(code="avvikelser", title=_("Kansliets frågor"), items=[_outlier(line) for line in lines])
    if actor.may(Permission.APPOINT):
        yield Panel(code="kansli", title=_("På kansliet"), items=tuple(_of_office(request)), empty=_("Inget väntar."))
    if actor.may(Permission.READ_LOG):
        mine = [row for row in open_reviews(actor=actor) if row.reviewer_id in {actor.account_id, None}]
        yield Panel(
            code="granska",
            title=_("Granskningar att göra"),
            link=Link(_("Alla granskningar"), reverse("reviews")),
            items=[_review(line) for line in review_lines(mine, actor=actor)],
            empty=_("Ingen granskning väntar på dig."),
        )
    if actor.may(Permission.HANDLE_CASES):
        yield Panel(code="arenden", title=_("Patienters ärenden"), items=tuple(_of_cases(actor)))


def _to_attest(request: ActorRequest) -> Panel:
    actor = request.actor
    found = waiting_applications(actor=actor, actionable=True, size=5, at=request.at)
    return Panel(
        code="attestera",
        title=_("Att attestera"),
        items=[_application(row, actor) for row in found.rows],
        empty=_("Ingen väntar på attest."),
        more=Link(_("Visa fler"), reverse("attest")) if found.after else None,
    )


def _application(row: ApplicationRow, actor: Actor) -> Item:
    place = [] if actor.seat.clinic_id else [row.clinic_name]
    return Item(
        reverse("attest_one", args=[row.id]),
        row.name,
        " · ".join([role(row.role), sub_registries(row.sub_registries), *place]),
        Tag(ago(row.applied_at), "warn" if days_ago(row.applied_at) >= _LATE else ""),
    )


def _of_office(request: ActorRequest) -> Iterator[Item]:
    actor, at = request.actor, request.at
    if actor.may(Permission.KEEP_INCIDENTS):
        yield from map(_incident, incident_lines(incidents.undecided(actor=actor), at=at))
    yield from map(_outlier, lines_to_do(actor, at=at))
    if n := sum(row.decidable for row in nominations(actor=actor, at=at)):
        told = ngettext(
            "%(n)s förslag till uppdrag väntar på din bekräftelse",
            "%(n)s förslag till uppdrag väntar på din bekräftelse",
            n,
        )
        yield Item(reverse("appointments"), told % {"n": n})
    if n := sum(row.decidable for row in proposed(actor=actor, at=at)):
        told = ngettext("%(n)s vikarie väntar på att bekräftas", "%(n)s vikarier väntar på att bekräftas", n)
        yield Item(reverse("office"), told % {"n": n})
    if n := sum(line.active == 0 for line in clinic_lines(at=at)):
        told = ngettext("%(n)s klinik saknar lokal administratör", "%(n)s kliniker saknar lokal administratör", n)
        yield Item(f"{reverse('office')}?visa=utan", told % {"n": n}, _("Ansökningar dit kommer till er."))


def _incident(incident: Shown) -> Item:
    told = _("Incident. Anmäl till IMY senast %(by)s, eller skriv varför det inte behövs.") % {
        "by": moment(incident.by)
    }
    return Item(reverse("incident", args=[incident.number]), truncatechars(incident.title, 80), told, incident.clock)


def _outlier(line: CaseLine) -> Item:
    return Item(line.link.url, line.link.text, line.clinic, line.state)


def _review(line: ReviewLine) -> Item:
    judged = _("%(judged)s av %(all)s") % {"judged": line.row.judged, "all": line.row.entries}
    return Item(
        reverse("review", args=[line.row.id]),
        line.what,
        f"{line.kind} · {day(line.first_day)} – {day(line.last_day)}",
        Tag(judged) if line.reviewer else Tag(_("ingen granskare"), "warn", "warn"),
    )


def _of_cases(actor: Actor) -> Iterator[Item]:
    yield Item(
        reverse("cases"),
        _("Patientärenden"),
        _("Utdrag till patienter, och avböjanden. Du behöver patientens nummer och ärendets i diariet."),
    )
    yield Item(
        reverse("retention"),
        _("Gallring"),
        _("Hur många vårdepisoder som är äldre än de får bevaras, och beslut om dem."),
    )
    n = to_decide(actor=actor)
    waiting = ngettext("%(n)s väntar på ditt beslut", "%(n)s väntar på ditt beslut", n) % {"n": n}
    yield Item(
        reverse("disclosures"),
        _("Utlämnanden för forskning"),
        _("Filer till godkända projekt, utan namn och nummer. En förbereder, en annan beslutar."),
        Tag(waiting, "warn", "clock") if n else None,
    )


def _destroyed(one: Destroyed) -> tuple[str, str]:
    why = {
        "research": _("gallring, bara svaren på forskningsfrågor"),
        "opted_out": _("patienten har avböjt"),
    }.get(one.why, _("gallring"))
    return f"{one.name}: {one.episodes}", f"{day(one.at)} · {why}"


def _right(actor: Actor) -> Iterator[FactText]:
    if actor.seat.sub_registries:
        yield FactText(_("Delregister"), [sub_registries(tuple(actor.seat.sub_registries))])
    yield FactText(_("Gäller till"), [day(last_day(actor.seat.ends_at))])
    yield FactText(_("Kortet lästes"), [moment(actor.card_read_at)])
