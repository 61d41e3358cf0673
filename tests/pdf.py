"""Reads a PDF as a screen reader does: by its tags, in their order."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pikepdf

_SHOWN: Final = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "Do", "sh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """An element of the structure. `text`: its own, without that of the elements in it; `of`: the tags around it."""

    name: str
    text: str
    of: tuple[str, ...]
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`untagged`: how much is drawn that is neither part of a tag nor said to be mere decoration."""

    tags: tuple[Tag, ...]
    untagged: int
    pages: int
    language: str
    title: str
    shows_title: bool
    is_marked: bool
    standard: str
    outline: tuple[str, ...]
    keys: frozenset[str]

    @property
    def headings(self) -> tuple[tuple[int, str], ...]:
        return tuple((int(tag.name[1:]), self._heard(n)) for n, tag in enumerate(self.tags) if _is_heading(tag))

    @property
    def headings_skip_no_level(self) -> bool:
        levels = [0, *(level for level, _text in self.headings)]
        return all(after <= before + 1 for before, after in pairwise(levels))

    def heard(self, name: str) -> list[str]:
        """What is in each tag of that name, whatever tags are in it."""
        return [self._heard(n) for n, tag in enumerate(self.tags) if tag.name == name]

    def _heard(self, place: int) -> str:
        depth = len(self.tags[place].of)
        text = self.tags[place].text
        for tag in self.tags[place + 1 :]:
            if len(tag.of) <= depth:
                break
            text += tag.text
        return text.replace("\u200b", "").strip()

    @property
    def text(self) -> str:
        return "\n".join(tag.text for tag in self.tags if tag.text).replace("\u200b", "")


def read(pdf: bytes) -> Document:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        root: Any = file.Root
        drawn, untagged = {}, 0
        for number, page in enumerate(file.pages):
            texts, loose = _drawn(page)
            drawn.update({(number, mcid): text for mcid, text in texts.items()})
            untagged += loose
        numbers = {page.objgen: number for number, page in enumerate(file.pages)}
        with file.open_metadata() as about, file.open_outline() as outline:
            return Document(
                tags=tuple(_tags(root.StructTreeRoot.K, drawn, numbers, of=(), page=0)),
                untagged=untagged,
                pages=len(file.pages),
                language=str(root.Lang),
                title=str(about["dc:title"]),
                shows_title=bool(root.ViewerPreferences.DisplayDocTitle),
                is_marked=bool(root.MarkInfo.Marked),
                standard=f"PDF/UA-{about['pdfuaid:part']}",
                outline=tuple(str(entry.title) for entry in outline.root),
                keys=frozenset(root.keys()),
            )


def _is_heading(tag: Tag) -> bool:
    return re.fullmatch(r"H[1-6]", tag.name) is not None


def _tags(found: Any, drawn: dict[Any, str], pages: dict[Any, int], *, of: tuple[str, ...], page: int) -> Iterator[Tag]:
    for element in found if isinstance(found, pikepdf.Array) else [found]:
        if "/S" not in element:
            continue
        here = pages[element.Pg.objgen] if "/Pg" in element else page
        name = str(element.S).removeprefix("/")
        children = element.get("/K", pikepdf.Array())
        children = children if isinstance(children, pikepdf.Array) else pikepdf.Array([children])
        text = "".join(_own(child, drawn, pages, here) for child in children)
        yield Tag(name=name, text=text, of=of, scope=_scope(element))
        inner = pikepdf.Array([child for child in children if isinstance(child, pikepdf.Dictionary)])
        yield from _tags(inner, drawn, pages, of=(*of, name), page=here)


def _own(child: Any, drawn: dict[Any, str], pages: dict[Any, int], page: int) -> str:
    if isinstance(child, int):
        return drawn.get((page, child), "")
    if child.get("/Type") == "/MCR":
        return drawn.get((pages[child.Pg.objgen] if "/Pg" in child else page, int(child.MCID)), "")
    return ""


def _scope(element: Any) -> str:
    attributes = element.get("/A", pikepdf.Array())
    attributes = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return "".join(str(one.get("/Scope", "")) for one in attributes).removeprefix("/")


def _drawn(page: Any) -> tuple[dict[int, str], int]:
    """The text of each marked piece of a page, and how often something is drawn outside of them."""
    fonts = {str(name): _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    texts: dict[int, str] = {}
    within: list[int | None] = []
    letters, loose = {}, 0
    for drawing in pikepdf.parse_content_stream(page):
        operands: Any = drawing.operands
        match str(drawing.operator):
            case "BDC" | "BMC":
                told: Any = operands[1] if len(operands) > 1 else {}
                within.append(int(told["/MCID"]) if isinstance(told, pikepdf.Dictionary) and "/MCID" in told else None)
            case "EMC":
                within.pop()
            case "Tf":
                letters = fonts[str(operands[0])]
            case name if name in _SHOWN:
                loose += not within
                for mcid in [one for one in within if one is not None and name in {"Tj", "TJ"}]:
                    texts[mcid] = texts.get(mcid, "") + "".join(_said(operands[0], letters))
    return texts, loose


def _said(shown: Any, letters: dict[int, str]) -> Iterator[str]:
    for piece in shown if isinstance(shown, pikepdf.Array) else [shown]:
        if isinstance(piece, pikepdf.String):
            codes = bytes(piece)
            yield "".join(letters.get(int.from_bytes(codes[n : n + 2], "big"), "") for n in range(0, len(codes), 2))


def _letters(font: Any) -> dict[int, str]:
    """What each glyph of a font stands for."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    pairs = "".join(re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL))
    found = re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", pairs)
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in found}
