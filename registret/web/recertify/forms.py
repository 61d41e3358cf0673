from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from registret.access.staff.recertification.answering import LineAnswer
from registret.access.staff.recertification.rows import LineRow
from registret.places.queries import ClinicRow
from registret.web.attest.forms import ReasonField
from registret.web.forms import by_region

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


class StartForm(forms.Form):
    """Which clinic is asked out of turn, and why."""

    clinic = forms.TypedChoiceField(
        coerce=int,
        error_messages={"required": _("Välj en klinik"), "invalid_choice": _("Välj en klinik i listan")},
    )
    reason = ReasonField(
        max_length=500,
        error_messages={
            "required": _("Skriv varför genomgången görs nu"),
            "max_length": _("Skriv högst 500 tecken"),
            "null_characters_not_allowed": _("Texten innehåller ett tecken som inte går att spara"),
        },
    )

    def __init__(self, *args: Any, clinics: Sequence[ClinicRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = clinics
        self.fields["clinic"].choices = by_region(clinics)  # type: ignore[attr-defined]
