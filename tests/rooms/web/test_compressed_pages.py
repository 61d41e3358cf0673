"""Pages are compressed for those who come from a page of the site, and for no other."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.cast import BERTIL, Country
from tests.rooms.web.client import Browser

pytestmark = pytest.mark.django_db

FROM_HERE = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}


def asked(path: str, **headers: str) -> Any:
    return Browser().get(path, headers={"Accept-Encoding": "gzip"} | headers)


@pytest.mark.parametrize("came_from", ["same-origin", "none"])
def test_a_page_is_compressed_for_one_who_comes_from_the_site(came_from: str) -> None:
    plain, sent = asked("/hjalp"), asked("/hjalp", **{"Sec-Fetch-Site": came_from})
    assert sent.headers["Content-Encoding"] == "gzip"
    assert len(sent.content) < len(plain.content) / 2
    assert gzip.decompress(sent.content).startswith(b"<!doctype html>")
    assert "Accept-Encoding" in sent.headers["Vary"]


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}])
def test_lengths_tell_another_site_nothing(headers: dict[str, str]) -> None:
    sent = asked("/hjalp", **headers)
    assert "Content-Encoding" not in sent.headers
    assert sent.content.startswith(b"<!doctype html>")


def test_what_is_no_page_is_not_compressed(place: Country) -> None:
    answer = Browser.of(BERTIL).get("/delregister/pneumoni/1.csv", headers=FROM_HERE)
    assert len(answer.content) > 1000
    assert "Content-Encoding" not in answer.headers
