"""One recertification: what is asked, what has been answered, what is to be ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.lifecycle import LineState
from registret.access.staff.recertification.letters import last_day as last_day_to_answer
from registret.access.staff.recertification.rows import LineRow, RecertificationRow
from registret.kernel.identifiers import HsaId
from registret.registries.queries import names_of
from registret.web.pieces import Button, Note, Tag, account_trouble
from registret.web.templatetags.look import day, iso, iso_day, last_day, moment
from registret.words.roles import role_in_sentence, role_name
from registret.words.states import line_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class RightLine:
    """A grant that is asked about. `tags`: what is unusual about it."""

    name: str
    hsa_id: HsaId
    role: str
    tags: Sequence[Tag]
    sub_registries: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineToAnswer:
    """`troubles`: what is wrong with the account; `name`: of its field; `aside`: what cannot be answered here."""

    right: RightLine
    troubles: Sequence[Tag]
    logged_in: str
    until: str
    name: str
    legend: str
    answers: Sequence[Button]
    aside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOfOthers:
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What has no answer: to be answered by the actor, and by others (one's own, or over)."""

    reason: str
    mine: Sequence[LineToAnswer]
    others: Sequence[LineOfOthers]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredLine:
    right: RightLine
    state: Tag
    by: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    title: str
    told: str
    lines: Sequence[AnsweredLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToChange:
    grant_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of answers that were sent. `faster`: others had answered; `refused`: with why."""

    done: int | None = None
    nothing: bool = False
    faster: Sequence[LineRow] = ()
    refused: Sequence[tuple[LineRow, str]] = ()
    to_change: Sequence[LineRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecertificationPage:
    """`waiting` while it goes on; `is_closed`: there is a file."""

    id: int
    title: str
    told: str
    is_closed: bool
    notes: Sequence[Note]
    faster: Sequence[str]
    refused: Sequence[str]
    to_change: Sequence[ToChange]
    waiting: Waiting | None
    settled: Settled | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsPage:
    """What is to be ended, asked about first. `data`: the answers as they were sent."""

    id: int
    clinic: str
    lines: Sequence[RightLine]
    button: str
    data: QueryDict


def recertification_page(
    row: RecertificationRow, lines: Sequence[LineRow], outcome: Outcome, *, is_office: bool
) -> RecertificationPage:
    is_closed = row.closed_at is not None
    unanswered = [line for line in lines if line.state is LineState.UNANSWERED]
    mine = [line for line in unanswered if line.keepable]
    others = [line for line in unanswered if not line.keepable]
    return RecertificationPage(
        id=row.id,
        title=_("Genomgång") if is_closed else _("Arbetar alla fortfarande här?"),
        told=f"{row.clinic_name}. {_how_far(row, len(mine), len(others), is_office=is_office)}",
        is_closed=is_closed,
        notes=tuple(_notes(outcome, is_closed=is_closed)),
        faster=[_faster(line) for line in outcome.faster],
        refused=[f"{_who(line)}: {why}" for line, why in outcome.refused],
        to_change=[
            ToChange(grant_id=line.grant_id, name=line.name, role=role_name(line.role)) for line in outcome.to_change
        ],
        waiting=None if is_closed else _waiting(row, mine, others, is_office=is_office),
        settled=_settled(row, [line for line in lines if line.state is not LineState.UNANSWERED]),
    )


def _how_far(row: RecertificationRow, mine: int, others: int, *, is_office: bool) -> str:
    if row.closed_at:
        days = {"opened": day(row.opened_at), "closed": day(row.closed_at)}
        return _("Påbörjad %(opened)s, avslutad %(closed)s.") % days
    if is_office:
        left = _("%(left)s av %(all)s har inget svar än.") % {"left": row.unanswered, "all": row.size}
    elif others:
        left = _("%(mine)s väntar på dig, %(others)s på andra.") % {"mine": mine, "others": others}
    else:
        left = _("%(mine)s väntar på dig.") % {"mine": mine}
    until: date = last_day_to_answer(row.due_at)
    return f"{left} {_('Svara senast %(until)s.') % {'until': day(until)}}"


def _notes(outcome: Outcome, *, is_closed: bool) -> Iterator[Note]:
    if outcome.done:
        saved = ngettext("%(n)s svar är sparat.", "%(n)s svar är sparade.", outcome.done) % {"n": outcome.done}
        over = _("Alla har fått svar, och genomgången är avslutad.")
        yield Note("ok", f"{saved} {over}" if is_closed else saved, "status")
    if outcome.nothing:
        yield Note("warn", _("Inget är valt. Välj behåll, ändra eller avsluta för minst en person."), "alert")


def _who(line: LineRow) -> str:
    return f"{line.name}, {role_in_sentence(line.role)}"


def _faster(line: LineRow) -> str:
    facts = {"name": line.name, "role": role_in_sentence(line.role), "state": line_state_name(line.state).lower()}
    if not line.answered_by:
        return _("%(name)s, %(role)s: %(state)s.") % facts
    facts |= {"by": line.answered_by, "when": moment(line.settled_at)}
    return _("%(name)s, %(role)s: %(by)s har redan svarat (%(state)s, %(when)s).") % facts


def _waiting(
    row: RecertificationRow, mine: Sequence[LineRow], others: Sequence[LineRow], *, is_office: bool
) -> Waiting:
    asked = _("Registerkansliet har begärt genomgången: ”%(reason)s”") % {"reason": row.reason}
    return Waiting(
        reason=asked if row.reason else "",
        mine=[_to_answer(line) for line in mine],
        others=[LineOfOthers(who=_who(line), why=_why_not(line, is_office=is_office)) for line in others],
    )


def _why_not(line: LineRow, *, is_office: bool) -> str:
    if not line.own:
        return _("Behörigheten har gått ut.")
    if is_office:
        return _("Det här är du. En kollega på kansliet eller kliniken svarar.")
    return _("Det här är du. En annan lokal administratör svarar, eller registerkansliet.")


def _right(line: LineRow) -> RightLine:
    return RightLine(
        name=line.name,
        hsa_id=line.hsa_id,
        role=role_name(line.role),
        tags=[Tag(_("vikarie"))] if line.substitute else [],
        sub_registries=", ".join(names_of(line.sub_registries)),
    )


def _to_answer(line: LineRow) -> LineToAnswer:
    whose = {"name": line.name, "role": role_in_sentence(line.role)}
    return LineToAnswer(
        right=_right(line),
        troubles=tuple(_troubles(line)),
        logged_in=iso_day(line.logged_in_at),
        until=iso_day(last_day(line.ends_at)),
        name=f"rad-{line.id}",
        legend=_("Svar för %(name)s, %(role)s") % whose,
        answers=tuple(_answers(line)),
        aside="" if line.endable else _("Ska uppdraget ändras eller avslutas? Det gör registerkansliet."),
    )


def _troubles(line: LineRow) -> Iterator[Tag]:
    trouble = account_trouble(line.account_state)
    if trouble:
        yield trouble
    if line.mail_is_refused:
        yield Tag(_("mejl kommer inte fram"), "warn", "mail")


def _answers(line: LineRow) -> Iterator[Button]:
    yield Button("keep", _("Behåll"))
    if line.changeable:
        yield Button("change", _("Ändra"))
    if line.endable:
        yield Button("end", _("Avsluta"))


def _settled(row: RecertificationRow, lines: Sequence[LineRow]) -> Settled | None:
    if not lines:
        return None
    return Settled(
        title=_("Så blev det") if row.closed_at else _("Har fått svar"),
        told=_why_at_all(row) if row.closed_at else "",
        lines=[
            AnsweredLine(
                right=_right(line), state=_state(line.state), by=line.answered_by or "–", when=iso(line.settled_at)
            )
            for line in lines
        ],
    )


def _why_at_all(row: RecertificationRow) -> str:
    if not row.opened_by:
        return _("Den återkommande genomgången.")
    return _("Begärd av %(by)s: ”%(reason)s”") % {"by": row.opened_by, "reason": row.reason}


def _state(state: LineState) -> Tag:
    looks = {
        LineState.KEPT: ("ok", "check"),
        LineState.CHANGED: ("ok", "check"),
        LineState.ENDED: ("bad", "cross"),
        LineState.SILENT: ("bad", "clock"),
    }
    return Tag(line_state_name(state), *looks.get(state, ()))


def ends_page(row: RecertificationRow, ending: Sequence[LineRow], *, data: QueryDict) -> EndsPage:
    button = ngettext("Avsluta %(n)s behörighet", "Avsluta %(n)s behörigheter", len(ending))
    return EndsPage(
        id=row.id,
        clinic=row.clinic_name,
        lines=[_right(line) for line in ending],
        button=button % {"n": len(ending)},
        data=data,
    )
