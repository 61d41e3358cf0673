"""Documents for paper: what people wrote is data, and a template reads nothing but its page."""

from __future__ import annotations

import re
import socket
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registret.web import typeset as typesetting
from registret.web.typeset import _PROCESS, Frame, TakesTooLong, compiled, typeset
from registret.web.typeset.characters import DRAWN, drawable
from tests.pdf import Document, read

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FRAME = Frame(
    title="Utdrag",
    full_title="Utdrag, Registret",
    subtitle="Registret",
    author="Region",
    language="sv",
    foot="Utdrag",
    page_of="sida {n} av {all}",
)
TEMPLATES = sorted(Path(typesetting.__file__).parents[1].rglob("*.typ"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accesses:
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """As `cases/log_extract.typ` wants it."""

    frame: Frame
    patient: tuple[tuple[str, str], ...]
    intro: str
    heading: str
    accesses: Accesses


def with_text(text: str) -> Document:
    """A document that has the text wherever a text can be."""
    page = Page(
        frame=FRAME,
        patient=((text, text),),
        intro=text,
        heading="Rubrik",
        accesses=Accesses(headings=("a", "b", "c", "d", "e"), rows=((text, text, text, text, text),)),
    )
    return read(typeset("cases/log_extract.typ", page, at=NOW))


def of(source: str) -> bytes:
    return compiled({"main.typ": f'#set document(title: "t")\n{source}'}, page={}, at=NOW)


def plain(text: str) -> str:
    """Without what only tells where lines are."""
    return re.sub(r"[\s\u200b\u00ad-]", "", text)


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        '#import "@preview/cetz:0.3.0": *',
        "#{ while true {} }",
        "#panic()",
        "]#panic()[",
        '"); panic(); ("',
        "= Rubrik",
        "$ x^2 $ \\ *fet* _kursiv_ `kod` @ref <etikett> ~ // /* */",
        "#" * 500,
        "\\u{202e}",
        "{n} {all} %(n)s {{ page }} {% now 'Y' %}",
    ],
)
def test_markup_that_was_written_is_shown_as_it_was_written(text: str) -> None:
    document = with_text(text)
    assert {plain(said) for said in document.heard("TD")} == {plain(text)}
    assert {plain(said) for said in document.heard("LBody")} == {plain(text)}
    assert document.headings == ((1, "Rubrik"),)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("tack 😀!", "tack [U+1F600]!"),
        ("محمد", "[U+0645 U+062D U+0645 U+062F]"),
        ("שלום abc", "[U+05E9 U+05DC U+05D5 U+05DD] abc"),
        ("日本", "[U+65E5 U+672C]"),
        ("\ud800", "[U+D800]"),
        ("a\u0308", "ä"),
        ("x\u0301-\u0301", "x[U+0301]-[U+0301]"),
    ],
)
def test_what_no_font_has_is_told_by_its_number(text: str, shown: str) -> None:
    document = with_text(text)
    assert {plain(said) for said in document.heard("TD")} == {plain(shown)}


def test_names_are_drawn_as_they_are_written() -> None:
    names = "ÅÄÖåäöéÉ üßæøÆØłŁ śżźńçğşıİ čšžřőűđð þĀēŞțșĦµ ⁹₂²–·≥ Łukasz Đặng Öğüzşı Ζωή Наталія"
    assert drawable(names) == names
    assert plain(names) in plain(with_text(names).text)


def test_every_letter_that_is_drawn_has_a_glyph_in_each_weight() -> None:
    letters = [chr(code) for code in range(0x20, 0x10000) if re.fullmatch(f"[{DRAWN}]", chr(code))]
    known = [letter for letter in letters if unicodedata.category(letter) != "Cn"]
    assert len(known) > 1500
    # PDF/UA refuses a character that no font has.
    main = """#set document(title: "t")
        #set text(font: ("Source Sans Pro", "Libertinus Serif", "DejaVu Sans Mono"))
        #let text-of-page = json(bytes(sys.inputs.page))
        #text-of-page
        #text(weight: 600, text-of-page)"""
    assert read(compiled({"main.typ": main}, page=" ".join(known), at=NOW)).untagged == 0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=40))
def test_whatever_was_written_makes_a_document(texts: list[str]) -> None:
    assert with_text("\n".join(texts)).untagged == 0


@pytest.mark.parametrize("text", ["o" * 10_000, "ord " * 2_500, "a.b@c" * 2_000, "rad\n" * 900, "", "\n", "\u2028"])
def test_ten_thousand_letters_are_all_there(text: str) -> None:
    document = with_text(text)
    assert {plain(said) for said in document.heard("TD")} == {plain(text)}


def test_words_of_a_language_are_hyphenated_and_others_broken_where_they_must() -> None:
    assert drawable("antibiotikabehandling, Infektionskliniken (19121212-1212)") == (
        "antibiotikabehandling, Infektionskliniken (19121212-1212)"
    )
    assert drawable("anna.andersson@norrvik.example").count("\u200b") == 4
    assert max(len(part) for part in drawable("o" * 40).split("\u200b")) == 6


@pytest.mark.parametrize("path", ["/etc/passwd", "../process.py", __file__, "/SourceSansPro-Regular.ttf/../../x"])
def test_a_template_reads_no_file_beside_those_it_is_given(path: str) -> None:
    with pytest.raises(RuntimeError, match=r"file not found|escape|failed to"):
        of(f'#read("{path}")')


def test_a_template_fetches_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="failed to download package"):
        of('#import "@preview/cetz:0.3.0": *')
    # The environment names a proxy where nothing listens. Here a server listens, so that a request would be seen.
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        proxy = f"http://127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setattr(typesetting, "_ENVIRONMENT", {"HTTPS_PROXY": proxy})
        monkeypatch.setattr(typesetting, "SECONDS", 3)
        with pytest.raises(TakesTooLong):
            of('#import "@preview/cetz:0.3.0": *')
        server.accept()[0].close()


def test_templates_name_no_package_and_read_no_file() -> None:
    assert len(TEMPLATES) >= 3
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        assert re.findall(r"@\w+/|\bread\(|\beval\(|\bplugin\(", text) == [], template


def test_what_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "SECONDS", 1)
    with pytest.raises(TakesTooLong):
        of("#let f(n) = { let i = 0\n while i < 9000 { i += 1\n for j in range(9000) { let x = j * i } } }\n#f(1)")


def test_what_needs_too_much_memory_is_given_up() -> None:
    with pytest.raises(TakesTooLong):
        of("#let a = range(200000000)\n#a.len()")


def test_an_error_does_not_cite_the_page() -> None:
    with pytest.raises(RuntimeError) as no:
        compiled({"main.typ": '#set document(title: "t")\n#json(bytes(sys.inputs.page))'}, page="日本", at=NOW)
    assert "could not be displayed" in str(no.value)
    assert "日" not in str(no.value)


def test_the_same_page_is_the_same_file() -> None:
    assert of("= a") == of("= a")


def test_nothing_of_registret_is_loaded_where_documents_are_set() -> None:
    source = _PROCESS.read_text(encoding="utf-8")
    assert re.findall(r"^(?:from|import) (\w+)", source, re.MULTILINE) == [
        "__future__",
        "json",
        "re",
        "resource",
        "sys",
        "typing",
        "typst",
    ]
