"""Delregister: what each sub-registry asks and measures, as files for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from registret.registries.forms import Form
from registret.registries.queries import catalogue, closed_since, indicators_of, sub_registries
from registret.web.pieces import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionLine:
    """One version of a form. `files`: what can be fetched."""

    name: str
    version: int
    questions: int
    files: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsPage:
    lines: Sequence[DefinitionLine]


def definitions_page() -> DefinitionsPage:
    """All versions, the newest of each sub-registry first; it has the indicators too. What is closed stands last."""
    place = {one.code: number for number, one in enumerate(sub_registries())}
    forms = sorted(catalogue().forms.values(), key=lambda form: (place[form.code], -form.version))
    newest = {form.code: form.version for form in reversed(forms)}
    return DefinitionsPage(lines=[_line(form, is_newest=form.version == newest[form.code]) for form in forms])


def _line(form: Form, *, is_newest: bool) -> DefinitionLine:
    since, name = closed_since(form.code), str(form.register.name)
    return DefinitionLine(
        name=_("%(name)s (stängt %(year)s)") % {"name": name, "year": since} if since else name,
        version=form.version,
        questions=len(form.questions),
        files=[*_of_form(form), *(_of_indicators(form.code) if is_newest and indicators_of(form.code) else ())],
    )


def _of_form(form: Form) -> Iterator[Link]:
    yield Link(_("Kodbok (CSV)"), reverse("definition", args=[form.code, form.version, "csv"]))
    yield Link(_("FHIR Questionnaire"), reverse("definition", args=[form.code, form.version, "json"]))
    yield Link(_("Skriv ut tomt formulär"), reverse("blank_form", args=[form.code, form.version]))


def _of_indicators(code: str) -> Iterator[Link]:
    yield Link(_("Indikatorer (CSV)"), reverse("measures", args=[code, "csv"]))
    yield Link(_("Indikatorer (FHIR Measure)"), reverse("measures", args=[code, "json"]))
