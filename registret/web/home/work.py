"""What waits at the clinic for those who report, and what those find who only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.kernel.sweden import day_of
from registret.records.lifecycle import StepState
from registret.records.queries.destroyed import Destroyed, destroyed_lately
from registret.records.reporting import audited_reads, listing
from registret.records.reporting.work_lists import COUNTED
from registret.records.rows import ListedQuery, ListedStep, ListedSteps
from registret.registries.queries import form_of, name_of
from registret.web.home.panels import Item, Panel
from registret.web.pieces import DataTable, Link, Tag
from registret.web.records.episode_lines import episode_table, late_in_words, lines
from registret.web.steps.heads import sex_name
from registret.words.days import day_in_words

_SOON: Final = 7
"""So many days before its last one a follow-up is said to be urgent."""
NEWEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingWork:
    """Panels in which there is something: what can be done now on the left. `awaiting`: how many episodes have a
    follow-up as their next step, with the list that has them. `destroyed`: what nobody needs to look for."""

    left: tuple[Panel, ...]
    right: tuple[Panel, ...]
    awaiting: Link | None = None
    destroyed: tuple[Destroyed, ...] = ()

    @property
    def is_done(self) -> bool:
        return not self.left and not self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """The clinic's newest episodes. `destroyed`: what nobody needs to look for."""

    table: DataTable | None
    destroyed: tuple[Destroyed, ...]


def work(actor: Actor, *, at: datetime) -> WaitingWork:
    """Raises: NotPermitted."""
    found = audited_reads.work(actor=actor, at=at)
    today = day_of(at)
    due = _panel("due", _("Uppföljningar att göra"), found.due, "lage=att-folja-upp&ordning=uppfoljning", actor, today)
    drafts = _panel("drafts", _("Påbörjade"), found.drafts, "lage=paborjade&ordning=andrad", actor, today)
    following = _panel("next", _("Att fortsätta med"), found.to_continue, "lage=att-borja", actor, today)
    aside = _panel("aside", _("Undanlagda, svar väntas"), found.laid_aside, "lage=undanlagda", actor, today)
    asked = Panel(code="asked", title=_("Kansliet frågar"), items=tuple(map(_query, found.asked)))
    proposed = Panel(
        code="proposed",
        title=_("Förslag ur filer"),
        items=tuple(_proposal(row) for row in found.proposed.rows),
        note=_("Det finns fler. De visas när de här är avgjorda.") if found.proposed.has_more else "",
    )
    return WaitingWork(
        left=tuple(panel for panel in (asked, proposed, due, drafts, following) if panel.items),
        right=(aside,) if aside.items else (),
        awaiting=_awaiting(found.awaiting),
        destroyed=found.destroyed,
    )


def newest(actor: Actor, *, at: datetime) -> Newest:
    """For those who only read. Raises: NotPermitted."""
    found = listing.newest(actor=actor, size=NEWEST, at=at)
    table = episode_table(lines(found, actor=actor, at=at))
    return Newest(table=table, destroyed=destroyed_lately(actor=actor, at=at))


def _awaiting(count: int) -> Link | None:
    if not count:
        return None
    told = ngettext("%(n)s vårdepisod väntar på uppföljning", "%(n)s vårdepisoder väntar på uppföljning", count)
    if count > COUNTED:
        told = _("Fler än %(n)s vårdepisoder väntar på uppföljning")
    return Link(told % {"n": min(count, COUNTED)}, _records("lage=vantar&ordning=uppfoljning"))


def _panel(code: str, title: str, found: ListedSteps, query: str, actor: Actor, today: date) -> Panel:
    return Panel(
        code=code,
        title=title,
        items=tuple(_item(row, actor, today=today) for row in found.rows),
        link=Link(_("Visa alla"), _records(query)) if found.has_more else None,
    )


def _records(query: str) -> str:
    return f"{reverse('records')}?{query}"


def _item(row: ListedStep, actor: Actor, *, today: date) -> Item:
    tag = _tag(row, today=today)
    last = row.due_to if row.state is StepState.PLANNED and not tag else None
    step = str(form_of(row.sub_registry, row.version).step(row.step).name).lower()
    who = f"{sex_name(row.sex)}, {_('%(age)s år vid ankomst') % {'age': row.age}}"
    told = _("senast %(day)s") % {"day": day_in_words(last)} if last else _told(row, actor)
    return Item(
        reverse("step", args=[row.episode, row.step]),
        row.shown,
        f"{who} · {name_of(row.sub_registry)}, {step} · {told}",
        tag,
        "id nb",
    )


def _proposal(row: ListedStep) -> Item:
    step = str(form_of(row.sub_registry, row.version).step(row.step).name).lower()
    who = f"{sex_name(row.sex)}, {_('%(age)s år vid ankomst') % {'age': row.age}}"
    address = reverse("step_proposal", args=[row.episode, row.step])
    return Item(address, row.shown, f"{who} · {name_of(row.sub_registry)}, {step}", css="id nb")


def _query(row: ListedQuery) -> Item:
    """Leads to the answer that is asked about."""
    form = form_of(row.sub_registry, row.version)
    step, question = str(form.step(row.step).name).lower(), form.questions.get(row.variable)
    who = f"{sex_name(row.sex)}, {_('%(age)s år vid ankomst') % {'age': row.age}}"
    last = _("svara senast %(day)s") % {"day": day_in_words(row.answer_by)}
    about = str(question.variable.label) if question else row.variable
    return Item(
        f"{reverse('step', args=[row.episode, row.step])}#{row.variable}",
        row.shown,
        f"{who} · {name_of(row.sub_registry)}, {step} · {about} · {last}",
        css="id nb",
    )


def _tag(row: ListedStep, *, today: date) -> Tag | None:
    if row.state is StepState.PLANNED:
        return _due(row.due_to, today=today) if row.due_to is not None else None
    if row.flags:
        return Tag(_("kan inte signeras"), "warn", "warn")
    if row.lacking:
        return Tag(ngettext("%(n)s fråga kvar", "%(n)s frågor kvar", row.lacking) % {"n": row.lacking})
    return Tag(_("klar att signera"), "ok", "check")


def _due(last: date, *, today: date) -> Tag | None:
    days = (last - today).days
    if days < 0:
        return Tag(late_in_words(last, today=today), "bad", "clock")
    if days > _SOON:
        return None
    if days == 0:
        return Tag(_("sista dagen i dag"), "warn", "warn")
    return Tag(ngettext("%(n)s dag kvar", "%(n)s dagar kvar", days) % {"n": days}, "warn", "warn")


def _told(row: ListedStep, actor: Actor) -> str:
    if row.saved_at is not None:
        who = _("dig") if row.saved_by_id == actor.account_id else row.saved_by_name
        return _("sparat %(day)s av %(name)s") % {"day": day_in_words(row.saved_at), "name": who}
    return _("ankomst %(day)s") % {"day": day_in_words(row.began_at)}
