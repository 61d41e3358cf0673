"""A visitor without a browser: HTTP over real TLS with a card's certificate, one step at a time.

What the journeys show in Chromium is proven here on every machine, also where no browser and no root is.
"""

from __future__ import annotations

import html
import re
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from registret.demo.certificates import IssuedCertificate
from tests.journeys.running import PATIENCE, House


@dataclass(slots=True)
class Visitor:
    """One browser's cookies, and the card that sits in the reader (None: no card)."""

    house: House
    card: IssuedCertificate | None = None
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._site("GET", path, headers=headers)

    def post(self, path: str, fields: dict[str, Any] | None = None, *, form_on: str | None = None) -> httpx.Response:
        """Sends a form with the token of the page `form_on` (the same address, unless told)."""
        token = token_in(self.get(form_on or path))
        return self._site("POST", path, data={"csrfmiddlewaretoken": token} | (fields or {}))

    def methods(self, path: str) -> set[str]:
        """Those that the address answers to: it refuses OPTIONS, before anything is looked up, and names them. None
        where no address is."""
        return set(re.findall(r"\w+", self._site("OPTIONS", path).headers.get("Allow", "")))

    def log_in(self, *, lank: str = "", purpose: str = "/logga-in") -> httpx.Response:
        """From the big button to the page behind it, redirects followed."""
        return self.follow(self.back_from_the_door(lank=lank, purpose=purpose))

    def back_from_the_door(self, *, lank: str = "", purpose: str = "/logga-in") -> httpx.Response:
        """The door's answer: 303 to the site, with the single-use code."""
        page = "/" if purpose == "/logga-in" else purpose
        begun = self.post(purpose, {"lank": lank} if lank else {}, form_on=page)
        assert begun.status_code == 303, begun.text
        return self.at_the_door(begun.headers["Location"])

    def at_the_door(self, address: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        """A fresh connection to a card host, with the card's certificate in the first handshake; no cookies."""
        host = str(urlsplit(address).hostname)
        sent = {"Host": _authority(address)} | headers
        with httpx.Client(verify=self._tls(card=True), timeout=PATIENCE) as client:
            return client.request(method, _to_loopback(address), headers=sent, extensions=_sni(host))

    def probe(self) -> str:
        """Where the pages of the person who is at work ask whether the card is still in."""
        page = self.get("/start")
        found = re.search(r'data-probe="([^"]+)"', page.text)
        assert found is not None, f"{page.status_code}\n{page.text}"
        return found[1]

    def follow(self, answer: httpx.Response) -> httpx.Response:
        """Redirects on the site, to the page at their end."""
        while answer.status_code in {301, 302, 303}:
            target = urlsplit(answer.headers["Location"])
            answer = self.get(target.path + (f"?{target.query}" if target.query else ""))
        return answer

    def _site(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, data: Any = None
    ) -> httpx.Response:
        address = self.house.site + path
        cookie = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())} if self.cookies else {}
        sent = {"Host": _authority(address), "Origin": self.house.site} | cookie | (headers or {})
        with httpx.Client(verify=self._tls(card=False), timeout=PATIENCE) as client:
            answer = client.request(
                method, _to_loopback(address), headers=sent, data=data, extensions=_sni("registret.localhost")
            )
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for gone in re.findall(
            r"([\w-]+)=\"\"; expires=Thu, 01 Jan 1970", ",".join(answer.headers.get_list("set-cookie"))
        ):
            self.cookies.pop(gone, None)
        return answer

    def _tls(self, *, card: bool) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.house.authority.web_root))
        if card and self.card is not None:
            with tempfile.TemporaryDirectory() as folder:
                pem = Path(folder) / "card.pem"
                pem.write_bytes(self.card.pem + self.card.key_pem)
                context.load_cert_chain(pem)
        return context


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found is not None, f"{page.status_code}\n{page.text}"
    return found[1]


def heading(page: httpx.Response) -> str:
    """The page's h1, as plain text."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    assert found is not None, f"{page.status_code}\n{page.text}"
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])).strip()


def _authority(address: str) -> str:
    return urlsplit(address).netloc


def _to_loopback(address: str) -> str:
    """Not every machine looks up names below localhost; browsers do it themselves."""
    return str(urlsplit(address)._replace(netloc=f"127.0.0.1:{urlsplit(address).port}").geturl())


def _sni(host: str) -> dict[str, Any]:
    return {"sni_hostname": host}
