"""What the application believes of a request: the embedded listener's environ, or the headers of a front it knows."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings

from registret.web.presented import Arrival, NotFromFront, arrival
from tests.pki import Pki

SECRET = "0123456789abcdef0123456789abcdef"


def at_front(settings: Settings, how: str, **difference: str | None) -> Arrival:
    """The arrival of a request that a front sends to the card door, with this difference."""
    settings.FRONT, settings.FRONT_SECRET = how, SECRET
    environ: dict[str, Any] = {
        "REMOTE_ADDR": "",
        "HTTP_REGISTRET_FRONT_SECRET": SECRET,
        "HTTP_REGISTRET_DOOR": "card",
        "HTTP_REGISTRET_CLIENT_ADDRESS": "192.0.2.7",
        "HTTP_REGISTRET_VERIFIED": "SUCCESS",
    } | difference
    return arrival({name: value for name, value in environ.items() if value is not None})


def rfc9440(der: bytes) -> str:
    return f":{base64.b64encode(der).decode()}:"


def test_without_a_front_only_the_listener_is_believed(settings: Settings, pki: Pki) -> None:
    settings.FRONT, settings.FRONT_SECRET = "none", ""
    forged = {
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_REGISTRET_FRONT_SECRET": "",
        "HTTP_REGISTRET_DOOR": "card",
        "HTTP_REGISTRET_CLIENT_ADDRESS": "192.0.2.8",
        "HTTP_REGISTRET_VERIFIED": "SUCCESS",
        "HTTP_CLIENT_CERT": rfc9440(pki.card().der),
        "HTTP_REGISTRET_ESCAPED_CERT": quote(pki.card().pem.decode()),
    }
    came = arrival(forged)
    assert (came.at_card_door, came.network, came.presented.der) == (False, "192.0.2.7", None)
    der = pki.card().der
    came = arrival(forged | {"registret.door": "card", "registret.certificate": der})
    assert (came.at_card_door, came.network, came.presented.der) == (True, "192.0.2.7", der)


def test_a_certificate_comes_as_rfc_9440_says(settings: Settings, pki: Pki) -> None:
    der = pki.card().der
    came = at_front(settings, "rfc9440", HTTP_CLIENT_CERT=rfc9440(der))
    assert (came.at_card_door, came.network, came.presented.der, came.front_said) == (True, "192.0.2.7", der, None)


def test_a_certificate_comes_as_nginx_escapes_it(settings: Settings, pki: Pki) -> None:
    card = pki.card()
    came = at_front(settings, "escaped_pem", HTTP_REGISTRET_ESCAPED_CERT=quote(card.pem.decode(), safe=""))
    assert came.presented.der == card.der
    # As the RFCs would have it: only what must be escaped.
    came = at_front(settings, "escaped_pem", HTTP_REGISTRET_ESCAPED_CERT=quote(card.pem.decode(), safe="+/="))
    assert came.presented.der == card.der


def test_each_front_is_believed_in_its_own_header_only(settings: Settings, pki: Pki) -> None:
    card = pki.card()
    escaped, bytes_ = quote(card.pem.decode(), safe=""), rfc9440(card.der)
    assert at_front(settings, "rfc9440", HTTP_REGISTRET_ESCAPED_CERT=escaped).presented.not_passed_on
    assert at_front(settings, "escaped_pem", HTTP_CLIENT_CERT=bytes_).presented.not_passed_on


@pytest.mark.parametrize(
    "spoiled",
    [
        "",
        "::",
        "MIIB",
        ":MIIB",
        ":MI IB:",
        ":MIIB:;a=1",
        ":MIIB:, :MIIB:",
        ":M:",
        ":=:",
        ":MIIB\n:",
        '"MIIB"',
        ":MIIБ:",
    ],
)
def test_what_is_no_byte_sequence_is_a_certificate_that_was_not_passed_on(settings: Settings, spoiled: str) -> None:
    presented = at_front(settings, "rfc9440", HTTP_CLIENT_CERT=spoiled).presented
    assert (presented.der, presented.not_passed_on) == (None, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: "",
        lambda pem: pem + pem,
        lambda pem: pem.replace("CERTIFICATE", "PRIVATE KEY"),
        lambda pem: "Subject: Anna\n" + pem,
        lambda pem: pem + "more",
        lambda pem: pem.replace("-----END", "=-----END"),
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
        lambda pem: pem[:200],
    ],
)
def test_what_is_not_one_pem_certificate_was_not_passed_on(settings: Settings, pki: Pki, change: Any) -> None:
    spoiled = quote(change(pki.card().pem.decode()), safe="")
    presented = at_front(settings, "escaped_pem", HTTP_REGISTRET_ESCAPED_CERT=spoiled).presented
    assert (presented.der, presented.not_passed_on) == (None, True)


def test_no_certificate_is_none(settings: Settings) -> None:
    presented = at_front(settings, "rfc9440", HTTP_REGISTRET_VERIFIED="NONE").presented
    assert (presented.der, presented.not_passed_on) == (None, False)


def test_at_the_site_no_certificate_is_read(settings: Settings, pki: Pki) -> None:
    came = at_front(settings, "rfc9440", HTTP_REGISTRET_DOOR="site", HTTP_CLIENT_CERT=rfc9440(pki.card().der))
    assert (came.at_card_door, came.presented.der) == (False, None)
    assert came.network == "192.0.2.7"


@pytest.mark.parametrize("said", ["FAILED:certificate has expired", "10"])
def test_what_the_front_disliked_is_told_and_decides_nothing(settings: Settings, pki: Pki, said: str) -> None:
    der = pki.card().der
    came = at_front(settings, "rfc9440", HTTP_REGISTRET_VERIFIED=said, HTTP_CLIENT_CERT=rfc9440(der))
    assert (came.presented.der, came.front_said) == (der, said)


@pytest.mark.parametrize("how", ["rfc9440", "escaped_pem"])
@pytest.mark.parametrize(
    "difference",
    [
        {"REMOTE_ADDR": "127.0.0.1"},
        {"HTTP_REGISTRET_FRONT_SECRET": None},
        {"HTTP_REGISTRET_FRONT_SECRET": ""},
        {"HTTP_REGISTRET_FRONT_SECRET": SECRET.upper()},
        {"HTTP_REGISTRET_FRONT_SECRET": SECRET + "0"},
        {"HTTP_REGISTRET_FRONT_SECRET": f"{SECRET},{SECRET}"},
        {"HTTP_REGISTRET_FRONT_SECRET": "å"},
        {"HTTP_REGISTRET_DOOR": None},
        {"HTTP_REGISTRET_DOOR": "card,site"},
        {"HTTP_REGISTRET_CLIENT_ADDRESS": None},
        {"HTTP_REGISTRET_CLIENT_ADDRESS": "unix:"},
        {"HTTP_REGISTRET_CLIENT_ADDRESS": "192.0.2.7, 192.0.2.8"},
        {"HTTP_REGISTRET_VERIFIED": None},
    ],
)
def test_whoever_leaves_a_doubt_is_not_the_front(
    settings: Settings, pki: Pki, how: str, difference: dict[str, str | None]
) -> None:
    with pytest.raises(NotFromFront) as no:
        at_front(settings, how, HTTP_CLIENT_CERT=rfc9440(pki.card().der), **difference)
    assert SECRET not in str(no.value)


def test_an_ipv6_client_is_known_by_its_address(settings: Settings) -> None:
    came = at_front(settings, "rfc9440", HTTP_REGISTRET_CLIENT_ADDRESS="2001:DB8::7", HTTP_REGISTRET_VERIFIED="NONE")
    assert came.network == "2001:db8::7"
