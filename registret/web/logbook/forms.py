from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registret.accounts.search import find_accounts
from registret.kernel.dates import DateReach
from registret.kernel.identifiers import HsaId, Malformed, mask_personal_numbers
from registret.kernel.secret import CODE_ALPHABET
from registret.kernel.sweden import midnight
from registret.ledger.queries import Wanted
from registret.oversight.openings import Errand
from registret.web.dates import DayField
from registret.web.forms import CODE_INPUT, ReasonField
from registret.words.events import EVENTS, event_name
from registret.words.facts import errand_name
from registret.words.incidents import incident_fault


class SystemIdField(forms.CharField):
    """A patient's system id, in capitals; "" if nothing is written."""

    default_error_messages = {
        "invalid": _("Skriv patientens beteckning, till exempel P7KM4QXDR. Aldrig ett personnummer.")
    }

    def __init__(self) -> None:
        super().__init__(required=False, max_length=40, widget=CODE_INPUT)

    def clean(self, value: object) -> str:
        text = str(super().clean(value)).upper()
        if text and not re.fullmatch(f"P[{CODE_ALPHABET}]{{8}}", text):
            raise forms.ValidationError(self.error_messages["invalid"])
        return text


class OpeningForm(forms.Form):
    """Why the log is read. `question`: what was asked of it, to go on with."""

    why = forms.TypedChoiceField(
        coerce=Errand,
        error_messages={"required": _("Välj vad det gäller"), "invalid_choice": _("Välj vad det gäller")},
    )
    reason = ReasonField(_("Skriv varför"))
    question = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].choices = [(why.value, errand_name(why)) for why in Errand]  # type: ignore[attr-defined]

    def clean_reason(self) -> str:
        text = str(self.cleaned_data["reason"])
        if mask_personal_numbers(text) != text:
            raise forms.ValidationError(incident_fault("patient_number"))
        return text


class LogForm(forms.Form):
    """What to look for in the log. Everything may be left out."""

    hsa_id = forms.CharField(required=False, max_length=100, widget=CODE_INPUT)
    patient = SystemIdField()
    event = forms.ChoiceField(required=False, error_messages={"invalid_choice": _("Välj en händelse i listan")})
    outcome = forms.ChoiceField(
        required=False,
        choices=[("", _("Alla")), ("done", _("Genomfört")), ("refused", _("Nekat"))],
        error_messages={"invalid_choice": _("Välj ett utfall i listan")},
    )
    reference = forms.CharField(
        required=False, max_length=10, widget=CODE_INPUT, error_messages={"max_length": _("Skriv som K7F-2Q9M")}
    )
    since = DayField(label=_("Från och med"), reach=DateReach.PAST)
    until = DayField(label=_("Till och med"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].choices = [("", _now("Alla")), *_events(get_language())]  # type: ignore[attr-defined]

    def clean_hsa_id(self) -> str:
        text = str(self.cleaned_data["hsa_id"])
        if not text:
            return ""
        try:
            return HsaId.parse(text, allow_test=True).text
        except Malformed:
            return _named(text)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("Till och med ligger före från och med"))
        return data

    @property
    def wanted(self) -> Wanted:
        """Of a form that is valid, but for the patient, whom another floor knows. Days are days in Sweden."""
        data = self.cleaned_data
        return Wanted(
            hsa_id=data["hsa_id"],
            event=data["event"],
            outcome=data["outcome"],
            reference=data["reference"],
            since=midnight(data["since"]) if data["since"] else None,
            until=midnight(data["until"] + timedelta(days=1)) if data["until"] else None,
        )

    @property
    def told(self) -> dict[str, str]:
        """What the log keeps of the question: all that was filled in (the HSA-id and the patient have columns)."""
        own_column = {"hsa_id", "patient"}
        return {name: str(value) for name, value in self.cleaned_data.items() if value and name not in own_column}


@cache
def _events(language: str) -> tuple[tuple[str, str], ...]:
    """By their names in the active language, which is `language`."""
    return tuple(sorted(((code, event_name(code)) for code in EVENTS), key=lambda pair: pair[1].casefold()))


def _named(name: str) -> str:
    """The HSA-id of the account whose name begins so. Nobody is told here whose names begin alike: the log is not open
    yet.

    Raises: ValidationError (none, or several).
    """
    found = find_accounts(words=name, size=2).rows
    if not found:
        raise forms.ValidationError(_("Skriv hela HSA-id:t, till exempel SE2321009991-E00K4T2, eller ett namn"))
    if len(found) > 1:
        raise forms.ValidationError(_("Det passar flera. Skriv mer av namnet, eller hela HSA-id:t"))
    return found[0].hsa_id.text
