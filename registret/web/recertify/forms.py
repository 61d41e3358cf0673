from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from registret.access.staff.recertification.answering import LineAnswer
from registret.access.staff.recertification.rows import LineRow
from registret.web.forms import ClinicForm, ReasonField

CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was marked on the screen: answers to save, and lines that are to be changed on a page of their own."""

    answers: Mapping[int, LineAnswer]
    changes: tuple[int, ...]

    @classmethod
    def of(cls, data: QueryDict, lines: Sequence[LineRow]) -> Chosen:
        """Whatever else was sent is no answer."""
        marked = {line.id: data.get(f"rad-{line.id}", "") for line in lines}
        return cls(
            answers={line_id: LineAnswer(value) for line_id, value in marked.items() if value in set(LineAnswer)},
            changes=tuple(line_id for line_id, value in marked.items() if value == CHANGE),
        )


class StartForm(ClinicForm):
    """Which clinic is asked out of turn, and why."""

    reason = ReasonField(_("Skriv varför genomgången görs nu"))
