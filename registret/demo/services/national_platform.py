"""A stand-in for the national platform of NKRR, for the demo and the tests: what record systems know of a patient.

It speaks HTTPS with client certificates, and makes what it tells of the patient's own number.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from registret.demo.authorities import A_DAY, LIFE, Plan, ServerFiles, new_ca, write_file
from registret.demo.certificates import key_id_of, key_pem, new_key, usage
from registret.demo.pki import DemoAuthority
from registret.demo.services.stand_in import StandIn
from registret.exchange.nkrr.form_data import NAMESPACE, SCHEMA
from registret.exchange.nkrr.soap import ENVELOPE, MessageBroken, element, envelope, opened, texts

FUNCTION_HSA_ID: Final = "SE2321009991-F0A1"
_OBSERVED, _MEASURED = "Vårddokumentation: GetObservations", "Provsvar: GetLaboratoryOrderOutcome"

Known = Mapping[str, tuple[Sequence[str], Sequence[tuple[str, str]]]]
"""By query: answers, and sources as name and entry."""


def known_of_anybody(patient: str, day: str) -> Known:
    """What the demo's record system knows of a patient from a day on, `20261124`: always the same of the same."""
    spread = int(patient[-4:])
    return {
        "RESPIRATORY_RATE": ((str(16 + spread % 14),), ((_OBSERVED, "akutmottagningen"),)),
        "SYSTOLIC_BLOOD_PRESSURE": ((str(104 + spread % 50),), ((_OBSERVED, "akutmottagningen"),)),
        "DIASTOLIC_BLOOD_PRESSURE": ((str(58 + spread % 30),), ((_OBSERVED, "akutmottagningen"),)),
        "PULSE": ((str(76 + spread % 40), str(74 + spread % 40)), ((_OBSERVED, "två mätningar"),)),
        "BODY_TEMPERATURE": ((f"38,{spread % 10}",), ((_OBSERVED, "akutmottagningen"),)),
        "OXYGEN_SATURATION": ((str(88 + spread % 10),), ((_OBSERVED, "akutmottagningen"),)),
        "ON_OXYGEN": (("false",), ((_OBSERVED, "akutmottagningen"),)),
        "BLOOD_CULTURE": (("true",), ((_MEASURED, "blododling"),)),
        "BLOOD_CULTURE_TIME": ((f"{day}235500",), ((_MEASURED, "blododling"),)),
        "CRP": ((str(40 + spread % 200),), ((_MEASURED, "P-CRP"),)),
        "WHITE_CELLS": ((f"{9 + spread % 9},4",), ((_MEASURED, "B-LPK"),)),
        # The form takes none that is so high.
        "UREA": (("9999",), ((_MEASURED, "P-Urea"),)),
    }


def care_units() -> dict[str, str]:
    """An HSA-id for each clinic of the demo, by its code."""
    with (Path(__file__).parents[1] / "clinics.csv").open(encoding="utf-8", newline="") as lines:
        codes = [row["klinikkod"] for row in csv.DictReader(lines, delimiter=";")]
    return {code: f"SE2321009991-U{place:04}" for place, code in enumerate(codes, start=1)}


@dataclass(slots=True, kw_only=True)
class NationalPlatform(StandIn):
    """`known`: what it knows, by patient and first day. `result`: what it says of the answer as a whole. `asked`:
    requests that were answered, each as the fields of the message with `correlation` and `logicalAddress`.
    """

    known: Callable[[str, str], Known] = known_of_anybody
    result: str = "OK"
    asked: list[dict[str, str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}/followup/qualityregistry/nkrr/GetFormData/1"

    def prepare(self) -> None:
        """So that the first who asks waits for no schema."""
        opened(answered("", {}, self.result), schema=SCHEMA, name="GetFormDataResponse")

    def reply(self, content: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        try:
            message, address = opened(content, schema=SCHEMA, name="GetFormData")
        except MessageBroken:
            return 500, fault("the request is not as its schema says")
        told = {one.tag.rpartition("}")[2]: one.text or "" for one in message}
        correlation = headers.get("x-skltp-correlation-id", "")
        self.asked.append(told | {"correlation": correlation, "logicalAddress": address})
        known = self.known(told["subjectOfCareId"], next(texts(message, "careEncounterStartDate"), ""))
        return 200, answered(told["formId"], known, self.result)


@contextmanager
def national_platform(folder: Path, authority: DemoAuthority) -> Iterator[dict[str, str]]:
    """The platform, running: record systems that know every patient of every clinic. Yield the settings that name it;
    `folder` holds the registry's function certificate."""
    folder.mkdir(mode=0o700, exist_ok=True)
    function, ca = ServerFiles(chain=folder / "function.pem", key=folder / "function.key"), folder / "ca.pem"
    function_certificate(function, ca, at=datetime.now(UTC))
    with NationalPlatform(files=authority.site_server, client_ca=ca) as platform:
        yield {
            "NKRR_ADDRESS": platform.address,
            "NKRR_CERTIFICATE": str(function.chain),
            "NKRR_KEY": str(function.key),
            "NKRR_CA_FILE": str(authority.web_root),
            "NKRR_UNITS": " ".join(f"{code}={unit}" for code, unit in care_units().items()),
        }


def fault(why: str) -> bytes:
    """A SOAP fault."""
    told = ET.Element(f"{{{ENVELOPE}}}Fault")
    ET.SubElement(told, "faultcode").text = "soap:Server"
    ET.SubElement(told, "faultstring").text = why
    return envelope(told)


def answered(form_id: str, known: Known, result: str) -> bytes:
    """A response that says this."""
    return envelope(_response(form_id, known, result))


def _response(form_id: str, known: Known, result: str) -> ET.Element:
    elements = [_element(form_id, query, *told) for query, told in known.items()]
    end = (_text("resultCode", result), _text("resultText", "svar"), _text("logId", "demo-1"))
    return element(NAMESPACE, "GetFormDataResponse", *elements, *end)


def _element(form_id: str, query: str, answers: Sequence[str], sources: Sequence[tuple[str, str]]) -> ET.Element:
    said = [element(NAMESPACE, "answer", _text("value", answer), _text("type", "string")) for answer in answers]
    return element(
        NAMESPACE,
        "formElement",
        *(_text("formID", form_id), _text("query", query)),
        *said,
        *(_source(name, entry) for name, entry in sources),
    )


def _source(name: str, entry: str) -> ET.Element:
    about = element(NAMESPACE, "entry", _text("name", "källa"), _text("value", entry))
    return element(NAMESPACE, "sourceData", _text("name", name), about)


def _text(name: str, text: str) -> ET.Element:
    return element(NAMESPACE, name, text=text)


def function_certificate(files: ServerFiles, ca_file: Path, *, at: datetime) -> None:
    """Make a function certificate for the registry as a system, and the CA that has issued it."""
    ca, key = new_ca(Plan(common_name="DEMO SITHS e-id Function CA v1"), at), new_key("ec")
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "registret.localhost"),
            x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, FUNCTION_HSA_ID),
        ]
    )
    certificate = ca.sign(
        subject=name,
        public_key=key.public_key(),
        extensions=[
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (usage("digital_signature"), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (x509.SubjectAlternativeName([x509.DNSName("registret.localhost")]), False),
            (key_id_of(ca.certificate), False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        ],
        not_before=at - A_DAY,
        not_after=at + LIFE,
    )
    write_file(files.key, key_pem(key))
    write_file(files.chain, certificate.public_bytes(Encoding.PEM), mode=0o644)
    write_file(ca_file, ca.certificate.public_bytes(Encoding.PEM), mode=0o644)
