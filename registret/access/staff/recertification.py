"""Genomgång: does everybody who has a grant at a clinic still work there? Opened, answered, told of.

Silence is the clock's business: see `clockwork`. What an act on a grant elsewhere means for its line: `settling`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from registret.access.actor import Actor
from registret.access.checks import check_card_age
from registret.access.grants.granting import revoke
from registret.access.grants.outcomes import RECERTIFIED, record_outcome
from registret.access.grants.reach import hold_reach, lock_with_own
from registret.access.lifecycle import LineState
from registret.access.models import Grant, Recertification, RecertificationLine
from registret.access.notices import first, post_to
from registret.access.queries import (
    Administrator,
    active_administrators,
    of_substitutes,
    others_who_attest,
    registry_office,
    title_of,
)
from registret.access.refusals import (
    AlreadyAnswered,
    BeyondOwnRights,
    NotFound,
    NothingToRecertify,
    NotPermitted,
    OwnRights,
    RecertificationOpen,
)
from registret.access.roles import ROLES_TO_APPLY_FOR, Permission, Role
from registret.accounts import services as accounts
from registret.accounts.lifecycle import AccountState
from registret.kernel.by import By
from registret.kernel.refused import Refused
from registret.kernel.sweden import day_of, midnight
from registret.ledger.services import record
from registret.places.swedish import swedish_order
from registret.time_limits.lengths import Length, TimeLimit
from registret.time_limits.queries import length
from registret.words.roles import role_name

SHOWN = 20
"""How many finished ones a page has."""


class Answer(StrEnum):
    """What is saved on the screen itself. *Ändra* is an act of its own: `people.change_grant`."""

    KEEP = "keep"
    END = "end"


_GIVES = {Answer.KEEP: LineState.KEPT, Answer.END: LineState.ENDED}


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

    The asker may keep it if it is `keepable`, end it if it is `endable`, and change it if it is `changeable`.
    """

    id: int
    recertification_id: int
    grant_id: int
    account_id: int
    name: str
    surname: str
    hsa_id: str
    role: Role
    sub_registries: tuple[str, ...]
    ends_at: datetime
    logged_in_at: datetime | None
    account_state: AccountState
    state: LineState
    settled_at: datetime | None
    answered_by_id: int | None
    answered_by: str
    own: bool
    substitute: bool
    keepable: bool
    endable: bool
    changeable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of one of several answers: `refusal` is None if it was saved."""

    line: LineRow
    refusal: Refused | None


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
    waiting = _lines(actor).filter(state=LineState.UNANSWERED, grant__ends_at__gt=at)
    waiting = waiting.exclude(account_id=actor.account_id)
    return (waiting if actor.seat.clinic_id is not None else for_the_office(waiting, at=at)).count()


@transaction.atomic
def start(*, clinic_id: int, reason: str, actor: Actor, at: datetime) -> int:
    """The office asks a clinic out of turn; answers the recertification's id. The next regular one is counted from it.

    Raises: NotPermitted, CardTooOld, RecertificationOpen, NothingToRecertify; ValueError (no reason).
    """
    if not actor.may(Permission.APPOINT):
        raise NotPermitted()
    check_card_age(actor, at=at)
    if not reason.strip():
        raise ValueError("out of turn there is a reason")
    return open_recertification(
        clinic_id=clinic_id,
        opened_by_id=actor.account_id,
        reason=reason.strip(),
        answer_within=length(TimeLimit.RECERTIFY_ANSWER),
        by=actor.by,
        at=at,
    )


@transaction.atomic
def open_recertification(
    *, clinic_id: int, opened_by_id: int | None, reason: str, answer_within: Length, by: By, at: datetime
) -> int:
    """Asks about every grant that is valid at the clinic now, and tells those who answer. For this room.

    Raises: RecertificationOpen, NothingToRecertify.
    """
    valid = valid_grants(at=at).filter(clinic_id=clinic_id).order_by("id")
    # Held, as by whoever takes a right away: no line begins about a grant that is gone.
    held = set(valid.values_list("account_id", flat=True))
    accounts.lock_accounts(account_ids=held)
    grants = list(valid.filter(account_id__in=held))
    if not grants:
        raise NothingToRecertify()
    try:
        with transaction.atomic():
            whole = Recertification.objects.create(
                clinic_id=clinic_id,
                opened_at=at,
                due_at=_due(at, answer_within),
                opened_by_id=opened_by_id,
                reason=reason,
            )
    except IntegrityError as trouble:
        if "one_open_recertification_per_clinic" not in str(trouble):
            raise
        raise RecertificationOpen() from None
    RecertificationLine.objects.bulk_create(
        RecertificationLine(recertification=whole, grant=grant, account_id=grant.account_id) for grant in grants
    )
    facts: dict[str, str | int | bool | None] = {
        "recertification": whole.id,
        "rows": len(grants),
        "reason": reason,
    }
    record(event="recertification.opened", by=by, at=at, clinic_id=clinic_id, facts=facts)
    tell_administrators(whole, kind="recertification_opened", day=last_day(whole.due_at), at=at)
    tell_office(whole, at=at)
    return whole.id


@transaction.atomic
def answer(*, line_id: int, answer: Answer, actor: Actor, at: datetime) -> None:
    """Behåll, or avsluta: the right is gone at the person's next click, who is told.

    Raises: NotPermitted (also to end an administrator's right as a colleague), NotFound, OwnRights, CardTooOld,
        AlreadyAnswered, BeyondOwnRights (to keep what the actor could not give).
    """
    seen = _line(line_id, actor=actor, at=at)
    # In the order of acts that revoke a grant: the account, the grant, the recertification.
    accounts.lock_account(account_id=seen.account_id)
    lock_with_own(seen.grant_id, actor=actor, at=at)
    line = _line(line_id, actor=actor, at=at)
    if line.own:
        raise OwnRights()
    check_card_age(actor, at=at)
    if line.state is _GIVES[answer] and line.answered_by_id == actor.account_id:
        return  # a second click is not somebody else who was faster
    if line.state is not LineState.UNANSWERED:
        raise AlreadyAnswered(state=line.state.value, answered_by=line.answered_by, answered_at=line.settled_at or at)
    if line.ends_at <= at:
        raise AlreadyAnswered(state=LineState.OVERTAKEN.value, answered_by="", answered_at=line.ends_at)
    if answer is Answer.END:
        if not line.endable:
            raise NotPermitted()
        revoke(grant_id=line.grant_id, reason=RECERTIFIED, revoked_by_id=actor.account_id, by=actor.by, at=at)
        tell_person(line_id, kind="recertification_ended", more={}, at=at)
        return
    if not hold_reach(actor, at=at).covers(line.sub_registries):
        raise BeyondOwnRights()
    where = RecertificationLine.objects.values_list("recertification__clinic_id", flat=True).get(id=line_id)
    facts = {"recertification": line.recertification_id, "role": line.role.value}
    record(
        event="grant.recertified", by=actor.by, at=at, about_account_id=line.account_id, clinic_id=where, facts=facts
    )
    record_outcome(grant_id=line.grant_id, act="keep", answered_by_id=actor.account_id, by=actor.by, at=at)


def answer_many(
    *, recertification_id: int, answers: Mapping[int, Answer], actor: Actor, at: datetime
) -> tuple[Answered, ...]:
    """Saves each answer (by line) in a transaction of its own, for as long as is possible.

    Raises: NotPermitted, NotFound (the recertification, or one of the lines is not of it), CardTooOld.
    """
    recertification_of(actor=actor, recertification_id=recertification_id)
    check_card_age(actor, at=at)
    lines = {line.id: line for line in lines_of(actor=actor, recertification_id=recertification_id, at=at)}
    if not set(answers) <= set(lines):
        raise NotFound()
    return tuple(
        Answered(line=lines[line_id], refusal=_refusal(line_id, given, actor=actor, at=at))
        for line_id, given in sorted(answers.items())
    )


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
    record(event="recertification.exported", by=actor.by, at=at, clinic_id=row.clinic_id, facts=facts)
    return row, lines


# --- for the clock as well ---------------------------------------------------------------------------


def valid_grants(*, at: datetime) -> QuerySet[Grant]:
    """What somebody may do at a clinic now, or could if they confirmed their mail or were not suspended."""
    here = Grant.objects.filter(clinic__isnull=False, revoked_at=None, begins_at__lte=at, ends_at__gt=at)
    return here.exclude(account__state=AccountState.ENDED)


def unanswered(whole: Recertification) -> QuerySet[RecertificationLine]:
    return RecertificationLine.objects.filter(recertification=whole, state=LineState.UNANSWERED)


def for_the_office(lines: QuerySet[RecertificationLine], *, at: datetime) -> QuerySet[RecertificationLine]:
    """Those that nobody at the clinic can answer: no active administrator but, at most, the person themselves, or none
    whose own right is for the same sub-registries."""
    there = others_who_attest(
        at=at, clinic="recertification__clinic_id", sub_registries="grant__sub_registries", whole=True
    )
    return lines.filter(~there)


def last_day(due_at: datetime) -> datetime:
    """A moment of the last day on which one can answer."""
    return due_at - timedelta(seconds=1)


def tell_administrators(whole: Recertification, *, kind: str, day: datetime, at: datetime) -> int:
    """To each administrator of the clinic: how many grants wait for their answer; answers how many were told."""
    theirs = Counter(unanswered(whole).values_list("account_id", flat=True))
    told = 0
    for person in active_administrators(clinic_id=whole.clinic_id, at=at):
        number = theirs.total() - theirs[person.account_id]
        if number:
            told += 1
            context: dict[str, str | datetime] = {"clinic": title_of(whole.clinic), "number": str(number), "day": day}
            post_to(person, kind=kind, context=context, at=at)
    return told


def tell_office(whole: Recertification, *, at: datetime) -> bool:
    """The office is told of what only it can answer: once if that is an administrator's own, and once if it is all
    because the clinic has nobody. Whether it was told now."""
    number = for_the_office(unanswered(whole), at=at).count()
    office = registry_office(at=at)
    # A letter to nobody tells nobody: it stays due until there is an office.
    if not number or not office:
        return False
    occasion = "own" if active_administrators(clinic_id=whole.clinic_id, at=at) else "nobody"
    if not first("recertification_office", whole.id, occasion=occasion, at=at):
        return False
    remind_office(whole, day=last_day(whole.due_at), at=at)
    return True


def remind_office(whole: Recertification, *, day: datetime, at: datetime) -> int:
    """To the office: how many grants only it can answer for; answers how many were told."""
    number = for_the_office(unanswered(whole), at=at).count()
    office = registry_office(at=at) if number else ()
    for person in office:
        context: dict[str, str | datetime] = {"clinic": title_of(whole.clinic), "number": str(number), "day": day}
        post_to(person, kind="recertification_office", context=context, at=at)
    return len(office)


def tell_person(line_id: int, *, kind: str, more: Mapping[str, datetime], at: datetime) -> bool:
    """To whom the grant of this line belongs, if the address is confirmed."""
    line = RecertificationLine.objects.select_related("account", "grant", "recertification__clinic").get(id=line_id)
    person = line.account
    if person.confirmed_at is None or person.state == AccountState.ENDED:
        return False
    context: dict[str, str | datetime] = {
        "name": person.given_name,
        "role": role_name(line.grant.role, language=person.language),
        "place": title_of(line.recertification.clinic),
        **more,
    }
    to = Administrator(account_id=person.id, name="", email=person.email, language=person.language)
    post_to(to, kind=kind, context=context, at=at)
    return True


def _due(at: datetime, answer_within: Length) -> datetime:
    """Midnight after the last day: a day that a letter names counts whole."""
    day = day_of(answer_within.after(at)) + timedelta(days=1)
    return midnight(day)


def _visible(actor: Actor) -> QuerySet[Recertification]:
    """Nobody reads without a seat: this is the only way from an actor to recertifications."""
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise NotPermitted()
    if actor.seat.clinic_id is not None:
        return Recertification.objects.filter(clinic_id=actor.seat.clinic_id)
    return Recertification.objects.all()


def _lines(actor: Actor) -> QuerySet[RecertificationLine]:
    found = RecertificationLine.objects.filter(recertification__in=_visible(actor))
    return found.select_related("account", "grant", "answered_by", "recertification__clinic")


def _line(line_id: int, *, actor: Actor, at: datetime) -> LineRow:
    found = _line_rows(_lines(actor).filter(id=line_id), actor=actor, at=at)
    if not found:
        raise NotFound()
    return found[0]


def _line_rows(found: QuerySet[RecertificationLine], *, actor: Actor, at: datetime) -> list[LineRow]:
    substitutes = of_substitutes(Grant.objects.filter(id__in=found.values("grant_id")))
    return [_line_row(line, substitutes, actor=actor, at=at) for line in found]


def _line_row(line: RecertificationLine, substitutes: frozenset[int], *, actor: Actor, at: datetime) -> LineRow:
    grant, who, by = line.grant, line.account, line.answered_by
    own = who.id == actor.account_id
    open_ = line.state == LineState.UNANSWERED and grant.ends_at > at and not own
    # A colleague knows who still works there. What an appointment is, and that it is taken back, is the office's.
    changes = grant.role in ROLES_TO_APPLY_FOR or actor.may(Permission.APPOINT)
    return LineRow(
        id=line.id,
        recertification_id=line.recertification_id,
        grant_id=grant.id,
        account_id=who.id,
        name=f"{who.given_name} {who.surname}".strip(),
        surname=who.surname,
        hsa_id=who.hsa_id,
        role=Role(grant.role),
        sub_registries=tuple(grant.sub_registries),
        ends_at=grant.ends_at,
        logged_in_at=who.logged_in_at,
        account_state=AccountState(who.state),
        state=LineState(line.state),
        settled_at=line.settled_at,
        answered_by_id=line.answered_by_id,
        answered_by=f"{by.given_name} {by.surname}".strip() if by else "",
        own=own,
        substitute=grant.id in substitutes,
        keepable=open_,
        endable=open_ and changes,
        changeable=open_ and changes and line.recertification.clinic.closed_at is None,
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
            clinic_name=title_of(whole.clinic),
            opened_at=whole.opened_at,
            due_at=whole.due_at,
            opened_by=f"{whole.opened_by.given_name} {whole.opened_by.surname}" if whole.opened_by else "",
            reason=whole.reason,
            closed_at=whole.closed_at,
            states=states[whole.id],
        )
        for whole in some
    )


def _refusal(line_id: int, given: Answer, *, actor: Actor, at: datetime) -> Refused | None:
    try:
        answer(line_id=line_id, answer=given, actor=actor, at=at)
    except Refused as refusal:
        return refusal
    return None
