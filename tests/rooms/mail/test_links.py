from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from registret.kernel.secret import CODE_ALPHABET
from registret.mail.links import code_fits, confirmation_code, confirmation_token, read_token, spaced


def test_a_token_names_the_confirmation_that_it_was_made_for() -> None:
    assert read_token(confirmation_token(17, 3)) == (17, 3)


def test_a_token_is_fit_for_an_address_and_ends_in_a_letter_or_digit() -> None:
    token = confirmation_token(17, 3)
    assert token.replace("-", "").replace(".", "").isalnum()
    assert token.isascii()
    assert token[-1].isalnum()


@pytest.mark.parametrize("place", range(len(confirmation_token(17, 3))))
def test_a_token_with_one_character_changed_is_nobodys(place: int) -> None:
    token = confirmation_token(17, 3)
    changed = "0" if token[place] != "0" else "1"
    assert read_token(token[:place] + changed + token[place + 1 :]) is None


def test_swapped_ids_and_versions_are_refused() -> None:
    mac = confirmation_token(17, 3).partition(".")[2]
    for other in ("17-4", "17-2", "18-3", "3-17", "173-1", "1-73"):
        assert read_token(f"{other}.{mac}") is None


def test_an_older_version_is_told_from_the_newest() -> None:
    assert read_token(confirmation_token(17, 1)) == (17, 1)
    assert read_token(confirmation_token(17, 2)) == (17, 2)
    assert confirmation_token(17, 1) != confirmation_token(17, 2)
    assert confirmation_code(17, 1) != confirmation_code(17, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "17-3.",
        "17-3",
        "17-3.zz",
        "0-1." + "0" * 32,
        "-1-1." + "0" * 32,
        "017-3." + confirmation_token(17, 3).partition(".")[2],
        "１７-3." + confirmation_token(17, 3).partition(".")[2],
        confirmation_token(17, 3).upper().replace("A", "a"),
        confirmation_token(17, 3) + "\n",
        " " + confirmation_token(17, 3),
        "9" * 5000 + "-1." + "0" * 32,
    ],
)
def test_what_is_not_a_token_is_nobodys(text: str) -> None:
    if text != confirmation_token(17, 3):
        assert read_token(text) is None


@given(st.text())
def test_no_text_makes_reading_fail(text: str) -> None:
    assert read_token(text) is None


def test_with_another_key_every_link_and_code_is_another(settings: Settings) -> None:
    settings.LINK_KEY = b"k" * 32
    token, code = confirmation_token(17, 3), confirmation_code(17, 3)
    settings.LINK_KEY = b"l" * 32
    assert read_token(token) is None
    assert not code_fits(code, id=17, version=3)


def test_the_code_says_nothing_about_the_link() -> None:
    token, code = confirmation_token(17, 3), confirmation_code(17, 3)
    assert code.lower() not in token


def test_a_code_has_six_characters_that_are_not_taken_for_others() -> None:
    for id in range(1, 200):
        code = confirmation_code(id, 1)
        assert len(code) == 6
        assert set(code) <= set(CODE_ALPHABET)


def test_a_code_fits_however_it_is_spaced_and_cased() -> None:
    code = confirmation_code(17, 3)
    assert spaced(code) == f"{code[:3]} {code[3:]}"
    for typed in (code, spaced(code), code.lower(), f" {code[:3]}-{code[3:]} ", " ".join(code), f"{code}\t"):
        assert code_fits(typed, id=17, version=3)


def test_another_code_does_not_fit() -> None:
    code = confirmation_code(17, 3)
    for typed in ("", code[:5], code + code[0], confirmation_code(17, 2), confirmation_code(18, 3), "é" + code[1:]):
        assert not code_fits(typed, id=17, version=3)
