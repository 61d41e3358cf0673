"""What a template names is looked up once, and is still right in each language and for each page."""

from __future__ import annotations

from django.template import engines
from django.utils import translation

from registret.web.templatetags.constant import Address, Text


def test_a_text_is_that_of_each_language_whichever_was_shown_first() -> None:
    page = engines["django"].from_string('{% translate "Hjälp" %}')
    for language, told in (("sv", "Hjälp"), ("en", "Help"), ("sv", "Hjälp")):
        with translation.override(language):
            assert page.render() == told


def test_what_differs_from_page_to_page_is_looked_up_each_time() -> None:
    page = engines["django"].from_string("{% translate word %} {% url name %} {% url 'patient' patient=id %}")
    told = [
        page.render({"word": word, "name": name, "id": identity}).split()
        for word, name, identity in (("Nej", "front", "P34679ACD"), ("Ja", "help", "P34679ACE"))
    ]
    assert told == [["Nej", "/", "/patient/P34679ACD"], ["Ja", "/hjalp", "/patient/P34679ACE"]]


def test_what_a_template_names_is_kept() -> None:
    page = engines["django"].from_string("{% translate 'Ja' %}{% url 'front' %}")
    assert [type(node) for node in page.template.nodelist] == [Text, Address]  # type: ignore[attr-defined]
    assert page.render() == page.render() == "Ja/"
