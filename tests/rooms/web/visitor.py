"""A browser with a card in its reader: from the button to the door and back, as the listeners bring it to Django."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse

from registret.demo.pki import DemoAuthority
from tests.cast import Person
from tests.rooms.web.client import Browser

Response = Any  # Django's test client adds to HttpResponse what its types do not tell


@cache
def authority() -> DemoAuthority:
    """The CA that is born with the test run."""
    return DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"], "ca"))


@cache
def card(hsa_id: str, given_name: str = "Anna", surname: str = "Berg", **different: Any) -> bytes:
    """The certificate on a card, as DER."""
    facts: dict[str, Any] = {"organisation": "Region Norrvik", "kind": "hsa", "hsa_id": hsa_id} | different
    return authority().issue_card(given_name=given_name, surname=surname, **facts).der


def card_of(who: Person) -> bytes:
    return card(who.hsa_id, who.card.given_name, who.card.surname, organisation=who.card.organisation)


class Visitor(Browser):
    """Somebody at a computer. `der` is what the card shows at the door; None: there is no card."""

    def __init__(self, who: Person | bytes | None = None, *, enforce_csrf_checks: bool = False) -> None:
        super().__init__(enforce_csrf_checks=enforce_csrf_checks)
        self.der = card_of(who) if isinstance(who, Person) else who

    def begin(self, purpose: str = "/logga-in", **fields: str) -> str:
        """Presses the button; returns the address of the card host."""
        begun = self.post(purpose, fields)
        assert begun.status_code == 303, begun.content
        return str(begun["Location"])

    def at_the_door(self, address: str) -> Response:
        return at_the_door(address, self.der)

    def code(self, purpose: str = "/logga-in", **fields: str) -> str:
        """The address on the site that the door sends this browser back to."""
        return site_path(self.at_the_door(self.begin(purpose, **fields)))

    def log_in(self, purpose: str = "/logga-in", **fields: str) -> Response:
        """All of it; returns the site's first answer after the door: a redirect to where it ends."""
        return self.get(self.code(purpose, **fields))


def at_the_door(address: str, der: bytes | None, *, method: str = "GET", **headers: Any) -> Response:
    """A connection to a card host of its own, in which this certificate was shown. No cookies."""
    parts = urlsplit(address)
    environ: dict[str, Any] = {"registret.door": "card", "registret.certificate": der}
    return Browser().generic(method, parts.path, HTTP_HOST=parts.netloc, **environ, **headers)


def site_path(answer: HttpResponse) -> str:
    """Where on the site a redirect of the door leads."""
    assert answer.status_code == 303
    assert answer["Location"].startswith(settings.SITE_ORIGIN + "/")
    return str(answer["Location"].removeprefix(settings.SITE_ORIGIN))
