"""Translations of the interface: `python tools/messages.py update | compile | check`.

    update   collects the texts of code and templates into registret/locale/<language>/LC_MESSAGES/django.po
    compile  writes the .mo files that Django reads
    check    fails naming every text that is not translated as it should be

Swedish is the language of the source, so it has no file. Needs Babel only, not the programs of GNU gettext.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "registret"
LANGUAGES = ("en",)

_FUNCTIONS = {
    name + suffix: None
    for name in ("_", "gettext", "ngettext", "pgettext", "npgettext")
    for suffix in ("", "_lazy", "_noop")
}
# Dates and names of programs would make every update a change.
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?\w+|%%")

Key = tuple[str | None, str]
"""Context and text (of a plural: the singular)."""


def po_file(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def texts(folder: Path = PACKAGE) -> Catalog:
    """Every text of the code and the templates below `folder`, under exactly the msgid that Django looks up."""
    found = Catalog()
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".py":
            _collect(found, file.read_text(encoding="utf-8"))
        elif file.suffix in {".html", ".txt"} and "templates" in file.parts:
            _collect(found, _as_python(file.read_text(encoding="utf-8"), str(file)))
    return found


def update(language: str) -> list[str]:
    """Merges the texts into the language's file. Guesses nothing; returns a line for every text that came or went."""
    known = read(language)
    merged = merge(texts(), known)
    target = po_file(language)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(as_po(merged, language), encoding="utf-8")
    before, after = _keys(known), _keys(merged)
    went = [f"gone: {text!r}, was {_get(known, text, context).string!r}" for context, text in before - after]
    return sorted(f"new: {text!r}" for _, text in after - before) + sorted(went)


def merge(found: Catalog, known: Catalog) -> Catalog:
    """The texts of `found` with their translations in `known`, without those that are only guesses."""
    merged = Catalog()
    for message in found:
        if message.id:
            old = known.get(message.id, context=message.context)
            kept = old is not None and old.pluralizable == message.pluralizable and not old.fuzzy
            merged.add(message.id, old.string if old is not None and kept else None, context=message.context)
    return merged


def read(language: str) -> Catalog:
    """The language's file as it is; empty if there is none."""
    source = po_file(language)
    if not source.exists():
        return Catalog(locale=language)
    with source.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def as_po(catalog: Catalog, language: str) -> str:
    """The text of a .po file: sorted, a message on a line, without places, so that differences stay small."""
    written = io.BytesIO()
    write_po(written, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    return _HEADER.format(language=language) + written.getvalue().decode()


def compile_all() -> None:
    """Writes the .mo file beside every .po file, whole or not at all."""
    for language in LANGUAGES:
        target = po_file(language).with_suffix(".mo")
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        with fresh.open("wb") as file:
            write_mo(file, read(language))
        fresh.replace(target)


def faults(language: str, found: Catalog | None = None, known: Catalog | None = None) -> list[str]:
    """A line for every text that is missing, untranslated, fuzzy, obsolete or has placeholders that differ."""
    found, known = found or texts(), known or read(language)
    return sorted(_faults(found, known))


def _faults(found: Catalog, known: Catalog) -> Iterator[str]:
    wanted, there = _keys(found), _keys(known)
    yield from (f"missing: {text!r}" for _, text in wanted - there)
    yield from (f"obsolete: {text!r}" for _, text in there - wanted)
    yield from (f"obsolete: {message.id!r}" for message in known.obsolete.values())
    for context, text in wanted & there:
        source, message = _get(found, text, context), _get(known, text, context)
        if message.pluralizable != source.pluralizable:
            yield f"missing: {source.id!r} (a plural in one place, none in another)"
        elif not all(_forms(message.string)):
            yield f"untranslated: {text!r}"
        elif message.fuzzy:
            yield f"fuzzy: {text!r}"
        else:
            yield from _differences(message)


def _differences(message: Message) -> Iterator[str]:
    """The last form is what has all the placeholders; the others may write a number out in words."""
    *ones, many = _forms(message.id)
    *shown_ones, shown_many = _forms(message.string)
    whole = _placeholders(many)
    if _placeholders(shown_many) != whole:
        yield f"placeholders differ: {many!r} and {shown_many!r}"
    for one, shown in zip(ones, shown_ones, strict=False):
        if _placeholders(shown) not in (_placeholders(one), whole):
            yield f"placeholders differ: {one!r} and {shown!r}"


def _get(catalog: Catalog, text: str, context: str | None) -> Message:
    message = catalog.get(text, context=context)
    if message is None:
        raise KeyError(text)
    return message


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def _keys(catalog: Catalog) -> set[Key]:
    return {(message.context, _forms(message.id)[0]) for message in catalog if message.id}


def _collect(found: Catalog, python: str) -> None:
    lines = io.BytesIO(python.encode())
    calls = cast(Iterator[tuple[Any, ...]], extract_python(lines, _FUNCTIONS, [], {"encoding": "utf-8"}))
    for _line, function, arguments, _comments in calls:
        base = function.removesuffix("_lazy").removesuffix("_noop")
        given: list[Any] = [arguments] if isinstance(arguments, str) else list(arguments)
        context = given.pop(0) if base in {"pgettext", "npgettext"} else None
        ids = given[:2] if base in {"ngettext", "npgettext"} else given[:1]
        # A text that is put together while the program runs cannot be looked up, so it is not a text.
        if all(isinstance(text, str) and text for text in ids or [None]):
            found.add(tuple(ids) if len(ids) == 2 else ids[0], context=context)


def _as_python(template: str, origin: str) -> str:
    """The texts of a template as calls, one line for each of its lines, without indentation that Python would mind."""
    return "\n".join(line.strip() for line in templatize(template, origin).splitlines())


def main(arguments: list[str]) -> int:
    if arguments == ["update"]:
        for language in LANGUAGES:
            print("\n".join([f"{language}: {line}" for line in update(language)] or [f"{language}: nothing new"]))
        return 0
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments == ["check"]:
        found = [f"{language}: {line}" for language in LANGUAGES for line in faults(language)]
        print("\n".join(found), end="\n" if found else "")
        return 1 if found else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
