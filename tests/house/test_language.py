"""Swedish is the source, English is whole, and nobody is sent from one to the other unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.conf import settings
from django.http import HttpResponse
from django.template import Context, Engine
from django.template.loader import get_template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation
from django.utils.translation import trans_real
from pytest_django import Settings

from registret.web.gate import views
from registret.words.refusals import REFUSALS, REQUESTS
from tests.rooms.web.client import Browser, text_of
from tests.rooms.web.conftest import static_files
from tools import messages

__all__ = ["static_files"]

SWEDISH = re.compile(r"\S*[åäöÅÄÖ]\S*")
SAMPLE = """
    <h1>{% translate "Hälften är 50 %" %}</h1>
      {% blocktranslate trimmed with name=who %}
        Hej {{ name }},
        det är 100 % <b>klart</b>
      {% endblocktranslate %}
    {% blocktranslate count n=number trimmed %}
        {{ n }} väntar
    {% plural %}
        {{ n }} av "alla" väntar
    {% endblocktranslate %}
    {% blocktranslate %}två
rader{% endblocktranslate %}
    {% translate "Läsare" context "en roll" %}
    {{ _("Bara så") }}
"""
"""Every way of marking a text in a template, with indentation that Python would not accept."""


# English is whole


def test_every_text_is_translated_into_english() -> None:
    assert messages.faults("en") == []


def test_the_file_is_as_update_writes_it() -> None:
    known = messages.read("en")
    assert messages.as_po(known, "en") == messages.po_file("en").read_text(encoding="utf-8")


def catalog(**pairs: str) -> Catalog:
    made = Catalog(locale="en")
    for text, english in pairs.items():
        made.add(text, english)
    return made


def test_the_check_names_what_is_missing_untranslated_obsolete_or_guessed() -> None:
    known = catalog(tom="", gammal="old", gissad="guessed", rätt="right")
    known.add("gissad", "guessed", flags=["fuzzy"])
    found = messages.faults("en", catalog(ny="", tom="", gissad="", rätt=""), known)
    assert found == ["fuzzy: 'gissad'", "missing: 'ny'", "obsolete: 'gammal'", "untranslated: 'tom'"]


@pytest.mark.parametrize(
    ("swedish", "english"),
    [
        ("Hej %(name)s", "Hello"),
        ("Hej %(name)s", "Hello %(nmae)s"),
        ("Hej {name}", "Hello %(name)s"),
        ("Hej <b>du</b>", "Hello you"),
        ("50 %% av %(n)s", "50 of %(n)s"),
    ],
)
def test_the_check_names_a_translation_with_other_placeholders(swedish: str, english: str) -> None:
    (fault,) = messages.faults("en", catalog(**{swedish: ""}), catalog(**{swedish: english}))
    assert fault.startswith("placeholders differ")


def test_the_singular_may_write_its_number_out_and_the_plural_may_not() -> None:
    source, good, bad = Catalog(locale="en"), Catalog(locale="en"), Catalog(locale="en")
    text = ("%(n)s gång", "%(n)s gånger")
    source.add(text)
    good.add(("En gång", "%(n)s gånger"), ("%(n)s time", "%(n)s times"))
    bad.add(text, ("%(n)s time", "many times"))
    assert messages.faults("en", source, bad) == ["placeholders differ: '%(n)s gånger' and 'many times'"]
    number_in_words = Catalog(locale="en")
    number_in_words.add(("En gång", "%(n)s gånger"))
    assert messages.faults("en", number_in_words, good) == []


def test_an_update_keeps_translations_guesses_none_and_forgets_what_is_gone() -> None:
    merged = messages.merge(catalog(rätt="", rättare=""), catalog(rätt="right", borta="gone"))
    assert {message.id: message.string for message in merged if message.id} == {"rätt": "right", "rättare": None}


# The texts are those that Django looks up


def test_the_texts_of_all_templates_are_collected_under_the_msgid_that_django_looks_up() -> None:
    collected: set[tuple[str | None, str]] = {
        (m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in messages.texts() if m.id
    }
    names = [
        file.as_posix().rpartition("/templates/")[2]
        for file in messages.PACKAGE.glob("**/templates/**/*")
        if file.suffix in {".html", ".txt"}
    ]
    used: set[tuple[str | None, str]] = {(None, text) for name in names for text in looked_up(name)}
    assert len(used) > 200
    assert used - collected == set()


def looked_up(name: str) -> Iterator[str]:
    """The msgids of a template, as its own nodes make them."""
    nodes: Any = cast(Any, get_template(name)).template.nodelist
    for node in nodes.get_nodes_by_type(TranslateNode):
        text = getattr(node.filter_expression.var, "literal", None)
        if isinstance(text, str):
            yield text.replace("%", "%%")
    for node in nodes.get_nodes_by_type(BlockTranslateNode):
        yield node.render_token_list(node.singular)[0]


def test_a_template_is_translated_whole_from_what_is_collected_from_it(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "sample.html").write_text(SAMPLE, encoding="utf-8")
    marked = Catalog(locale="en")
    for message in messages.texts(tmp_path):
        if message.id:
            forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            shown = tuple(f"[{form}]" for form in forms)
            marked.add(message.id, shown[0] if len(shown) == 1 else shown, context=message.context)
    compiled = tmp_path / "locale" / "en" / "LC_MESSAGES"
    compiled.mkdir(parents=True)
    with (compiled / "django.mo").open("wb") as file:
        write_mo(file, marked)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    trans_real._translations = {}  # type: ignore[attr-defined]
    try:
        with translation.override("en"):
            engine = Engine(builtins=["django.templatetags.i18n"])
            page = engine.from_string(SAMPLE).render(Context({"who": "Anna", "number": 2}))
    finally:
        trans_real._translations = {}  # type: ignore[attr-defined]
    assert " ".join(page.split()) == (
        "<h1>[Hälften är 50 %]</h1> [Hej Anna, det är 100 % <b>klart</b>] [2 av &quot;alla&quot; väntar] "
        "[två rader] [Läsare] [Bara så]"
    ).replace("&quot;", '"')


# The pages


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_open_page_says_which_language_it_is_in(language: str) -> None:
    for address in open_pages():
        page = at(address, language)
        assert f'<html lang="{language}">' in page.content.decode(), address
        assert page.headers["Content-Language"] == language


@pytest.mark.django_db
def test_the_open_pages_in_english_have_no_swedish_left() -> None:
    for address in open_pages():
        page = at(address, "en")
        title = re.findall(r"(?s)<title>(.*?)</title>", page.content.decode())[0]
        # Names are not translated: a list of them says that it is in Swedish.
        page.content = re.sub(r'(?s)<li lang="sv">.*?</li>', "", page.content.decode())
        text = text_of(page).replace(settings.CENTRAL_CONTROLLER, "")
        assert SWEDISH.findall(text + title) == [], address


@pytest.mark.django_db
def test_a_language_is_chosen_by_a_link_and_stays_chosen() -> None:
    browser = Browser()
    answer = browser.get("/sprak/en?till=/hjalp")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/hjalp")
    assert "Help" in text_of(browser.get("/hjalp"))
    browser.get("/sprak/sv?till=/hjalp")
    assert "Hjälp" in text_of(browser.get("/hjalp"))


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["de", "sv-SE", "en-GB", "EN", "..", "%00", "x" * 5000])
def test_an_unknown_language_is_ignored_in_the_link_and_in_the_cookie(code: str) -> None:
    browser = Browser()
    browser.get(f"/sprak/{code}")
    assert settings.LANGUAGE_COOKIE_NAME not in browser.cookies
    assert '<html lang="sv">' in at("/", code).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "evil", ""])
def test_the_choice_of_language_leads_nowhere_else(elsewhere: str) -> None:
    assert Browser().get("/sprak/en", {"till": elsewhere}).headers["Location"] == "/"


@pytest.mark.django_db
def test_the_language_of_the_browser_does_not_decide() -> None:
    page = Browser().get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert '<html lang="sv">' in page.content.decode()


def at(address: str, language: str) -> HttpResponse:
    browser = Browser()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return cast(HttpResponse, browser.get(address))


def open_pages() -> list[str]:
    """The addresses of all pages that need no card, and of one that does not exist."""
    fixed = [
        f"/{address}"
        for address, view in views(settings.ROOT_URLCONF)
        if view.gate == "open_to_all"
        and "<" not in address
        and not address.startswith((".well-known", "api", "session", "logga-in", "login", "halsa", "matt"))
    ]
    pages = [address for address in fixed if Browser().get(address).status_code == 200]
    return [*pages, *(f"/hjalp/fel/{code}" for code in [*REFUSALS, *REQUESTS]), "/finns-inte", "/bekrafta/ingenting"]
