"""The form by which a clinic orders its own episodes in a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.exchange.exporting.wishes import ExportFormat, ExportWish, RowFor, ShownAs
from registret.kernel.dates import DateReach
from registret.records.queries.exports import ExportSelection
from registret.registries.queries import name_of
from registret.web.dates import DayField
from registret.web.forms import ReasonField


def _choice(choices: Sequence[tuple[str, Any]], missing: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, error_messages={"required": missing, "invalid_choice": missing})


class ExportForm(forms.Form):
    """`registries`: codes of those that the actor may take out of."""

    sub_registry = _choice([], _("Välj ett delregister"))
    first_day = DayField(
        label=_("Vårdepisoder som började från och med"),
        required=True,
        reach=DateReach.PAST,
        missing=_("Skriv den första dagen"),
    )
    last_day = DayField(
        label=_("Till och med"), required=True, reach=DateReach.PAST, missing=_("Skriv den sista dagen")
    )
    format = _choice(
        [
            (ExportFormat.XLSX, _("XLSX, för kalkylprogram")),
            (ExportFormat.CSV, _("CSV")),
            (ExportFormat.JSON, _("JSON")),
            (ExportFormat.FHIR, _("FHIR R4 (QuestionnaireResponse)")),
            (ExportFormat.ODM, _("CDISC ODM 1.3.2 (XML)")),
        ],
        _("Välj ett format"),
    )
    shown_as = _choice(
        [(ShownAs.LABELS, _("Som i formuläret")), (ShownAs.CODES, _("Som koder"))], _("Välj hur svaren skrivs")
    )
    row_for = _choice(
        [(RowFor.EPISODE, _("En rad per vårdepisod")), (RowFor.STEP, _("En rad per steg"))],
        _("Välj vad en rad är"),
    )
    reason = ReasonField(_("Skriv vad filen ska användas till"))

    def __init__(self, data: Any = None, *, registries: Sequence[str]) -> None:
        initial = {"format": ExportFormat.XLSX, "shown_as": ShownAs.LABELS, "row_for": RowFor.EPISODE}
        super().__init__(data, initial=initial)
        self.fields["sub_registry"].choices = [(code, name_of(code)) for code in registries]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Välj en dag som inte är före den första"))
        return self.cleaned_data

    @property
    def wish(self) -> ExportWish:
        """Of a form that is valid."""
        data = self.cleaned_data
        return ExportWish(
            selection=ExportSelection(**{name: data[name] for name in ("sub_registry", "first_day", "last_day")}),
            format=ExportFormat(data["format"]),
            shown_as=ShownAs(data["shown_as"]),
            row_for=RowFor(data["row_for"]),
            reason=data["reason"],
        )
