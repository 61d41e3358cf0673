"""What a letter is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter

from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString


class FactKind(StrEnum):
    """What a fact of a letter is, and so how it is stored and shown."""

    LINE = "line"
    """One line of text: control characters go, and runs of white space become one space."""
    TEXT = "text"
    """What a person wrote, with its line breaks."""
    DAY = "day"
    """A date or an aware moment, stored in ISO 8601 and shown as a date in words, in the registry's time zone."""


_TEXTS = frozenset({"reason", "question"})
_DAYS = frozenset({"valid_until", "first_day", "last_day", "day", "oldest", "waiting_since", "applied_at"})
_NOT_GIVEN = frozenset({"registry", "code", "token"})
"""What every letter knows, and the secrets that come into being when it is rendered."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A sentence with its facts, as plain text and as HTML."""

    text: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with the names of facts in braces. `bold`: the names of those that HTML shows bold."""

    sentence: Promise
    bold: str = ""

    def filled(self, facts: Mapping[str, str]) -> Filled:
        bold = self.bold.split()
        shown = {name: f"<b>{escape(value)}</b>" if name in bold else escape(value) for name, value in facts.items()}
        sentence = str(self.sentence)
        return Filled(sentence.format(**facts), SafeString(escape(sentence).format(**shown)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterKind:
    """One kind of letter: whether it confirms an address or lets its reader object to a change of it, and what it says.

    Its texts have the names of facts in braces, as `Line` does: those that it must be given, `registry`, in a letter
    about a confirmation `token`, and if it confirms `code`.
    """

    confirms: bool = False
    claims: bool = False
    """Its code is that of a claim, and it has no link."""
    objects: bool = False
    subject: Promise
    heading: Promise
    preview: Promise | str = ""
    lines: tuple[Line, ...]
    quote: str = ""
    """The name of the fact that is quoted."""
    button: tuple[Promise, str] | None = None
    """(label, path on the site)."""
    code_line: Line | None = None
    """What stands before the code."""
    afterwards: tuple[Line, ...] = ()
    footer: tuple[Line, ...] = ()

    @property
    def about_confirmation(self) -> bool:
        return self.confirms or self.objects

    @property
    def facts(self) -> dict[str, FactKind]:
        """The facts that it must be given: those that its texts name."""
        with translation.override(None):
            texts = [str(text) for text in self._texts()]
        names = dict.fromkeys(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)
        return {name: _fact(name) for name in filter(None, [*names, self.quote]) if name not in _NOT_GIVEN}

    def _texts(self) -> Iterator[Promise | str]:
        yield from (self.subject, self.preview)
        yield from (line.sentence for line in (*self.lines, *self.afterwards, *self.footer))


def _fact(name: str) -> FactKind:
    return FactKind.TEXT if name in _TEXTS else FactKind.DAY if name in _DAYS else FactKind.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter ready to be sent. `subject` has no line breaks."""

    subject: str
    text: str
    html: str
