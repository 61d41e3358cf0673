"""The component `note`: a message beside its icon."""

from __future__ import annotations

import pytest
from django.template import Context, Engine


def shown(source: str, **values: str) -> str:
    return Engine.get_default().from_string(source).render(Context(values))


def test_a_note_has_its_kind_its_icon_and_what_it_encloses() -> None:
    note = shown('{% note "warn" %}<p>{{ text }}</p>{% endnote %}', text="Obs")
    assert note.startswith('<div class="note warn"><svg class="i"')
    assert note.endswith("</svg><p>Obs</p></div>")


def test_a_note_says_its_role_where_it_answers_an_act() -> None:
    assert '<div class="note ok" role="status">' in shown('{% note "ok" role="status" %}x{% endnote %}')


def test_a_note_may_have_another_icon() -> None:
    assert shown('{% note "info" icon="mail" %}x{% endnote %}') != shown('{% note "info" %}x{% endnote %}')


def test_what_a_note_encloses_is_escaped() -> None:
    assert "&lt;b&gt;" in shown('{% note "info" %}{{ text }}{% endnote %}', text="<b>")


def test_a_note_of_no_known_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        shown('{% note "loud" %}x{% endnote %}')
