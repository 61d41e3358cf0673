from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.places.queries import ClinicRow
from registret.web.people.forms import WhyForm


class MoveForm(WhyForm):
    """The clinic that goes on with a step, and why."""

    field_order = ("clinic",)
    clinic = forms.TypedChoiceField(
        coerce=int, error_messages={"required": _("Välj klinik"), "invalid_choice": _("Välj klinik")}
    )

    def __init__(self, data: Any = None, *, clinics: Sequence[ClinicRow]) -> None:
        super().__init__(data)
        self.has_clinics = bool(clinics)
        self.fields["clinic"].choices = [(one.id, one.title) for one in clinics]  # type: ignore[attr-defined]
