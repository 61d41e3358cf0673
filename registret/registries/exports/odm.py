"""What all that is written in CDISC ODM 1.3.2 has in common: elements, texts in two languages.

Source: CDISC Operational Data Model 1.3.2. Every OID of a version is unique there, whatever it is of, so all but those
of items begin with what they are of: `step:`, `form:`, `section:`, `scores:`, `list:`, `system:`.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree.ElementTree import Element

from registret.registries.vocabulary import Words

_IN_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, *children: Element | None, **attributes: str | None) -> Element:
    """Without the children and attributes that are None."""
    made = Element(name, {key: legal(value) for key, value in attributes.items() if value is not None})
    made.extend(child for child in children if child is not None)
    return made


def texted(name: str, text: str, **attributes: str) -> Element:
    made = element(name, **attributes)
    made.text = legal(text)
    return made


def translated(name: str, words: Words | None) -> Element | None:
    """In both languages; None if nothing is said."""
    if words is None:
        return None
    made = element(name)
    for language, text in (("sv", words.sv), ("en", words.en)):
        one = texted("TranslatedText", text)
        one.set("xml:lang", language)
        made.append(one)
    return made


def in_english(name: str, text: str) -> Element:
    """What only machines and those who program them read."""
    one = texted("TranslatedText", text)
    one.set("xml:lang", "en")
    return element(name, one)


def alias(context: str, name: str) -> Element:
    return element("Alias", Context=context, Name=name)


def legal(text: str) -> str:
    """Without the control characters that XML can hold in no way."""
    return _IN_NO_XML.sub("", text)
