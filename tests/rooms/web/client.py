"""A browser at the main site, without TLS: Django's test client, with the session of a real login."""

from __future__ import annotations

import html
import re
from datetime import datetime
from functools import cache
from typing import Any, Protocol, Self

from django.test import Client
from django.test.client import ClientHandler
from django.utils import timezone

from registret.web.http import SESSION_COOKIE
from tests import cast
from tests.cast import Person

HOST = "registret.localhost:8443"


@cache
def the_site(*, enforce_csrf_checks: bool = False) -> ClientHandler:
    """One for all tests, as a server has one: making the chain of middleware reads every static file's headers."""
    return ClientHandler(enforce_csrf_checks=enforce_csrf_checks)


class Browser(Client):
    """Requests to the site. `enforce_csrf_checks` makes forms need their token, as in real life."""

    def __init__(self, *, enforce_csrf_checks: bool = False) -> None:
        super().__init__(HTTP_HOST=HOST)
        self.handler = the_site(enforce_csrf_checks=enforce_csrf_checks)

    @classmethod
    def of(cls, who: Person, *, at: datetime | None = None, enforce_csrf_checks: bool = False) -> Self:
        """A browser in which this person has just shown the card (`at`: then)."""
        browser = cls(enforce_csrf_checks=enforce_csrf_checks)
        browser.take_session(cast.log_in(who, at=at or timezone.now()))
        return browser

    @classmethod
    def at_the_log(cls, who: Person, *, at: datetime | None = None) -> Self:
        """The same of a log reviewer who has said why the log is read."""
        browser = cls.of(who, at=at)
        said = {"why": "follow_up", "reason": "Kvartalets uppföljning"}
        assert browser.post("/loggen/oppna", said).status_code == 303
        return browser

    def take_session(self, key: str) -> None:
        self.cookies[SESSION_COOKIE] = key

    def request(self, **request: Any) -> Any:
        return super().request(**(request | {"wsgi.url_scheme": "https"}))


class Page(Protocol):
    """An answer with a body."""

    @property
    def content(self) -> bytes: ...


def text_of(page: Page) -> str:
    """The page as it is read: without tags, in one line."""
    body = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", page.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


def flat(page: Page) -> str:
    """The page's HTML with each run of white space as one space, and none between tags."""
    text = re.sub(r"\s+", " ", page.content.decode())
    return text.replace("> <", "><").replace(" >", ">").replace("> ", ">").replace(" </", "</")


def token_in(page: Page) -> str:
    """The token of the first form of the page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]
