"""SOAP 1.1 as RIV TA 2.1 wants it, for messages whose schema is known. Pure: no Django, no database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from xmlschema import XMLSchema

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_ADDRESSING: Final = "urn:riv:itintegration:registry:1"
_SCHEMAS: Final = Path(__file__).parent / "schemas"


class MessageBroken(Exception):
    """What came is no message of its schema. `str()` names the trouble, and nothing that stands in the message."""


class SoapFault(Exception):
    """The other side could not answer. Its text is not kept: it may name a patient."""


def envelope(body: ET.Element, *, logical_address: str = "") -> bytes:
    """`logical_address`: whom the message is for; an answer has none."""
    whole = ET.Element(f"{{{ENVELOPE}}}Envelope")
    if logical_address:
        header = ET.SubElement(whole, f"{{{ENVELOPE}}}Header")
        ET.SubElement(header, f"{{{_ADDRESSING}}}LogicalAddress").text = logical_address
    ET.SubElement(whole, f"{{{ENVELOPE}}}Body").append(body)
    written: bytes = ET.tostring(whole, encoding="utf-8", xml_declaration=True)
    return written


def opened(content: bytes, *, schema: str, name: str) -> tuple[ET.Element, str]:
    """The message in an envelope, checked against its schema, and the logical address that it came with.

    Raises: SoapFault, MessageBroken.
    """
    # Takes long to read, and most installations speak to no such service.
    from xmlschema import XMLSchemaException

    whole = _parsed(content)
    body = whole.find(f"{{{ENVELOPE}}}Body")
    if whole.tag != f"{{{ENVELOPE}}}Envelope" or body is None or len(body) != 1:
        raise MessageBroken("no envelope with one message")
    message = body[0]
    if message.tag == f"{{{ENVELOPE}}}Fault":
        raise SoapFault("fault")
    if message.tag.rpartition("}")[2] != name:
        raise MessageBroken("another message")
    try:
        is_valid = _schema(schema).is_valid(message, use_location_hints=False)
    except (XMLSchemaException, ValueError, RecursionError):
        is_valid = False
    if not is_valid:
        raise MessageBroken("not as its schema says")
    return message, whole.findtext(f"{{{ENVELOPE}}}Header/{{{_ADDRESSING}}}LogicalAddress", "").strip()


def element(namespace: str, name: str, *inside: ET.Element, text: str = "") -> ET.Element:
    """An element with a text, or with elements in it."""
    made = ET.Element(f"{{{namespace}}}{name}")
    made.text = text or None
    made.extend(inside)
    return made


def texts(of: ET.Element, name: str) -> Iterator[str]:
    """Those of the elements of this name, which are in the namespace of the element that they stand in."""
    namespace = of.tag.partition("}")[0]
    return ((found.text or "").strip() for found in of.findall(f"{namespace}}}{name}"))


def inside(of: ET.Element, name: str) -> list[ET.Element]:
    """The elements of this name, in the same namespace."""
    return of.findall(f"{of.tag.partition('}')[0]}}}{name}")


def _parsed(content: bytes) -> ET.Element:
    """Raises: MessageBroken (also a document type, entities)."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(content, forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, RecursionError, LookupError):
        raise MessageBroken("no XML that is read") from None


@cache
def _schema(name: str) -> XMLSchema:
    from xmlschema import XMLSchema

    return XMLSchema(str(_SCHEMAS / name), allow="local")
