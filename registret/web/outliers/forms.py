from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registret.reports.outliers.acting import LONGEST, names_a_patient
from registret.web.forms import ReasonField


class CaseTextForm(forms.Form):
    """What is written in a case about an outlier."""

    text = ReasonField(gettext_lazy("Skriv en text"), most=LONGEST)

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if names_a_patient(text):
            raise ValidationError(_("Texten ser ut att ha ett personnummer eller reservnummer. Ta bort det."))
        return text
