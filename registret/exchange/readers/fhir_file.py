"""FHIR R4: QuestionnaireResponses, as one resource, one after the other (NDJSON), or in a Bundle.

Each is a row, and each linkId that has an answer a column. What may change the meaning of a response, or stands
elsewhere than in its answers, is refused and not passed over: modifiers, contained resources, references, attachments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from registret.exchange.readers.fhir_answers import Json, JsonNumber, ResponsePlace, answers_of
from registret.exchange.readers.table import MOST_ROWS, FileKind, SourceRow, SourceTable, row_of, sparse_table
from registret.exchange.refusals import FileUnreadable, TooManyRows, ValueNested
from registret.registries.exports.fhir_terms import NUMBER_SYSTEMS, is_own_extension

IDENTIFIER: Final = "identifier"
SUBJECT: Final = "subject"
BIRTH_DATE: Final = "subject.birthDate"
SEX: Final = "subject.sex"
AUTHORED: Final = "authored"
"""The columns that are no answers. IDENTIFIER: its value, or the id of a resource without one."""

# Tuples: what is looked for in them may be anything, also what has no hash.
_STATUSES: Final = ("completed", "amended", "in-progress")
_BUNDLES: Final = ("collection", "searchset", "transaction", "batch")
_WRITING: Final = ("POST", "PUT")
_SPACE: Final = " \t\r\n"


def read(content: bytes) -> SourceTable:
    """Raises: FileEmpty, FileUnreadable, ValueNested, ResourceUnfit, TooManyRows, TooManyColumns, CellTooLong."""
    rows: list[SourceRow] = []
    questionnaires: dict[str, None] = {}
    for line, resource in enumerate(_resources(_decoded(content)), start=1):
        if line > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        values, questionnaire = _row(ResponsePlace(line), resource)
        rows.append(row_of(line, values))
        questionnaires[questionnaire] = None
    return sparse_table(FileKind.FHIR, rows, questionnaires=tuple(questionnaires))


def _decoded(content: bytes) -> str:
    """Raises: FileUnreadable."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileUnreadable() from None


def _resources(text: str) -> Iterator[Any]:
    """One after the other, also those in a Bundle. Raises: FileUnreadable, ValueNested, ResourceUnfit."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse
    )
    at = _after_space(text, 0)
    while at < len(text):
        try:
            found, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as trouble:
            raise FileUnreadable(line=trouble.lineno) from None
        except (RecursionError, ValueError):
            raise FileUnreadable() from None
        if not isinstance(found, dict) or "resourceType" not in found:
            raise ValueNested(line=0)
        yield from _entries(found) if found["resourceType"] == "Bundle" else (found,)
        at = _after_space(text, at)


def _object(pairs: list[tuple[str, Any]]) -> Json:
    """A name that stands there twice says two things. Raises: ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _refuse(_word: str) -> None:
    """NaN and Infinity are no JSON. Raises: ValueError."""
    raise ValueError


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _entries(bundle: Json) -> Iterator[Any]:
    """Raises: ResourceUnfit."""
    if bundle.get("type") not in _BUNDLES:
        raise ResponsePlace(1).unfit("Bundle.type")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise ResponsePlace(1).unfit("Bundle.entry")
    for line, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or "resource" not in entry:
            raise ResponsePlace(line).unfit("Bundle.entry.resource")
        request = entry.get("request", {})
        if not isinstance(request, dict) or request.get("method", "POST") not in _WRITING:
            raise ResponsePlace(line).unfit("Bundle.entry.request")
        yield entry["resource"]


def _row(place: ResponsePlace, resource: Any) -> tuple[Json, str]:
    """The cells of a response by column, and which questionnaire it is to. Raises: ResourceUnfit."""
    if not isinstance(resource, dict) or resource.get("resourceType") != "QuestionnaireResponse":
        raise place.unfit("resourceType")
    for element in ("contained", "implicitRules", "modifierExtension"):
        if element in resource:
            raise place.unfit(element)
    if resource.get("status") not in _STATUSES:
        raise place.unfit("status")
    about = {IDENTIFIER: _identifier(place, resource), **_subject(place, resource)}
    if "authored" in resource:
        about[AUTHORED] = _text(place, resource, "authored")
    answers = answers_of(place, resource, besides=about)
    return about | answers, _text(place, resource, "questionnaire")


def _identifier(place: ResponsePlace, resource: Json) -> str:
    """Raises: ResourceUnfit."""
    identifier = resource.get("identifier")
    if identifier is None:
        return _text(place, resource, "id")
    return _text(place, identifier, "value", element="identifier")


def _subject(place: ResponsePlace, resource: Json) -> Json:
    """Who it is about: by number, and not by a reference to a Patient somewhere. Raises: ResourceUnfit."""
    subject = resource.get("subject")
    identifier = subject.get("identifier") if isinstance(subject, dict) else None
    number = _text(place, identifier, "value", element="subject.identifier")
    system = _text(place, identifier, "system", element="subject.identifier")
    if system not in NUMBER_SYSTEMS.values() and "/fhir/NamingSystem/" not in system:
        raise place.unfit("subject.identifier.system")
    told = {SUBJECT: number}
    extensions = subject.get("extension", []) if isinstance(subject, dict) else []
    for one in extensions if isinstance(extensions, list) else []:
        for column, name, kind in ((BIRTH_DATE, "birth-date", "valueDate"), (SEX, "sex", "valueCode")):
            if isinstance(one, dict) and is_own_extension(one, name):
                told[column] = _text(place, one, kind, element="subject.extension")
    return told


def _text(place: ResponsePlace, of: Any, key: str, *, element: str = "") -> str:
    """Raises: ResourceUnfit."""
    found = of.get(key) if isinstance(of, dict) else None
    if type(found) is not str or not found.strip():
        raise place.unfit(element or key)
    return found
