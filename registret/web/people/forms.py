from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.access.people import GrantRow
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.registries.queries import name_of, open_for_entry
from registret.web.attest.forms import ReasonField
from registret.words.roles import role_name


class GrantForm(forms.Form):
    """What a grant is from now on: preset to what it is, for as long as is possible."""

    role = forms.TypedChoiceField(
        coerce=Role, error_messages={"required": _("Välj en roll"), "invalid_choice": _("Välj en av rollerna.")}
    )
    sub_registries = forms.MultipleChoiceField(
        error_messages={
            "required": _("Välj minst ett delregister"),
            "invalid_choice": _("Välj minst ett av de öppna delregistren."),
        }
    )
    last_day = forms.DateField(
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": _("Välj den sista dagen"),
            "invalid": _("Skriv dagen som år-månad-dag, till exempel 2028-11-23"),
        },
    )

    def __init__(self, data: Any = None, *, grant: GrantRow, last_possible: date) -> None:
        initial = {
            "role": grant.role.value,
            "sub_registries": list(grant.sub_registries),
            "last_day": last_possible.isoformat(),
        }
        super().__init__(data, initial=initial)
        roles = ROLES_TO_APPLY_FOR if grant.role in ROLES_TO_APPLY_FOR else (grant.role,)
        codes = [s.code for s in open_for_entry()]
        codes += [code for code in grant.sub_registries if code not in codes]
        self.fields["role"].choices = [(r.value, role_name(r)) for r in roles]  # type: ignore[attr-defined]
        self.fields["sub_registries"].choices = [(c, name_of(c)) for c in codes]  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    """A reason that the person reads."""

    reason = ReasonField(
        max_length=500,
        error_messages={
            "required": _("Skriv varför"),
            "max_length": _("Skriv högst 500 tecken"),
            "null_characters_not_allowed": _("Texten innehåller ett tecken som inte går att spara"),
        },
    )
