"""A role is named in a letter as a sentence names it: "Du är inte längre registrerare"."""

from __future__ import annotations

import pytest
from django.utils import translation

from registret.access.roles import Role
from registret.mail.models import Letter
from registret.words.roles import role_in_sentence, role_name
from tests.house.acts import rights
from tests.house.acts.told import Act
from tests.rooms.records.scene import Ward, ward

LETTERS: dict[str, Act] = {
    "attested": rights.given,
    "appointed": rights.nomination_confirmed,
    "grant_changed": rights.changed,
    "grant_revoked": rights.revoked,
    "nomination_waits": rights.nominated,
    "nomination_declined": rights.nomination_declined,
}
IN_SENTENCES = {role_in_sentence(role, language="sv") for role in Role}


@pytest.fixture
def here(db: None) -> Ward:
    return ward()


@pytest.mark.parametrize("kind", LETTERS)
def test_a_letter_names_the_role_within_its_sentence(here: Ward, kind: str) -> None:
    LETTERS[kind](here)
    letters = Letter.objects.filter(kind=kind, language="sv")
    assert letters
    assert {letter.context["role"] for letter in letters} <= IN_SENTENCES


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("role", Role)
def test_within_a_sentence_a_role_has_no_capital(role: Role, language: str) -> None:
    named = role_in_sentence(role, language=language)
    assert named == named.lower()
    with translation.override(language):
        assert role_in_sentence(role) == named
        assert role_name(role)[0].isupper()
