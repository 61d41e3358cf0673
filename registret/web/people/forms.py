from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.access.roles import ROLES_TO_APPLY_FOR
from registret.access.staff.people import GrantRow
from registret.web.attest.forms import RightForm
from registret.web.forms import ReasonField, sub_registry_choices


class GrantForm(RightForm):
    """What a grant is from now on: preset to what it is. Closed sub-registries that it has may stay."""

    def __init__(
        self, data: Any = None, *, grant: GrantRow, within: frozenset[str] | None, last_possible: date
    ) -> None:
        """`within`: the sub-registries that the one who decides can add."""
        super().__init__(
            data,
            role=grant.role,
            sub_registries=grant.sub_registries,
            last_possible=last_possible,
            roles=ROLES_TO_APPLY_FOR if grant.role in ROLES_TO_APPLY_FOR else (grant.role,),
            choices=sub_registry_choices(within=within, held=grant.sub_registries),
        )


class WhyForm(forms.Form):
    """A reason that the person reads."""

    reason = ReasonField(_("Skriv varför"))
