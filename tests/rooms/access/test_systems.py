"""Record systems: let in by two, known by what they sign, and by that once."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import IntegrityError, transaction
from joserfc.jwk import ECKey, OctKey, RSAKey

from registret.access.grants.granting import Author, create_grant
from registret.access.grants.reach import Right
from registret.access.models import Grant, UsedAssertion
from registret.access.refusals import (
    AssertionRefused,
    CardTooOld,
    KeyIsPrivate,
    KeyKnown,
    KeyUnusable,
    NotFound,
    NotPermitted,
    OwnProposal,
    ProposerGone,
    RoleImpossible,
    SubRegistryClosed,
)
from registret.access.roles import Permission, Role
from registret.access.staff.changing_grants import revoke_grant
from registret.access.staff.people import people_of
from registret.access.staff.recertification.opening import start
from registret.access.staff.recertification.rows import lines_of
from registret.access.staff.substitutes import colleagues
from registret.access.systems.appointing import confirm_system, propose_system, remove_key, system_keys
from registret.access.systems.assertions import forget_old
from registret.kernel.identifiers import HsaId, Malformed
from registret.mail.models import Letter
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, KARIN, Country
from tests.rooms.access.scene import DAY, HOUR, MINUTE, NOW, SECOND, attested, events, refused
from tests.rooms.access.systems import AUDIENCE, Journal, connected, proposed, shown

SHORT = (
    rsa.generate_private_key(65537, 1024)  # noqa: S505 - too short
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


def scene() -> Country:
    place = cast.country(NOW - 30 * DAY)
    attested(cast.register(ANNA, place.infection, at=NOW - 20 * DAY))
    return place


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    return scene()


@pytest.fixture
def journal(place: Country) -> Journal:
    return connected(at=NOW)


def why_not(assertion: str, at: datetime = NOW) -> str:
    with pytest.raises(AssertionRefused) as no:
        shown(assertion, at)
    return no.value.reason


# --- let in by two ---------------------------------------------------------------------------------


def test_a_system_that_two_let_in_brings_files_in_for_its_clinic_for_a_year(place: Country) -> None:
    key = proposed(Journal(), at=NOW)
    (waiting,) = system_keys(actor=cast.actor(KARIN, at=NOW), at=NOW)
    assert (waiting.decidable, waiting.account_id, waiting.proposed_by) == (True, None, BERTIL.name)

    confirm_system(key_id=key, actor=cast.actor(KARIN, at=NOW), at=NOW)
    (row,) = system_keys(actor=cast.actor(KARIN, at=NOW), at=NOW)
    assert (row.source_system, row.sub_registries, str(row.ends_at)) == (
        "Journal X",
        ("pneumoni",),
        "2027-11-23 23:00:00+00:00",
    )
    given = Grant.objects.get(role=Role.SYSTEM)
    assert given.decided_by_names == f"{BERTIL.name}, {KARIN.name}"
    told = [(one.event, one.by_hsa_id) for one in events() if one.event.startswith("system.")]
    assert told == [("system.confirmed", KARIN.hsa_id), ("system.proposed", BERTIL.hsa_id)]


def test_it_has_the_rights_that_a_row_needs_and_is_the_author_of_what_it_does(journal: Journal) -> None:
    system = shown(journal.assertion(NOW))
    assert system.source_system == "Journal X"
    assert system.actor.seat.permissions == {Permission.IMPORT, Permission.REPORT, Permission.READ_RECORDS}
    assert system.actor.by.hsa_id == HsaId(journal.name)
    assert system.actor.by.network == "192.0.2.7"


def test_those_who_can_confirm_are_written_to_and_nobody_else(place: Country) -> None:
    before = {one.id for one in Letter.objects.all()}
    proposed(Journal(), role=Role.EXPORT_SYSTEM, at=NOW)
    (letter,) = Letter.objects.exclude(id__in=before)
    assert (letter.kind, letter.to_address) == ("system_proposed", KARIN.email.text)
    assert letter.context == {
        "proposer": BERTIL.name,
        "system": "Journal X",
        "clinic": "Infektionskliniken, Norrviks sjukhus",
        "role": "system som tar ut filer",
    }


def test_nobody_lets_a_system_in_alone(place: Country) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    key = proposed(Journal(), at=NOW)
    with refused(OwnProposal):
        confirm_system(key_id=key, actor=bertil, at=NOW)


def test_the_office_confirms_where_an_administrator_is_alone_and_proposes_none(place: Country) -> None:
    key = proposed(Journal(), at=NOW)
    doris = cast.actor(DORIS, at=NOW)
    confirm_system(key_id=key, actor=doris, at=NOW)
    assert Grant.objects.get(role=Role.SYSTEM).granted_by_id == doris.account_id
    with refused(NotPermitted):
        proposed(Journal(), actor=doris, at=NOW)


def test_another_clinic_sees_and_decides_nothing(place: Country) -> None:
    key = proposed(Journal(), at=NOW)
    cecilia = cast.actor(CECILIA, at=NOW)
    assert system_keys(actor=cecilia, at=NOW) == ()
    for act in (confirm_system, remove_key):
        with refused(NotFound):
            act(key_id=key, actor=cecilia, at=NOW)
    anna = cast.actor(ANNA, at=NOW)
    with refused(NotPermitted):
        system_keys(actor=anna, at=NOW)


def test_it_is_let_in_to_open_sub_registries_only_and_with_a_card_that_was_just_read(place: Country) -> None:
    bertil, karin = cast.actor(BERTIL, at=NOW), cast.actor(KARIN, at=NOW)
    with refused(SubRegistryClosed):
        proposed(Journal(), actor=bertil, of=["pneumoni", "hepatit"], at=NOW)
    key = proposed(Journal(), at=NOW)
    for act in (confirm_system, remove_key):
        with refused(CardTooOld):
            act(key_id=key, actor=karin, at=NOW + 2 * HOUR)


def test_a_proposer_who_has_left_proposes_nothing(place: Country) -> None:
    key = proposed(Journal(), at=NOW)
    karin = cast.actor(KARIN, at=NOW)
    cast.suspend(BERTIL, at=NOW)
    with refused(ProposerGone):
        confirm_system(key_id=key, actor=karin, at=NOW)


@pytest.mark.parametrize(
    ("pasted", "why"),
    [
        (ECKey.generate_key("P-256").as_pem(private=True).decode(), KeyIsPrivate),
        (json.dumps(ECKey.generate_key("P-256").as_dict(private=True)), KeyIsPrivate),
        (json.dumps(ECKey.generate_key("P-384").as_dict(private=False)), KeyUnusable),
        (json.dumps(OctKey.generate_key(256).as_dict()), KeyUnusable),
        (SHORT, KeyUnusable),
        ('{"kty": "EC"}', KeyUnusable),
        ("[" * 5000, KeyUnusable),
        ("hej", KeyUnusable),
    ],
    ids=["pem", "jwk", "curve", "shared", "short", "empty", "nested", "text"],
)
def test_what_is_no_public_key_is_refused_and_not_kept(place: Country, pasted: str, why: type[Any]) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(why):
        propose_system(source_system="Journal X", sub_registries=["pneumoni"], key=pasted, actor=bertil, at=NOW)


def test_a_key_belongs_to_one_system(journal: Journal) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    with refused(KeyKnown):
        proposed(journal, actor=bertil, source_system="Journal Y", at=NOW)


def test_keys_are_changed_while_both_count(journal: Journal) -> None:
    rsa = connected(Journal(RSAKey.generate_key(2048, auto_kid=False)), at=NOW)
    assert rsa.name == journal.name
    assert shown(rsa.assertion(NOW)).actor.account_id == shown(journal.assertion(NOW)).actor.account_id

    bertil = cast.actor(BERTIL, at=NOW)
    old = next(one for one in system_keys(actor=bertil, at=NOW) if one.thumbprint == journal.key.thumbprint())
    remove_key(key_id=old.id, actor=bertil, at=NOW)
    assert why_not(journal.assertion(NOW)) == "key"
    shown(rsa.assertion(NOW))


def test_a_key_that_waits_opens_nothing(place: Country) -> None:
    journal = Journal(name="SYSTEM-1")
    proposed(journal, at=NOW)
    assert why_not(journal.assertion(NOW)) == "key"


def test_a_right_that_is_revoked_or_has_ended_is_gone_at_once(journal: Journal) -> None:
    bertil = cast.actor(BERTIL, at=NOW)
    with pytest.raises(NotPermitted):
        shown(journal.assertion(NOW + 366 * DAY), NOW + 366 * DAY)
    (system,) = (one for one in people_of(actor=bertil, at=NOW) if one.hsa_id.is_system)
    assert (system.grants[0].revocable, system.grants[0].changeable) == (True, False)
    revoke_grant(grant_id=system.grants[0].id, reason="byts ut", actor=bertil, at=NOW)
    with pytest.raises(NotPermitted):
        shown(journal.assertion(NOW))


def test_a_recertification_asks_about_it(place: Country, journal: Journal) -> None:
    whole = start(clinic_id=place.infection, reason="i år", actor=cast.actor(DORIS, at=NOW), at=NOW)
    lines = lines_of(actor=cast.actor(BERTIL, at=NOW), recertification_id=whole, at=NOW)
    (line,) = (one for one in lines if one.role is Role.SYSTEM)
    assert (line.name, line.keepable, line.endable, line.changeable) == ("Journal X", True, True, False)


def test_a_system_is_no_person_and_no_person_a_system(place: Country, journal: Journal) -> None:
    with pytest.raises(Malformed):
        HsaId.parse(journal.name, allow_test=True)
    assert all(not one.hsa_id.is_system for one in colleagues(actor=cast.actor(BERTIL, at=NOW), at=NOW))
    system = shown(journal.assertion(NOW)).actor.account_id
    anna = cast.account_of(ANNA).id
    for account_id, role in ((system, Role.LOCAL_ADMINISTRATOR), (anna, Role.SYSTEM)):
        right = Right(role=role, sub_registries=frozenset({"pneumoni"}), ends_at=NOW + 30 * DAY)
        with refused(RoleImpossible):
            create_grant(
                right,
                account_id=account_id,
                clinic_id=place.infection,
                author=Author(names="A, B"),
                by=BERTIL.by,
                at=NOW,
            )
        row = Grant(account_id=account_id, role=role, clinic_id=place.infection, begins_at=NOW, ends_at=NOW + DAY)
        with pytest.raises(IntegrityError, match=r"a person is no system|grant_of_system_by_two"), transaction.atomic():
            row.save()


# --- what it signs ---------------------------------------------------------------------------------


def test_what_was_signed_counts_once_and_is_forgotten_when_it_is_over(journal: Journal) -> None:
    assertion = journal.assertion(NOW)
    shown(assertion)
    assert why_not(assertion) == "replayed"
    assert forget_old(at=NOW + 2 * MINUTE) == 0
    assert forget_old(at=NOW + 4 * MINUTE) == 1
    assert why_not(assertion, NOW + 4 * MINUTE) == "time"


MINUTES = 60
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "long": ({"exp": int(NOW.timestamp()) + 5 * MINUTES + 1}, "time"),
    "over": ({"iat": int(NOW.timestamp()) - 3 * MINUTES, "exp": int(NOW.timestamp()) - 61}, "time"),
    "early": ({"iat": int(NOW.timestamp()) + 62, "exp": int(NOW.timestamp()) + 90}, "time"),
    "not before": ({"nbf": int(NOW.timestamp()) + 62}, "time"),
    "backwards": ({"exp": int(NOW.timestamp()) - 1}, "time"),
    "endless": ({"exp": None}, "time"),
    "timeless": ({"iat": None}, "time"),
    "true": ({"iat": True}, "time"),
    "huge": ({"exp": 1e300}, "time"),
    "elsewhere": ({"aud": "https://registret.example/api/v1"}, "audience"),
    "two": ({"aud": [AUDIENCE, "https://registret.example"]}, "audience"),
    "other": ({"iss": "SYSTEM-000000000000"}, "issuer"),
    "subject": ({"sub": "SYSTEM-000000000000"}, "issuer"),
    "again": ({"jti": None}, "jti"),
    "short": ({"jti": "1"}, "jti"),
    "odd": ({"jti": "\ud800" * 20}, "jti"),
    "unknown": ({"kid": "x" * 43}, "key"),
    "zero": ({"kid": "a\0b"}, "key"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_says_something_else_is_refused(journal: Journal, case: str) -> None:
    said, why = WRONG[case]
    assert why_not(journal.assertion(NOW, **said)) == why
    assert not UsedAssertion.objects.exists()


def test_only_the_key_itself_signs(journal: Journal) -> None:
    forger = Journal(name=journal.name)
    assert why_not(forger.assertion(NOW, kid=journal.key.thumbprint())) == "signature"
    header, said, _ = journal.assertion(NOW).split(".")
    by_public_key = f"{encoded({'alg': 'HS256', 'kid': journal.key.thumbprint()})}.{said}"
    mac = hmac.digest(journal.public.encode(), by_public_key.encode(), "sha256")
    unsigned = f"{encoded({'alg': 'none', 'kid': journal.key.thumbprint()})}.{said}."
    for token in (
        f"{by_public_key}.{urlsafe_b64encode(mac).decode().rstrip('=')}",
        unsigned,
        f"{header}.{said}.",
        journal.assertion(NOW, typ="at+jwt"),
        "",
        "a.b.c",
        "x" * 5000,
    ):
        assert why_not(token) == "signature"


def encoded(header: dict[str, str]) -> str:
    return urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")


def test_the_key_of_one_system_does_not_open_the_account_of_another(journal: Journal) -> None:
    other = Journal()
    key = proposed(other, source_system="Journal Y", at=NOW)
    confirm_system(key_id=key, actor=cast.actor(KARIN, at=NOW), at=NOW)
    other.name = journal.name
    assert why_not(other.assertion(NOW)) == "issuer"


def test_a_minute_of_the_clocks_is_forgiven(journal: Journal) -> None:
    shown(journal.assertion(NOW + 59 * SECOND))
    shown(journal.assertion(NOW - 2 * MINUTE - 59 * SECOND))
