from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.access.queries.applications import ApplicationRow, Recommendation
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.kernel.dates import DateReach
from registret.web.dates import DayField
from registret.web.forms import EmailField, ReasonField, sub_registry_choices
from registret.words.roles import role_name


class RightForm(forms.Form):
    """A right: role, sub-registries, last day; preset to what is asked for or held, for as long as is possible."""

    role = forms.TypedChoiceField(
        coerce=Role, error_messages={"required": _("Välj en roll"), "invalid_choice": _("Välj en av rollerna.")}
    )
    sub_registries = forms.MultipleChoiceField(
        error_messages={
            "required": _("Välj minst ett delregister"),
            "invalid_choice": _("Välj minst ett av delregistren."),
        }
    )
    last_day = DayField(
        label=_("Gäller till och med"), required=True, missing=_("Skriv den sista dagen"), reach=DateReach.COMING
    )

    def __init__(
        self,
        data: Any,
        *,
        role: Role,
        sub_registries: Sequence[str],
        last_possible: date,
        roles: Sequence[Role],
        choices: Sequence[tuple[str, str]],
    ) -> None:
        initial = {
            "role": role.value,
            "sub_registries": list(sub_registries),
            "last_day": last_possible.isoformat(),
        }
        super().__init__(data, initial=initial)
        self.fields["last_day"].latest = last_possible  # type: ignore[attr-defined]
        self.fields["role"].choices = [(r.value, role_name(r)) for r in roles]  # type: ignore[attr-defined]
        self.fields["sub_registries"].choices = list(choices)  # type: ignore[attr-defined]


class AttestForm(RightForm):
    """What the applicant gets: preset to what was asked for or, at the registry office, recommended."""

    def __init__(
        self,
        data: Any = None,
        *,
        wanted: ApplicationRow,
        recommended: Recommendation | None = None,
        within: frozenset[str] | None = None,
        last_possible: date,
    ) -> None:
        """`within`: the sub-registries that the one who decides can give."""
        preset = recommended or wanted
        self.last_possible = last_possible
        super().__init__(
            data,
            role=preset.role,
            sub_registries=preset.sub_registries,
            last_possible=recommended.last_day if recommended else last_possible,
            roles=ROLES_TO_APPLY_FOR,
            choices=sub_registry_choices(within=within),
        )


class DeclineForm(forms.Form):
    """Avslå: the applicant reads the reason."""

    reason = ReasonField(_("Skriv varför du avslår ansökan"))


class CorrectAddressForm(forms.Form):
    """Rätta adressen och skicka igen."""

    email = EmailField()


class WriteForm(forms.Form):
    """A note for colleagues, or a question to the applicant."""

    text = ReasonField(_("Skriv något först"), most=1000)
