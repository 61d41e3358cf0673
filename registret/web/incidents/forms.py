from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.kernel.dates import DateReach
from registret.oversight.incident_rules import DataKind, IncidentText, Notified, faults
from registret.web.dates import MomentField
from registret.web.forms import NUMBER_INPUT, ReasonField
from registret.words.incidents import authority_name, data_kind_name, incident_fault, persons_name

_MOST_PEOPLE = 100_000_000
_LONG, _SHORT = 4000, 2000


class IncidentForm(forms.Form):
    """An incident, new or revised. `base`: the number of the revision that was shown; 0 for a new one."""

    base = forms.IntegerField(min_value=0, max_value=1_000_000, initial=0, widget=forms.HiddenInput)
    happened = ReasonField(_("Skriv vad som har hänt"), most=_LONG)
    began_at = MomentField(label=_("Började"), reach=DateReach.PAST)
    ended_at = MomentField(label=_("Slutade"), reach=DateReach.PAST)
    discovered_at = MomentField(
        label=_("Upptäcktes"), required=True, missing=_("Skriv när det upptäcktes"), reach=DateReach.PAST
    )
    people = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=_MOST_PEOPLE,
        widget=NUMBER_INPUT,
        error_messages={
            "invalid": _("Skriv ett heltal, bara siffror"),
            "min_value": _("Skriv ett heltal, bara siffror"),
            "max_value": _("Så många människor finns inte i registret"),
        },
    )
    data_kinds = forms.TypedMultipleChoiceField(
        coerce=DataKind, required=False, error_messages={"invalid_choice": _("Välj bland uppgifterna i listan")}
    )
    consequences = ReasonField(most=_LONG)
    measures = ReasonField(most=_LONG)
    authority = forms.TypedChoiceField(
        coerce=Notified,
        initial=Notified.UNDECIDED.value,
        error_messages={"required": _("Välj om den är anmäld"), "invalid_choice": _("Välj om den är anmäld")},
    )
    authority_at = MomentField(label=_("Anmäldes"), reach=DateReach.PAST)
    authority_why = ReasonField(most=_SHORT)
    persons = forms.TypedChoiceField(
        coerce=Notified,
        initial=Notified.UNDECIDED.value,
        error_messages={"required": _("Välj om de är informerade"), "invalid_choice": _("Välj om de är informerade")},
    )
    persons_at = MomentField(label=_("Informerades"), reach=DateReach.PAST)
    persons_why = ReasonField(most=_SHORT)
    is_open = forms.TypedChoiceField(
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Öppen")), ("no", _("Stängd"))],
        initial="yes",
        error_messages={"required": _("Välj öppen eller stängd"), "invalid_choice": _("Välj öppen eller stängd")},
    )

    def __init__(self, data: Any = None, *, of: IncidentText | None = None, base: int = 0, at: datetime) -> None:
        super().__init__(data, initial={"base": base} | (_as_written(of) if of else {}))
        self.at = at
        choices = {
            "data_kinds": [(kind.value, data_kind_name(kind)) for kind in DataKind],
            "authority": [(one.value, authority_name(one)) for one in Notified],
            "persons": [(one.value, persons_name(one)) for one in Notified],
        }
        for name, named in choices.items():
            self.fields[name].choices = named  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            for name, fault in faults(self.text, at=self.at):
                self.add_error(name, incident_fault(fault))
        return self.cleaned_data

    @property
    def text(self) -> IncidentText:
        """Of a form whose fields are valid."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "base"}
        return IncidentText(**data | {"data_kinds": tuple(data["data_kinds"])})


def _as_written(text: IncidentText) -> dict[str, Any]:
    names = [name for name in IncidentForm.base_fields if name != "base"]
    return {name: getattr(text, name) for name in names} | {"is_open": "yes" if text.is_open else "no"}
