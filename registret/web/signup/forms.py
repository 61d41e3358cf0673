from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.access.applications.applying import Wish
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.web.forms import ClinicField, ClinicForm, EmailField, ReasonField, sub_registry_choices
from registret.web.pieces import OptionText, options
from registret.words.roles import role_hint, role_name


class ApplicationForm(ClinicForm):
    """Where and as what a person wants to work."""

    clinic = ClinicField(_("Välj den klinik du arbetar på"))
    role = forms.TypedChoiceField(
        coerce=Role, initial=Role.REPORTER.value, error_messages={"required": _("Välj vad du behöver göra i registret")}
    )
    sub_registries = forms.MultipleChoiceField(error_messages={"required": _("Kryssa för minst ett delregister")})
    message = forms.CharField(
        required=False,
        max_length=500,
        strip=True,
        error_messages={"max_length": _("Skriv högst 500 tecken")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(r.value, role_name(r)) for r in ROLES_TO_APPLY_FOR]  # type: ignore[attr-defined]
        self.fields["sub_registries"].choices = sub_registry_choices()  # type: ignore[attr-defined]

    @property
    def wish(self) -> Wish:
        """Of a form that is valid."""
        data = self.cleaned_data
        return Wish(
            clinic_id=data["clinic"],
            role=data["role"],
            sub_registries=data["sub_registries"],
            message=data["message"],
        )

    @property
    def roles(self) -> tuple[OptionText, ...]:
        return options(self["role"], {role.value: (role_name(role), role_hint(role)) for role in ROLES_TO_APPLY_FOR})


class RegistrationForm(ApplicationForm):
    """Registrera dig."""

    email = EmailField()
    old_email = EmailField(required=False)
    secrecy = forms.BooleanField(error_messages={"required": _("Kryssa för att du har läst om sekretess")})

    # The order of the error summary is the order of the page.
    field_order = ["email", "clinic", "role", "sub_registries", "message", "old_email", "secrecy"]


class AddressForm(forms.Form):
    """Ändra adress."""

    email = EmailField()


class EarlierForm(forms.Form):
    """The address of an account under another HSA-id."""

    old_email = EmailField()


class CodeForm(forms.Form):
    """The code out of the letter."""

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "short code-in",
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Skriv koden ur mejlet")},
    )


class AnswerForm(forms.Form):
    """What the applicant answers to a question of the clinic."""

    text = ReasonField(_("Skriv ett svar"), most=1000)
