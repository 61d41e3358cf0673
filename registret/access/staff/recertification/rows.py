"""Recertifications and their lines, as those who answer see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.lifecycle import LineState
from registret.access.models import Grant, Recertification, RecertificationLine
from registret.access.queries.grants import of_substitutes, others_who_attest
from registret.access.refusals import NotFound
from registret.access.roles import ROLES_OF_SYSTEMS, ROLES_TO_APPLY_FOR, Permission, Role
from registret.accounts.lifecycle import AccountState
from registret.database.prepared import Given, Prepared, count_of
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.queries import bounces
from registret.places.swedish import swedish_order

SHOWN = 20
"""How many finished ones a page has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecertificationRow:
    """One recertification of a clinic. `opened_by` is empty if it was the clock. `states` counts its lines."""

    id: int
    clinic_id: int
    clinic_name: str
    opened_at: datetime
    due_at: datetime
    opened_by: str
    reason: str
    closed_at: datetime | None
    states: Mapping[LineState, int]

    @property
    def size(self) -> int:
        return sum(self.states.values())

    @property
    def unanswered(self) -> int:
        return self.states.get(LineState.UNANSWERED, 0)

    @property
    def outcome(self) -> tuple[tuple[LineState, int], ...]:
        """How many of each that there are, answers first."""
        return tuple((state, self.states[state]) for state in LineState if self.states.get(state))


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A grant that is asked about, as it was then, and what became of it.

    `mail_is_refused`: letters to the person do not arrive. The asker may keep the grant if it is `keepable`, end it if
    it is `endable`, and change it if it is `changeable`.
    """

    id: int
    recertification_id: int
    clinic_id: int
    grant_id: int
    account_id: int
    name: str
    surname: str
    hsa_id: HsaId
    role: Role
    sub_registries: tuple[str, ...]
    ends_at: datetime
    logged_in_at: datetime | None
    account_state: AccountState
    mail_is_refused: bool
    state: LineState
    settled_at: datetime | None
    answered_by_id: int | None
    answered_by: str
    own: bool
    substitute: bool
    keepable: bool
    endable: bool
    changeable: bool


def closed_recertifications(
    *, actor: Actor, clinic_id: int | None = None, before: int | None = None
) -> tuple[tuple[RecertificationRow, ...], int | None]:
    """Finished ones, the newest first, and what to ask for next, if there are more: of the actor's clinic; for the
    office, of one clinic or of all.

    Raises: NotPermitted.
    """
    found = _visible(actor).filter(closed_at__isnull=False)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = _rows(found.order_by("-id")[: SHOWN + 1])
    return rows[:SHOWN], rows[SHOWN - 1].id if len(rows) > SHOWN else None


def open_recertifications(*, actor: Actor, clinic_id: int | None = None) -> tuple[RecertificationRow, ...]:
    """Those that go on, the most urgent first: at the actor's clinic; for the office, at one clinic or at all.

    Raises: NotPermitted.
    """
    found = _visible(actor).filter(closed_at=None)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    return _rows(found.order_by("due_at", "id"))


def recertification_of(*, actor: Actor, recertification_id: int) -> RecertificationRow:
    """Raises: NotPermitted, NotFound."""
    found = _rows(_visible(actor).filter(id=recertification_id))
    if not found:
        raise NotFound()
    return found[0]


def lines_of(*, actor: Actor, recertification_id: int, at: datetime) -> tuple[LineRow, ...]:
    """All that is asked about, by surname as in Sweden.

    Raises: NotPermitted.
    """
    found = _lines(actor).filter(recertification_id=recertification_id)
    rows = _line_rows(found, actor=actor, at=at)
    return tuple(sorted(rows, key=lambda r: (swedish_order(r.surname), swedish_order(r.name), r.account_id, r.id)))


def count_to_answer(*, actor: Actor, at: datetime) -> int:
    """How many grants wait for an answer of this actor: at the own clinic, or, for the office, where nobody at the
    clinic can answer."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        return 0
    counted = _to_answer(actor.seat.clinic_id is None)
    return sum(counted.rows(clinic=actor.seat.clinic_id, account=actor.account_id, at=at))


def outcome_of(
    *, actor: Actor, recertification_id: int, at: datetime
) -> tuple[RecertificationRow, tuple[LineRow, ...]]:
    """A finished recertification to be taken out as a file, which is logged.

    Raises: NotPermitted, NotFound (also while it goes on).
    """
    row = recertification_of(actor=actor, recertification_id=recertification_id)
    if row.closed_at is None:
        raise NotFound()
    lines = lines_of(actor=actor, recertification_id=recertification_id, at=at)
    facts = {"recertification": row.id, "rows": len(lines)}
    record(event=Event.RECERTIFICATION_EXPORTED, by=actor.by, at=at, clinic_id=row.clinic_id, facts=facts)
    return row, lines


def unanswered(whole: Recertification) -> QuerySet[RecertificationLine]:
    return RecertificationLine.objects.filter(recertification=whole, state=LineState.UNANSWERED)


@cache
def _to_answer(is_office: bool) -> Prepared[int]:
    at, account = Given("at"), Given("account")
    waiting = RecertificationLine.objects.filter(state=LineState.UNANSWERED, grant__ends_at__gt=at)
    waiting = waiting.exclude(account_id=account)
    if is_office:
        return Prepared(lambda: count_of(for_the_office(waiting, at=at)))
    return Prepared(lambda: count_of(waiting.filter(recertification__clinic_id=Given("clinic"))))


def for_the_office(lines: QuerySet[RecertificationLine], *, at: datetime | Given) -> QuerySet[RecertificationLine]:
    """Those that nobody at the clinic can answer: no active administrator but, at most, the person themselves, or none
    whose own right is for the same sub-registries."""
    there = others_who_attest(
        at=at, clinic="recertification__clinic_id", sub_registries="grant__sub_registries", whole=True
    )
    return lines.filter(~there)


def _visible(actor: Actor) -> QuerySet[Recertification]:
    """Nobody reads without a seat: this and `count_to_answer` are the only ways from an actor to recertifications."""
    actor.require(Permission.MANAGE_PEOPLE)
    if actor.seat.clinic_id is not None:
        return Recertification.objects.filter(clinic_id=actor.seat.clinic_id)
    return Recertification.objects.all()


def _lines(actor: Actor) -> QuerySet[RecertificationLine]:
    found = RecertificationLine.objects.filter(recertification__in=_visible(actor))
    return found.select_related("account", "grant", "answered_by", "recertification__clinic")


def asked_about(line_id: int, *, actor: Actor) -> tuple[int, int]:
    """Return the account and the grant of a line. Raises: NotPermitted, NotFound."""
    return existing(_lines(actor).filter(id=line_id).values_list("account_id", "grant_id").first())


def line_of(line_id: int, *, actor: Actor, at: datetime) -> LineRow:
    found = _line_rows(_lines(actor).filter(id=line_id), actor=actor, at=at)
    if not found:
        raise NotFound()
    return found[0]


def _line_rows(found: QuerySet[RecertificationLine], *, actor: Actor, at: datetime) -> list[LineRow]:
    substitutes = of_substitutes(Grant.objects.filter(id__in=found.values("grant_id")))
    refused = bounces(line.account.email for line in found)
    return [
        _line_row(line, substitutes, is_refused=line.account.email in refused, actor=actor, at=at) for line in found
    ]


def _line_row(
    line: RecertificationLine, substitutes: frozenset[int], *, is_refused: bool, actor: Actor, at: datetime
) -> LineRow:
    grant, who, by = line.grant, line.account, line.answered_by
    own = who.id == actor.account_id
    open_ = line.state == LineState.UNANSWERED and grant.ends_at > at and not own
    # A colleague knows who still works there. What an appointment is, and that it is taken back, is the office's.
    is_system = grant.role in ROLES_OF_SYSTEMS
    changes = grant.role in ROLES_TO_APPLY_FOR or is_system or actor.may(Permission.APPOINT)
    return LineRow(
        id=line.id,
        recertification_id=line.recertification_id,
        clinic_id=line.recertification.clinic_id,
        grant_id=grant.id,
        account_id=who.id,
        name=who.name,
        surname=who.surname,
        hsa_id=who.hsa_id,
        role=Role(grant.role),
        sub_registries=tuple(grant.sub_registries),
        ends_at=grant.ends_at,
        logged_in_at=who.logged_in_at,
        account_state=AccountState(who.state),
        mail_is_refused=is_refused,
        state=LineState(line.state),
        settled_at=line.settled_at,
        answered_by_id=line.answered_by_id,
        answered_by=by.name if by else "",
        own=own,
        substitute=grant.id in substitutes,
        keepable=open_,
        endable=open_ and changes,
        changeable=open_ and changes and not is_system and line.recertification.clinic.closed_at is None,
    )


def _rows(found: QuerySet[Recertification]) -> tuple[RecertificationRow, ...]:
    some = list(found.select_related("clinic", "opened_by"))
    states: dict[int, Counter[LineState]] = {whole.id: Counter() for whole in some}
    lines = RecertificationLine.objects.filter(recertification__in=[whole.id for whole in some])
    for recertification_id, state in lines.values_list("recertification_id", "state"):
        states[recertification_id][LineState(state)] += 1
    return tuple(
        RecertificationRow(
            id=whole.id,
            clinic_id=whole.clinic_id,
            clinic_name=whole.clinic.title,
            opened_at=whole.opened_at,
            due_at=whole.due_at,
            opened_by=whole.opened_by.name if whole.opened_by else "",
            reason=whole.reason,
            closed_at=whole.closed_at,
            states=states[whole.id],
        )
        for whole in some
    )
