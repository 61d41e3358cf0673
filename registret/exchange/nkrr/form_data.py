"""GetFormData 1.2: what a record system knows of the questions of a form. Pure: no Django, no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from xml.etree import ElementTree as ET

from registret.exchange.nkrr.soap import element, envelope, inside, opened, texts

NAMESPACE: Final = "urn:riv:followup:qualityregistry:nkrr:GetFormDataResponder:1"
ACTION: Final = f"{NAMESPACE}:GetFormData"
SCHEMA: Final = "get_form_data.xsd"


class ResultCode(StrEnum):
    """INFO: some questions are not answered. ERROR: what is answered is right and may be incomplete; so also for a
    patient of whom nothing is known."""

    OK = "OK"
    INFO = "INFO"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDataRequest:
    """`care_unit`: the HSA-id of the unit that is asked, which owns what it answers. `employee`: of the person who
    asks."""

    form_id: str
    patient: str
    from_day: date
    care_unit: str
    employee: str

    @property
    def message(self) -> bytes:
        told = (
            ("formId", self.form_id),
            ("subjectOfCareId", self.patient),
            ("careEncounterStartDate", f"{self.from_day:%Y%m%d}"),
            ("careUnitHSAId", self.care_unit),
            ("employeeId", self.employee),
        )
        body = element(NAMESPACE, "GetFormData", *(element(NAMESPACE, name, text=text) for name, text in told))
        return envelope(body, logical_address=self.care_unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormElement:
    """What is known of one question. `answers`: in no order, as many as there are. `sources`: where they come from, in
    words that may be shown to the person who asked."""

    query: str
    answers: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormData:
    result: ResultCode
    elements: tuple[FormElement, ...]


def read_form_data(content: bytes, *, form_id: str) -> FormData:
    """What is said of the form that was asked about. Raises: SoapFault, MessageBroken."""
    message, _ = opened(content, schema=SCHEMA, name="GetFormDataResponse")
    found = (one for one in inside(message, "formElement") if next(texts(one, "formID"), "") == form_id)
    return FormData(
        result=ResultCode(next(texts(message, "resultCode"))),
        elements=tuple(_element(one) for one in found),
    )


def _element(found: ET.Element) -> FormElement:
    values = [value for answer in inside(found, "answer") for value in texts(answer, "value")]
    return FormElement(
        query=next(texts(found, "query"), ""),
        answers=tuple(dict.fromkeys(values)),
        sources=tuple(dict.fromkeys(_sources(found))),
    )


def _sources(found: ET.Element) -> Iterator[str]:
    """`Vitalparametrar: GetObservations, 2026-11-20`."""
    for source in inside(found, "sourceData"):
        name = next(texts(source, "name"), "")
        said = [value for entry in inside(source, "entry") for value in texts(entry, "value")]
        yield f"{name}: {', '.join(said)}" if said else name
