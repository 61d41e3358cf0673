from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from registret.kernel.dates import DateReach
from registret.kernel.identifiers import NumberMalformed
from registret.records.case_number import CaseNumber
from registret.records.cases import Case
from registret.records.disclosure.preparing import is_short
from registret.records.disclosure.rows import DisclosureWish
from registret.records.disclosure.selection import SelectedSection
from registret.records.ethics_approval import Approval
from registret.records.numbers import PatientNumber
from registret.web.dates import DayField
from registret.web.forms import CODE_INPUT, ParsedField, ReasonField
from registret.words.numbers import number_fault

_NUL = {"null_characters_not_allowed": _("Texten innehåller ett tecken som inte går att spara")}


class NumberField(forms.CharField):
    """A patient's number, as `PatientNumber`. `today`: for numbers that are written without a century."""

    default_error_messages = {"required": _("Skriv numret"), **_NUL}
    today: date

    def __init__(self) -> None:
        super().__init__(max_length=30, widget=CODE_INPUT)

    def clean(self, value: Any) -> PatientNumber:
        text = super().clean(value)
        try:
            return PatientNumber.parse(text, today=self.today)
        except NumberMalformed as malformed:
            raise ValidationError(number_fault(malformed.fault)) from None


class CaseNumberField(ParsedField):
    """A number of the diary, as `CaseNumber`."""

    default_error_messages = {"required": _("Skriv ärendets nummer i diariet"), **_NUL}
    parse = CaseNumber.parse
    malformed = _("Skriv numret i diariet, till exempel 26RS4711. Det är inte patientens nummer.")

    def __init__(self) -> None:
        super().__init__(max_length=60, widget=CODE_INPUT)


_LOOK_AGAIN = _("Kontrollera numret, och kryssa i rutan om det stämmer")


class CaseForm(forms.Form):
    """About whom, and for which case. `patient_number_is_right`: though its check digit is wrong, which is asked once
    it is."""

    number = NumberField()
    patient_number_is_right = forms.BooleanField(required=False)
    case_number = CaseNumberField()

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.fields["number"].today = today  # type: ignore[attr-defined]

    @property
    def is_doubted(self) -> bool:
        """Of a form that was looked at."""
        number = self.cleaned_data.get("number") if self.is_bound else None
        return number is not None and number.is_doubtful

    def clean(self) -> dict[str, Any]:
        if self.is_doubted and not self.cleaned_data["patient_number_is_right"]:
            self.add_error("patient_number_is_right", _LOOK_AGAIN)
        return self.cleaned_data

    @property
    def case(self) -> Case:
        """Of a form that is valid."""
        return Case(number=self.cleaned_data["number"], case_number=self.cleaned_data["case_number"])


class NumberForm(forms.Form):
    """Another number for a patient, and why; `mistaken`: the earlier one was never the patient's. `number_is_right`:
    though its check digit is wrong, which is asked once it is."""

    new_number = NumberField()
    number_is_right = forms.BooleanField(required=False)
    reason = ReasonField(_("Skriv varför numret byts"))
    mistaken = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.fields["new_number"].today = today  # type: ignore[attr-defined]

    @property
    def is_doubted(self) -> bool:
        """Of a form that was looked at."""
        number = self.cleaned_data.get("new_number") if self.is_bound else None
        return number is not None and number.is_doubtful

    def clean(self) -> dict[str, Any]:
        if self.is_doubted and not self.cleaned_data["number_is_right"]:
            self.add_error("number_is_right", _LOOK_AGAIN)
        return self.cleaned_data


class RetentionForm(forms.Form):
    """A decision about what is older than a sub-registry keeps it. `with_research`: it has research questions to decide
    about."""

    what = forms.ChoiceField(
        choices=[("destroy", _("Gallra")), ("research", _("Gallra svar på forskningsfrågor")), ("keep", _("Bevara"))],
        error_messages={"required": _("Välj gallra eller bevara"), "invalid_choice": _("Välj gallra eller bevara")},
    )
    until = DayField(label=_("Bevara till och med"), reach=DateReach.COMING)
    reason = ReasonField(_("Skriv varför"))

    def __init__(self, data: Any = None, *, today: date, with_research: bool) -> None:
        super().__init__(data)
        self.today = today
        if not with_research:
            what = self.fields["what"]
            what.choices = [one for one in what.choices if one[0] != "research"]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("what") == "keep" and "until" not in self.errors:
            if not data.get("until"):
                self.add_error("until", _("Skriv till och med vilken dag uppgifterna bevaras"))
            elif data["until"] <= self.today:
                self.add_error("until", _("Välj en dag efter i dag"))
        return data


class ApprovalField(ParsedField):
    """The number of an ethics approval, as `Approval`."""

    default_error_messages = {"required": _("Skriv etikgodkännandets nummer"), **_NUL}
    parse = Approval.parse
    malformed = _("Skriv numret som på godkännandet, till exempel 2026-01234-01")

    def __init__(self) -> None:
        super().__init__(max_length=60, widget=CODE_INPUT)


def _line(required: Any) -> forms.CharField:
    return forms.CharField(
        max_length=200, error_messages={"required": required, "max_length": _("Skriv högst 200 tecken"), **_NUL}
    )


class DisclosureForm(forms.Form):
    """What a project asks for, of one sub-registry."""

    project = _line(_("Skriv vad projektet heter"))
    approval = ApprovalField()
    recipient_name = _line(_("Skriv vem som tar emot filen"))
    recipient_organisation = _line(_("Skriv mottagarens organisation"))
    first_day = DayField(
        label=_("Vårdepisoder som började från och med"),
        required=True,
        reach=DateReach.PAST,
        missing=_("Skriv den första dagen"),
    )
    last_day = DayField(
        label=_("Till och med"), required=True, reach=DateReach.PAST, missing=_("Skriv den sista dagen")
    )
    parts = forms.MultipleChoiceField(
        error_messages={"required": _("Välj minst en del"), "invalid_choice": _("Välj bland delarna i listan")}
    )
    dates = forms.ChoiceField(
        choices=[("since", _("Tid sedan vårdepisoden började")), ("full", _("Hela datum"))],
        error_messages={
            "required": _("Välj hur datum lämnas ut"),
            "invalid_choice": _("Välj hur datum lämnas ut"),
        },
    )
    dates_reason = ReasonField()
    clinics = forms.ChoiceField(
        choices=[("each", _("Ja, en beteckning för varje klinik")), ("none", _("Nej"))],
        error_messages={
            "required": _("Välj om kliniken ska synas"),
            "invalid_choice": _("Välj om kliniken ska synas"),
        },
    )
    reason = ReasonField(_("Skriv varför uppgifterna lämnas ut"))

    def __init__(self, data: Any = None, *, sub_registry: str, parts: Sequence[SelectedSection]) -> None:
        super().__init__(data, initial={"dates": "since", "clinics": "each"})
        self.fields["parts"].choices = [(part.code, part.name) for part in parts]  # type: ignore[attr-defined]
        self.sub_registry = sub_registry

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Välj en dag som inte är före den första"))
        elif first and last and data.get("dates") == "since" and is_short(first, last):
            text = _(
                "Välj hela datum, med ett skäl, eller en period på minst 31 dagar: i en kort period visar tiderna ändå "
                "nästan vilken dag det var"
            )
            self.add_error("dates", text)
        if data.get("dates") == "full" and "dates_reason" not in self.errors and not data.get("dates_reason"):
            self.add_error("dates_reason", _("Skriv varför hela datum behövs"))
        return data

    @property
    def wish(self) -> DisclosureWish:
        """Of a form that is valid."""
        data = self.cleaned_data
        full = data["dates"] == "full"
        return DisclosureWish(
            sub_registry=self.sub_registry,
            parts=frozenset(data["parts"]),
            full_dates=full,
            clinics=data["clinics"] == "each",
            dates_reason=data["dates_reason"] if full else "",
            **{
                name: data[name]
                for name in (
                    *("project", "approval", "recipient_name", "recipient_organisation"),
                    *("first_day", "last_day", "reason"),
                )
            },
        )
