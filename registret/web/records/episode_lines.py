"""Episodes of a list in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.kernel.sweden import day_of
from registret.places.queries import clinics
from registret.records.lifecycle import UNFINISHED, StepState
from registret.records.rows import ListedEpisode, StepMark
from registret.registries.queries import form_of, name_of
from registret.web.http import addresses
from registret.web.pieces import DataTable, Link, Row, Small, StyledText, TableCell, Tag
from registret.web.steps.heads import sex_name, state_name
from registret.web.templatetags.look import iso_day
from registret.words.days import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeLine:
    """An episode in words. How far its next step has come: a tag if something is unusual about it, else `told`. `done`:
    how many of its steps are. `value`: what is counted of it, in a list behind a median."""

    row: ListedEpisode
    sex: str
    clinic: str
    step: str
    state: Tag | None
    told: str
    done: str
    value: str = ""


def lines(rows: Sequence[ListedEpisode], *, actor: Actor, at: datetime) -> list[EpisodeLine]:
    """In words, as they are on the day of `at`. One query if there are other clinics than those of the actor."""
    names = {seat.clinic_id: seat.clinic_name for seat in actor.seats if seat.clinic_id is not None}
    if others := {row.clinic_id for row in rows} - names.keys():
        names |= {id: place.title for id, place in clinics(others).items()}
    return [_line(row, names[row.clinic_id], today=day_of(at)) for row in rows]


def episode_table(
    found: Sequence[EpisodeLine], *, is_several: bool = False, is_valued: bool = False
) -> DataTable | None:
    """None if there are none. `is_several`: more than one clinic may be in it; `is_valued`: each has a value."""
    value = [_("Värde")] if is_valued else []
    columns = [_("Patient"), *value, _("Ankomst"), _("Delregister"), _("Nästa steg"), _("Senast sparat")]
    pages = addresses("episode", [line.row.system_id for line in found])
    rows = [_row(line, pages[line.row.system_id], is_several=is_several, is_valued=is_valued) for line in found]
    return DataTable(caption=_("Vårdepisoder"), columns=columns, rows=rows, css="dense") if rows else None


def _row(line: EpisodeLine, address: str, *, is_several: bool, is_valued: bool) -> Row:
    row = line.row
    who = Small(f"{line.sex}, {_('%(age)s år vid ankomst') % {'age': row.age}}", "soft")
    step = line.state or StyledText(line.told, "soft")
    return Row(
        TableCell([Link(row.shown, address, "id"), who]),
        [
            *([TableCell([StyledText(line.value, "nb")])] if is_valued else []),
            TableCell([StyledText(iso_day(row.began_at), "nb")]),
            TableCell([name_of(row.sub_registry), Small(line.clinic if is_several else "", "soft")]),
            TableCell([line.step, step, Small(line.done, "soft")]),
            TableCell([StyledText(iso_day(row.saved_at), "nb")], "none"),
        ],
    )


def late_in_words(last: date, *, today: date) -> str:
    """`5 dagar sen`."""
    days = (today - last).days
    return ngettext("%(n)s dag sen", "%(n)s dagar sen", days) % {"n": days}


def _line(row: ListedEpisode, clinic: str, *, today: date) -> EpisodeLine:
    form, following = form_of(row.sub_registry, row.version), row.next_step
    done = sum(step.state not in UNFINISHED for step in row.steps)
    return EpisodeLine(
        row=row,
        sex=sex_name(row.sex),
        clinic=clinic,
        step=str(form.step(following.code).name) if following else "",
        state=_tag_of(following, today=today) if following else Tag(_("klar"), "ok", "check"),
        told=_told_of(following, today=today) if following else "",
        done=_("%(done)s av %(all)s steg") % {"done": done, "all": len(row.steps)},
    )


def _tag_of(step: StepMark, *, today: date) -> Tag | None:
    """That it is late, or flagged."""
    if step.due_from is not None and step.due_to is not None and step.state is StepState.PLANNED:
        late = step.due_to < today
        return Tag(late_in_words(step.due_to, today=today), "bad", "clock") if late else None
    return Tag(_("flaggad"), "warn", "warn") if step.flags else None


def _told_of(step: StepMark, *, today: date) -> str:
    """When it is due, or how far it has come."""
    if step.due_from is None or step.due_to is None or step.state is not StepState.PLANNED:
        return state_name(step.state)
    if step.due_from > today:
        return _("från %(day)s") % {"day": day_in_words(step.due_from)}
    return _("senast %(day)s") % {"day": day_in_words(step.due_to)}
