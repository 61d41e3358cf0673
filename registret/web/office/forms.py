from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.access.roles import ROLES_TO_NOMINATE, Role
from registret.access.staff.appointing import NamedPerson
from registret.places.queries import ClinicRow
from registret.web.forms import ClinicForm, EmailField, HsaIdField


class NameField(forms.CharField):
    """A given name or a surname."""

    default_error_messages = {
        "max_length": _("Skriv högst 100 tecken"),
        "null_characters_not_allowed": _("Namnet innehåller ett tecken som inte går att spara"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> str:
        return " ".join(str(super().clean(value)).split())


class PersonForm(forms.Form):
    """Whom the office makes something: who becomes support."""

    hsa_id = HsaIdField(max_length=40)
    given_name = NameField(error_messages={"required": _("Skriv förnamnet")})
    surname = NameField(error_messages={"required": _("Skriv efternamnet")})
    email = EmailField(error_messages={"required": _("Skriv e-postadressen")})

    @property
    def named(self) -> NamedPerson:
        """Of a form that is valid."""
        data = self.cleaned_data
        return NamedPerson(
            hsa_id=data["hsa_id"], given_name=data["given_name"], surname=data["surname"], email=data["email"]
        )


class NominateForm(PersonForm):
    """Who is proposed, and for what."""

    field_order = ("role",)
    role = forms.TypedChoiceField(
        coerce=Role,
        choices=[(role.value, role.value) for role in ROLES_TO_NOMINATE],
        error_messages={"required": _("Välj ett uppdrag"), "invalid_choice": _("Välj ett uppdrag i listan")},
    )


class AppointForm(PersonForm, ClinicForm):
    """Who becomes local administrator, and where."""

    field_order = ("hsa_id", "given_name", "surname", "email")

    @property
    def chosen(self) -> ClinicRow | None:
        return next((one for one in self.clinics if one.id == self.cleaned_data.get("clinic")), None)
