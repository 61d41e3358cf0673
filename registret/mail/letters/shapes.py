"""What a letter is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.html import escape
from django.utils.safestring import SafeString


class Fact(StrEnum):
    """What a fact of a letter is, and so how it is stored and shown."""

    LINE = "line"
    """One line of text: control characters go, and runs of white space become one space."""
    TEXT = "text"
    """What a person wrote, with its line breaks."""
    DAY = "day"
    """A date or an aware moment, stored in ISO 8601 and shown as a date in words, in the registry's time zone."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with facts in it: `str()` is plain text, `html` has the facts escaped and those in `bold` bold."""

    sentence: str
    facts: Mapping[str, str] = field(default_factory=dict)
    bold: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)

    @property
    def html(self) -> SafeString:
        escaped = {name: escape(value) for name, value in self.facts.items()}
        shown = {name: f"<b>{value}</b>" if name in self.bold else value for name, value in escaped.items()}
        return SafeString(escape(self.sentence).format(**shown))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a letter says, in the language that was active when it was made."""

    subject: str
    heading: str
    preview: str = ""
    lines: tuple[Line, ...]
    quote: str = ""
    button: tuple[str, str] | None = None
    """(label, path on the site)."""
    code: str = ""
    code_line: Line | None = None
    afterwards: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKind:
    """One kind of letter: the facts it must be given, whether it confirms an address or lets somebody object to a
    change of it, and what it says."""

    facts: Mapping[str, Fact]
    confirms: bool = False
    claims: bool = False
    """Its code is that of a claim, and it has no link."""
    objects: bool = False
    says: Callable[[Mapping[str, str]], Content]
    """Given the facts as shown, `registry`, for a letter about a confirmation `token`, and if it confirms `code`."""

    @property
    def about_confirmation(self) -> bool:
        return self.confirms or self.objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter ready to be sent. `subject` has no line breaks."""

    subject: str
    text: str
    html: str
