"""Forms check shape only; what they mean is decided in the rooms below."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registret.kernel.identifiers import EmailAddress, HsaId, Malformed
from registret.kernel.refused import Refused
from registret.places.queries import ClinicRow
from registret.records.data_queries.text import LONGEST, QueryText
from registret.registries.queries import open_for_rights, sub_registries
from registret.registries.vocabulary import RegistryState
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


_NUL = {"null_characters_not_allowed": _("Texten innehåller ett tecken som inte går att spara")}
_TOO_LONG = {
    500: _("Skriv högst 500 tecken"),
    1000: _("Skriv högst 1 000 tecken"),
    2000: _("Skriv högst 2 000 tecken"),
}


class ReasonField(forms.CharField):
    """A text of several lines. `missing`: what is said if it is empty; without it, it may be."""

    def __init__(self, missing: Any = None, *, most: int = 500, **kwargs: Any) -> None:
        errors = {**_NUL, "max_length": _TOO_LONG.get(most, _("Skriv högst %(limit_value)s tecken"))}
        if missing is not None:
            errors["required"] = missing
        super().__init__(required=missing is not None, max_length=most, error_messages=errors, **kwargs)

    def to_python(self, value: Any) -> str:
        """Browsers send a line break as two characters and count it as one."""
        return str(super().to_python(value)).replace("\r\n", "\n")


class QueryTextField(ReasonField):
    """What the office and a clinic write to each other about an answer, as `QueryText`."""

    def __init__(self, missing: Any = None) -> None:
        super().__init__(missing, most=LONGEST)

    def clean(self, value: Any) -> QueryText:
        try:
            return QueryText.parse(super().clean(value))
        except Malformed:
            raise ValidationError(_("Texten ser ut att ha ett personnummer. Ta bort det.")) from None


class ClinicField(forms.TypedChoiceField):
    """A clinic's id. `missing`: what is said if none was chosen."""

    def __init__(self, missing: Any = None) -> None:
        said = {"required": missing or _("Välj en klinik"), "invalid_choice": _("Välj en klinik i listan")}
        super().__init__(coerce=int, error_messages=said)


class ClinicForm(forms.Form):
    """`clinics` are those to choose from, in the order to show them."""

    clinic = ClinicField()

    def __init__(self, *args: Any, clinics: Sequence[ClinicRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinics = clinics
        self.fields["clinic"].choices = by_region(clinics)  # type: ignore[attr-defined]


class ParsedField(forms.CharField):
    """A text that is a value: what `parse` makes of it, or None. `malformed` is said where it cannot."""

    parse: Callable[[str], Any]
    malformed: Any

    def clean(self, value: object) -> Any:
        text = super().clean(value)
        if not text and not self.required:
            return None
        try:
            return self.parse(text.strip())
        except Malformed:
            raise ValidationError(self.malformed) from None


class EmailField(ParsedField):
    """A mail address, as `EmailAddress`."""

    widget = forms.EmailInput(attrs={"spellcheck": "false"})
    default_error_messages = {"required": _("Skriv din e-postadress")}
    parse = EmailAddress.parse
    malformed = _("Skriv hela adressen, till exempel anna.berg@regionnorrvik.se")

    def __init__(self, *, example: str = "", **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)
        self.example = example


class HsaIdField(ParsedField):
    """An HSA-id, as `HsaId`."""

    widget = CODE_INPUT
    default_error_messages = {"required": _("Skriv HSA-id:t")}
    parse = HsaId.parse
    malformed = _("Skriv hela HSA-id:t, till exempel SE2321009991-E00K4T2")
