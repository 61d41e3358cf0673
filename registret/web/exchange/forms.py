"""Forms about files that are brought in."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registret.exchange.importing.results import Way
from registret.exchange.mappings.reading import LONGEST
from registret.exchange.readers.table import MOST_BYTES
from registret.exchange.saved_mappings import SavedMapping
from registret.registries.forms import Form
from registret.registries.queries import name_of
from registret.web.office.clinics import LARGEST, FileForm


class Base64Field(forms.CharField):
    """A file that a page carries on, unseen."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> bytes:
        text = super().clean(value)
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise forms.ValidationError(_("Välj filen igen")) from None
        if len(content) > LARGEST:
            raise forms.ValidationError(_("Filen är för stor: högst 500 kB"))
        return content


class ImportForm(FileForm):
    """A file, and how it is read."""

    mapping = forms.TypedChoiceField(coerce=int, error_messages={"required": _("Välj en filbeskrivning")})
    field_order = ("mapping", "file")

    def __init__(self, mappings: Sequence[SavedMapping], *args: Any) -> None:
        super().__init__(*args)
        self.fields["mapping"].choices = [(one.id, titled(one)) for one in mappings]  # type: ignore[attr-defined]

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("Filen är för stor: högst %(mb)s MB") % {"mb": MOST_BYTES >> 20})
        return bytes(file.read())


class GoOnForm(forms.Form):
    """The same file again, after it was tried. `way`: all rows, or only those that were right then."""

    content = Base64Field()
    mapping = forms.IntegerField(widget=forms.HiddenInput)
    way = forms.TypedChoiceField(coerce=Way, choices=[(way, way) for way in (Way.ROWS, Way.WHOLE)])


class DraftForm(FileForm):
    """A file of which a mapping is drafted."""

    source_system = forms.CharField(
        max_length=60,
        error_messages={
            "required": _("Skriv vad systemet heter"),
            "max_length": _("Skriv högst 60 tecken"),
            "null_characters_not_allowed": _("Namnet innehåller ett tecken som inte går att spara"),
        },
    )
    sub_registry = forms.ChoiceField(error_messages={"required": _("Välj ett delregister")})
    field_order = ("source_system", "sub_registry", "file")

    def __init__(self, registries: Sequence[Form], *args: Any) -> None:
        super().__init__(*args)
        self.fields["sub_registry"].choices = [(one.code, str(one.register.name)) for one in registries]  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    """The text of a mapping, and a file to try it on: chosen now, or carried on."""

    text = forms.CharField(
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea,
        error_messages={"required": _("Skriv en filbeskrivning"), "max_length": _("Texten är för lång")},
    )
    file = forms.FileField(required=False)
    content = Base64Field(required=False)

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file is None:
            return b""
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("Filen är för stor: högst 500 kB"))
        return bytes(file.read())

    @property
    def sample(self) -> bytes:
        """The file to try on; empty if there is none."""
        found: bytes = self.cleaned_data.get("file") or self.cleaned_data.get("content") or b""
        return found


def as_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def titled(mapping: SavedMapping) -> str:
    """`Journal X, Pneumoni`."""
    return f"{mapping.source_system}, {name_of(mapping.sub_registry)}"
