"""The demo's certificates: its authority, what the door believes, and the cards as files."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from registret.demo.browser import P12_PASSWORD
from registret.demo.certificates import IssuedCertificate
from registret.demo.people import cast
from registret.demo.people.cast import Person
from registret.demo.pki import DemoAuthority, build_authority

_LONG_AGO: Final = timedelta(days=5 * 365)


def made(folder: Path, *, site_host: str, card_host: str, at: datetime) -> DemoAuthority:
    """The authority in `folder`/ca, with its trust folder and the cards beside it; made if there is none yet.

    `folder` then holds ca/, trust/ (what `cards.Trust.load` reads) and cards/ (.p12 files). It is made as a whole or
    not at all, however the work is interrupted.
    """
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        authority = build_authority(unfinished / "ca", at=at, site_host=site_host, card_host=card_host)
        _issue_all(authority, unfinished / "cards")
        authority.write_trust(unfinished / "trust")
        unfinished.rename(folder)
    return DemoAuthority.load(folder / "ca")


def certificate_in(file: Path) -> bytes:
    """The certificate (DER) of a card's file."""
    _, certificate, _ = pkcs12.load_key_and_certificates(file.read_bytes(), P12_PASSWORD.encode())
    if certificate is None:
        raise ValueError(f"{file.name} holds no card")
    return certificate.public_bytes(Encoding.DER)


def _issue_all(authority: DemoAuthority, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    at = authority.created
    people = cast.PEOPLE
    cards = {cast.hsa_file(person): _hsa(authority, person) for person in people}
    cards |= {cast.person_file(person): _person(authority, person) for person in people if person.personal_number}
    cards[cast.SIGNING] = _hsa(authority, cast.ANNA, purpose="sign")
    cards[cast.RESERVE] = _hsa(authority, cast.KARIN, level=2)
    cards[cast.EXPIRED] = _hsa(authority, cast.LARS_GORAN, not_before=at - _LONG_AGO, not_after=at - timedelta(days=20))
    cards[cast.REVOKED] = _hsa(authority, cast.OLLE)
    cards[cast.FOREIGN] = _hsa(authority.foreign(), cast.BERTIL)
    authority.revoke(cards[cast.REVOKED].certificate)
    for name, card in cards.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_bytes(card.p12(P12_PASSWORD))


def _hsa(
    authority: DemoAuthority,
    person: Person,
    *,
    level: int = 3,
    purpose: Literal["auth", "sign"] = "auth",
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> IssuedCertificate:
    return authority.issue_card(
        given_name=person.given_name,
        surname=person.surname,
        organisation=person.organisation,
        locality=person.locality,
        kind="hsa",
        hsa_id=person.hsa_id,
        level=level,
        key=person.key,
        purpose=purpose,
        not_before=not_before,
        not_after=not_after,
    )


def _person(authority: DemoAuthority, person: Person) -> IssuedCertificate:
    return authority.issue_card(
        given_name=person.given_name,
        surname=person.surname,
        organisation=person.organisation,
        kind="person",
        personal_number=person.personal_number,
        key=person.key,
    )
