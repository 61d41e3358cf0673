"""Forms check shape only; what they mean is decided in the rooms below."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registret.kernel.identifiers import EmailAddress, HsaId, Malformed
from registret.kernel.refused import Refused
from registret.places.queries import ClinicRow
from registret.registries.queries import RegistryState, open_for_rights, sub_registries
from registret.words.refusals import short


@dataclass(frozen=True, slots=True)
class refusals_as_errors:  # noqa: N801 (read as a function: `with refusals_as_errors(form, …):`)
    """A refusal that has a place in the form (None: the form as a whole) becomes an error there, and ends the block.

    All other refusals go on to their own page.
    """

    form: forms.Form
    places: Mapping[type[Refused], str | None]

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, refusal: BaseException | None, trace: object) -> bool:
        if not isinstance(refusal, Refused) or type(refusal) not in self.places:
            return False
        self.form.add_error(self.places[type(refusal)], short(refusal))
        return True


def sub_registry_choices(*, within: Collection[str] | None = None, held: Collection[str] = ()) -> list[tuple[str, str]]:
    """Code and name of the sub-registries that a right can cover, and of those that it covers already (`held`).

    `within`: no others, for who has only these.
    """
    codes = {one.code for one in open_for_rights() if within is None or one.code in within} | set(held)
    return [
        (one.code, one.name)
        if one.state is RegistryState.OPEN
        else (one.code, gettext("%(name)s (stängt: läsa och rätta)") % {"name": one.name})
        for one in sub_registries()
        if one.code in codes
    ]


def by_region(clinics: Iterable[ClinicRow]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Clinics to choose from, those of a region together, in the order in which they come."""
    return [
        (region, [(clinic.id, clinic.title) for clinic in rows])
        for region, rows in groupby(clinics, key=attrgetter("region"))
    ]


CODE_INPUT = forms.TextInput(attrs={"class": "id", "spellcheck": "false"})
"""For what is spelt letter by letter."""

NUMBER_INPUT = forms.TextInput(attrs={"class": "short", "inputmode": "numeric"})
"""For a whole number."""


class EmailField(forms.CharField):
    """A mail address, as `EmailAddress`."""

    widget = forms.EmailInput(attrs={"spellcheck": "false"})

    default_error_messages = {"required": _("Skriv din e-postadress")}

    def __init__(self, *, example: str = "", **kwargs: object) -> None:
        super().__init__(max_length=254, **kwargs)  # type: ignore[arg-type]
        self.example = example

    def clean(self, value: object) -> EmailAddress | None:
        text = super().clean(value)
        if not text and not self.required:
            return None
        try:
            return EmailAddress.parse(text)
        except Malformed:
            raise ValidationError(_("Skriv hela adressen, till exempel anna.berg@regionnorrvik.se")) from None


class HsaIdField(forms.CharField):
    """An HSA-id, as `HsaId`."""

    widget = CODE_INPUT
    default_error_messages = {"required": _("Skriv HSA-id:t")}

    def clean(self, value: object) -> HsaId | None:
        text = super().clean(value)
        if not text and not self.required:
            return None
        try:
            return HsaId.parse(text.strip())
        except Malformed:
            raise ValidationError(_("Skriv hela HSA-id:t, till exempel SE2321009991-E00K4T2")) from None
