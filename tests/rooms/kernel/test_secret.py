"""Secrets are random or derived, long enough, and cannot be mistaken for one another."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registret.kernel.by import By
from registret.kernel.secret import (
    CODE_ALPHABET,
    as_code,
    derived,
    fingerprint,
    is_reference,
    is_token,
    new_reference,
    new_token,
    same,
)

KEY = b"k" * 32
part = st.one_of(st.integers(0, 10**6), st.text("abc0123456789", max_size=6))


def test_a_token_is_as_long_as_asked_and_never_comes_twice() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", token) for token in tokens)
    assert re.fullmatch("[0-9a-f]{64}", new_token(256))


def test_what_is_kept_of_a_secret_does_not_contain_it() -> None:
    token = new_token()
    kept = fingerprint(token)
    assert len(kept) == 32
    assert token.encode() not in kept
    assert bytes.fromhex(token) not in kept


@given(st.lists(part, max_size=4), st.lists(part, max_size=4))
def test_different_parts_derive_different_secrets(one: list[int | str], other: list[int | str]) -> None:
    def secret(parts: list[int | str]) -> bytes:
        return derived(key=KEY, purpose="p", parts=tuple(parts))

    assert (secret(one) == secret(other)) == ([str(x) for x in one] == [str(x) for x in other])


def test_another_purpose_or_key_derives_another_secret() -> None:
    secrets = {derived(key=key, purpose=p, parts=(1, 2)) for key in (KEY, b"other" * 8) for p in ("link", "code")}
    assert len(secrets) == 4


@given(st.binary(min_size=32, max_size=32))
def test_a_code_has_six_characters_that_cannot_be_misread(secret: bytes) -> None:
    code = as_code(secret)
    assert len(code) == 6
    assert set(code) <= set(CODE_ALPHABET)
    assert not set(code) & set("0O1IL5S2Z8BUV")


def test_all_characters_are_about_as_common_in_codes() -> None:
    codes = "".join(as_code(derived(key=KEY, purpose="c", parts=(n,))) for n in range(4000))
    shares = [codes.count(c) / len(codes) * len(CODE_ALPHABET) for c in CODE_ALPHABET]
    assert min(shares) > 0.85
    assert max(shares) < 1.15


@pytest.mark.parametrize(("a", "b"), [("å", "å"), ("x", b"x"), ("", "")])
def test_texts_and_bytes_are_compared_by_what_they_say(a: str | bytes, b: str | bytes) -> None:
    assert same(a, b)
    assert not same(a, b"other")


def test_a_reference_can_be_read_out_and_fits_its_column() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) == 200
    assert all(len(r) == 8 and is_reference(r) for r in references)


@pytest.mark.parametrize("text", ["", "K7F9Q4M", "k7f-9q4m", "K7F-9Q4\x00", "K7F-9Q4M\n", " K7F-9Q4M", "K7F-9Q4MM"])
def test_what_has_not_the_shape_of_a_reference_is_none(text: str) -> None:
    assert not is_reference(text)


def test_every_author_has_an_hsa_id_or_a_program() -> None:
    assert By.of_program("appoint").program == "appoint"
    assert By.nobody(network="192.0.2.1") == By(program="visitor", network="192.0.2.1")


@pytest.mark.parametrize(
    "text", ["", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "å" * 32, "✓" * 32, "0" * 31 + "\n", "٣" * 32]
)
def test_what_is_no_token_is_not_taken_for_one(text: str) -> None:
    assert not is_token(text)
    assert is_token(new_token())
    assert is_token(new_token(256), bits=256)
