"""What waits at the clinic for those who report, and what those find who only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.kernel.sweden import day_of
from registret.records.lifecycle import StepState
from registret.records.reporting import listing
from registret.records.reporting.audited_reads import work
from registret.records.rows import ListedStep, ListedSteps
from registret.registries.queries import form_of
from registret.web.records.listing import EpisodeLine, late_in_words, lines
from registret.web.records.pages import sex_name
from registret.words.days import day_in_words

_SOON: Final = 7
"""So many days before its last one a follow-up is said to be urgent."""
NEWEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLine:
    """A step to do. `tag` is said in the colour of `urgency`: bad, warn, ok or none; `told`: what else is known."""

    row: ListedStep
    sex: str
    step: str
    tag: str
    urgency: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPanel:
    """A list of the start page. `query` leads to all of them, in the list of episodes, if there are more."""

    code: str
    title: str
    lines: tuple[WorkLine, ...]
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """Panels in which there is something: what can be done now on the left. `awaiting`: how many episodes have a
    follow-up as their next step, in words, with the `awaiting_query` of the list that has them; empty if none."""

    left: tuple[WorkPanel, ...]
    right: tuple[WorkPanel, ...]
    awaiting: str = ""

    awaiting_query: ClassVar[str] = "lage=vantar&ordning=uppfoljning"


def waiting(actor: Actor, *, at: datetime) -> WorkPage:
    """Raises: NotPermitted."""
    found, today = work(actor=actor, at=at), day_of(at)
    due = _panel("due", _("Uppföljningar att göra"), found.due, "lage=att-folja-upp&ordning=uppfoljning", actor, today)
    drafts = _panel("drafts", _("Påbörjade"), found.drafts, "lage=paborjade&ordning=andrad", actor, today)
    following = _panel("next", _("Att fortsätta med"), found.to_continue, "lage=att-borja", actor, today)
    aside = _panel("aside", _("Undanlagda, svar väntas"), found.laid_aside, "lage=undanlagda", actor, today)
    return WorkPage(
        left=tuple(panel for panel in (due, drafts, following) if panel.lines),
        right=(aside,) if aside.lines else (),
        awaiting=_awaiting(listing.awaiting_follow_up(actor=actor, at=at)),
    )


def newest(actor: Actor, *, at: datetime) -> list[EpisodeLine]:
    """The clinic's newest episodes, for those who only read. Raises: NotPermitted."""
    return lines(listing.newest(actor=actor, size=NEWEST, at=at), at=at)


def _awaiting(count: int) -> str:
    if not count:
        return ""
    told = ngettext("%(n)s vårdepisod väntar på uppföljning", "%(n)s vårdepisoder väntar på uppföljning", count)
    return told % {"n": count}


def _panel(code: str, title: str, found: ListedSteps, query: str, actor: Actor, today: date) -> WorkPanel:
    return WorkPanel(
        code=code,
        title=title,
        lines=tuple(_line(row, actor, today=today) for row in found.rows),
        query=query if found.has_more else "",
    )


def _line(row: ListedStep, actor: Actor, *, today: date) -> WorkLine:
    tag, urgency = _tag(row, today=today)
    last = row.due_to if row.state is StepState.PLANNED and not tag else None
    return WorkLine(
        row=row,
        sex=sex_name(row.sex),
        step=str(form_of(row.sub_registry, row.version).step(row.step).name),
        tag=tag,
        urgency=urgency,
        told=_("senast %(day)s") % {"day": day_in_words(last)} if last else _told(row, actor),
    )


def _tag(row: ListedStep, *, today: date) -> tuple[str, str]:
    if row.state is StepState.PLANNED:
        return _due(row.due_to, today=today) if row.due_to is not None else ("", "")
    if row.flags:
        return _("kan inte signeras"), "warn"
    if row.lacking:
        return ngettext("%(n)s fråga kvar", "%(n)s frågor kvar", row.lacking) % {"n": row.lacking}, ""
    return _("klar att signera"), "ok"


def _due(last: date, *, today: date) -> tuple[str, str]:
    days = (last - today).days
    if days < 0:
        return late_in_words(last, today=today), "bad"
    if days > _SOON:
        return "", ""
    if days == 0:
        return _("sista dagen i dag"), "warn"
    return ngettext("%(n)s dag kvar", "%(n)s dagar kvar", days) % {"n": days}, "warn"


def _told(row: ListedStep, actor: Actor) -> str:
    if row.saved_at is not None:
        who = _("dig") if row.saved_by_id == actor.account_id else row.saved_by_name
        return _("sparat %(day)s av %(name)s") % {"day": day_in_words(row.saved_at), "name": who}
    return _("ankomst %(day)s") % {"day": day_in_words(row.began_at)}
