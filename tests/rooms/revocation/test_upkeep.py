"""Lists are kept fresh by one node for all, and nothing that a server says makes them worse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from registret.cards import CardRevoked, RevocationUnknown, Trust
from registret.cards.revocation import read_crl
from registret.chores.revocation_lists import record_list_event
from registret.ledger.queries import Wanted, entries
from registret.revocation import services
from registret.revocation.models import KeptCrl, Upkeep
from registret.revocation.queries import content_of, versions
from registret.revocation.services import FetchOutcome, Happened, RevocationEvent, fetch_due, fetch_now, tell_of_age
from registret.revocation.sources import ListState, Sources
from registret.words.events import EVENTS
from registret.words.revocation import FAULTS
from tests.owner import as_owner
from tests.rooms.revocation.liar import Liar, drips, endless, redirects, says
from tests.rooms.revocation.office import DAY, HOUR, MINUTE, SECOND, Office

pytestmark = pytest.mark.django_db


# Good lists


def test_a_list_is_fetched_kept_and_decides(office: Office) -> None:
    revoked, good = office.pki.card(), office.pki.card()
    office.liar.behave = says(office.crl(revoked.certificate.serial_number, number=7))
    assert office.fetch().outcome is FetchOutcome.REPLACED
    sources = Sources(office.trust)
    assert office.pki.decide(good, trust=office.trust, revocation=sources)
    with pytest.raises(CardRevoked):
        office.pki.decide(revoked, trust=office.trust, revocation=sources)
    kept = KeptCrl.objects.get()
    assert (int(kept.number), kept.entries, kept.kept_at) == (7, 1, office.now)
    sources.stop()


def test_without_a_list_nobody_is_let_in(office: Office) -> None:
    sources = Sources(office.trust)
    with pytest.raises(RevocationUnknown):
        office.pki.decide(office.pki.card(), trust=office.trust, revocation=sources)
    sources.stop()


def test_the_log_is_told_of_a_new_list_and_not_of_the_same_again(office: Office) -> None:
    office.liar.behave = says(office.crl(1, 2, 3, number=2**159))
    assert office.fetch().outcome is FetchOutcome.REPLACED
    assert office.fetch().outcome is FetchOutcome.UNCHANGED
    (happened,) = office.told
    assert happened.event is RevocationEvent.LIST_REPLACED
    assert happened.issuer == office.anchor.common_name
    assert happened.facts == {
        "list_number": str(2**159),
        "entries": 3,
        "next_update": (office.now + 2 * DAY).isoformat(timespec="minutes"),
    }


def test_a_newer_list_takes_the_place_of_the_older_one(office: Office) -> None:
    office.liar.behave = says(office.crl(number=5))
    office.fetch()
    before = versions()
    office.liar.behave = says(office.crl(7, number=6))
    assert office.fetch().outcome is FetchOutcome.REPLACED
    assert versions() != before
    assert KeptCrl.objects.count() == 1


def test_a_list_in_pem_is_a_list(office: Office) -> None:
    crl = x509.load_der_x509_crl(office.crl())
    office.liar.behave = says(crl.public_bytes(Encoding.PEM))
    assert office.fetch().outcome is FetchOutcome.REPLACED


def test_the_address_comes_from_the_trust_and_never_from_a_card(office: Office) -> None:
    with Liar() as elsewhere:
        points = x509.CRLDistributionPoints(
            [x509.DistributionPoint([x509.UniformResourceIdentifier(elsewhere.address)], None, None, None)]
        )
        card = office.pki.odd(extensions=lambda usual: [*usual, (points, False)])
        office.liar.behave = says(office.crl())
        office.fetch()
        sources = Sources(office.trust)
        assert office.pki.decide(card, trust=office.trust, revocation=sources)
        sources.stop()
        assert elsewhere.asked == []
    assert len(office.liar.asked) == 1


def test_an_anchor_without_an_address_is_not_fetched(office: Office) -> None:
    trust = Trust(anchors=(office.pki.anchor(),), accept_test=True)
    assert fetch_now(trust=trust, at=office.clock, tell=office.told.append) == ()
    assert fetch_due(trust=trust, at=office.clock, tell=office.told.append) == ()


# Lies


def lies(office: Office) -> dict[str, tuple[Callable[[], bytes], str]]:
    """What the server says instead of a list, and the class under which it is refused."""
    ca, now, good = office.pki.authority.issuer("hsa"), office.now, office.crl(number=6)
    times = {"this_update": now - MINUTE, "next_update": now + DAY, "number": 6}

    def der(crl: x509.CertificateRevocationList) -> bytes:
        return crl.public_bytes(Encoding.DER)

    def built(*extensions: tuple[x509.ExtensionType, bool]) -> bytes:
        builder = x509.CertificateRevocationListBuilder().issuer_name(office.anchor.certificate.subject)
        builder = builder.last_update(now - MINUTE).next_update(now + DAY)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return der(builder.sign(ca.key, hashes.SHA256()))

    return {
        "a list of which some bytes are missing": (lambda: good[:-20], "unreadable"),
        "nothing": (lambda: b"", "unreadable"),
        "a page": (lambda: b"<!doctype html><title>Portal</title>", "unreadable"),
        "a certificate": (lambda: office.anchor.certificate.public_bytes(Encoding.DER), "unreadable"),
        "the list of another CA": (
            lambda: der(office.pki.authority.issuer("hsa", 2).crl([], **times)),  # type: ignore[arg-type]
            "other_issuer",
        ),
        "a list of a forger with the same name": (
            lambda: der(office.pki.foreign.issuer("hsa").crl([], **times)),  # type: ignore[arg-type]
            "wrong_signature",
        ),
        "a list with one bit changed": (lambda: good[:-1] + bytes([good[-1] ^ 1]), "wrong_signature"),
        "a list without a number": (lambda: built(), "no_number"),
        "a delta list": (
            lambda: built((x509.CRLNumber(6), False), (x509.DeltaCRLIndicator(5), True)),
            "incomplete",
        ),
        "an older number": (lambda: office.crl(number=4), "goes_back"),
        "a newer number with an older moment": (lambda: office.crl(number=6, this=now - DAY), "goes_back"),
        "a list whose time and grace are over": (
            lambda: office.crl(number=6, this=now - MINUTE, until=now - SECOND),
            "too_old",
        ),
        "a list of tomorrow": (lambda: office.crl(number=6, this=now + HOUR), "not_begun"),
    }


def test_no_lie_takes_the_place_of_the_good_list(office: Office) -> None:
    revoked = office.pki.card().certificate.serial_number
    office.liar.behave = says(office.crl(revoked, number=5))
    office.fetch()
    kept = content_of(office.anchor.fingerprint)
    no_grace = replace(office.anchor, grace=timedelta(0))
    trust = Trust(anchors=(no_grace,), accept_test=True)
    for what, (lie, fault) in lies(office).items():
        office.liar.behave = says(lie())
        (one,) = fetch_now(trust=trust, at=office.clock, tell=office.told.append)
        assert (one.outcome, one.fault) == (FetchOutcome.REFUSED, fault), what
        assert content_of(office.anchor.fingerprint) == kept, what
        assert office.row.fault == fault, what
        assert fault in FAULTS, what
    assert office.row.failures == len(lies(office))
    sources = Sources(trust)
    assert sources.answer(anchor=no_grace, serial=revoked, at=office.now).state == "revoked"
    sources.stop()


def test_no_lie_becomes_the_first_list_either(office: Office) -> None:
    trust = Trust(anchors=(replace(office.anchor, grace=timedelta(0)),), accept_test=True)
    for what, (lie, fault) in lies(office).items():
        if fault != "goes_back":
            office.liar.behave = says(lie())
            (one,) = fetch_now(trust=trust, at=office.clock, tell=office.told.append)
            assert one.fault == fault, what
    assert KeptCrl.objects.count() == 0


def test_servers_that_misbehave_are_refused_by_class(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "SECONDS", 0.5)
    monkeypatch.setattr(services, "LARGEST", 100_000)
    office.liar.behave = says(office.crl())
    office.fetch()
    good = office.crl(number=9)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"
    with Liar() as elsewhere:
        elsewhere.behave = says(good)
        for behave, fault in (
            (redirects(elsewhere.address), "redirect"),
            (says(b"", status="503 Busy"), "status"),
            (says(good[:-50], length=len(good)), "cut_short"),
            (endless, "too_large"),
            (drips(office.liar, head, good[:1]), "too_slow"),
            (says(good, headers="Content-Encoding: gzip\r\n"), "not_http"),
        ):
            office.liar.behave = behave
            one = office.fetch()
            assert (one.outcome, one.fault) == (FetchOutcome.REFUSED, fault)
            assert fault in FAULTS
        assert elsewhere.asked == []
    assert KeptCrl.objects.get().number == 5


def test_a_list_that_is_late_is_taken_within_grace_because_of_what_it_revokes(office: Office) -> None:
    office.liar.behave = says(office.crl(number=5, this=office.now - 2 * HOUR))
    office.fetch()
    office.liar.behave = says(office.crl(7, number=6, this=office.now - HOUR, until=office.now - MINUTE))
    assert office.fetch().outcome is FetchOutcome.REPLACED
    sources = Sources(office.trust)
    assert sources.answer(anchor=office.anchor, serial=7, at=office.now).state == "revoked"
    assert sources.answer(anchor=office.anchor, serial=8, at=office.now).stale
    sources.stop()


def test_a_replayed_list_is_kept_out_whatever_was_kept_in_between(office: Office) -> None:
    old = office.crl(number=5, this=office.now - HOUR)
    for content, outcome in (
        (old, FetchOutcome.REPLACED),
        (office.crl(7, number=6), FetchOutcome.REPLACED),
        (old, FetchOutcome.REFUSED),
        (old, FetchOutcome.REFUSED),
        (office.crl(7, 8, number=7), FetchOutcome.REPLACED),
    ):
        office.liar.behave = says(content)
        assert office.fetch().outcome is outcome
    assert KeptCrl.objects.get().number == 7


def test_an_operator_takes_a_list_that_goes_back_and_the_log_says_so(office: Office) -> None:
    office.liar.behave = says(office.crl(number=5))
    office.fetch()
    office.liar.behave = says(office.crl(number=1))
    assert office.fetch().fault == "goes_back"
    (one,) = fetch_now(trust=office.trust, anew=[office.anchor.name], at=office.clock, tell=office.told.append)
    assert one.outcome is FetchOutcome.REPLACED
    assert office.told[-1].facts["anew"] is True
    assert KeptCrl.objects.get().number == 1


def test_a_refusal_is_told_once_and_again_when_it_is_another_one(office: Office) -> None:
    for content in (b"1", b"22", b"333"):
        office.liar.behave = says(content)
        office.fetch()
    office.liar.behave = redirects("/elsewhere")
    office.fetch()
    office.liar.behave = says(office.crl())
    office.fetch()
    office.liar.behave = redirects("/elsewhere")
    office.fetch()
    faults = [happened.facts.get("fault") for happened in office.told]
    assert faults == ["unreadable", "redirect", None, "redirect"]
    assert all(happened.event.value in EVENTS for happened in office.told)


# When


def test_a_list_is_fetched_again_within_an_hour_and_before_its_end(office: Office) -> None:
    for left, soonest, latest in (
        (2 * DAY, 48 * MINUTE, HOUR),
        (HOUR, 24 * MINUTE, 30 * MINUTE),
        (10 * SECOND, 48 * SECOND, MINUTE),
        (-HOUR, 4 * MINUTE, 5 * MINUTE),
    ):
        office.liar.behave = says(office.crl(this=office.now - 2 * HOUR, until=office.now + left))
        office.fetch()
        due = office.row.due_at
        assert due is not None
        assert soonest <= due - office.now <= latest
        with as_owner():
            KeptCrl.objects.all().delete()


def test_fetches_spread_out(office: Office) -> None:
    office.liar.behave = says(office.crl())
    moments = set()
    for _ in range(5):
        office.fetch()
        moments.add(office.row.due_at)
    assert len(moments) > 1


def test_failures_in_a_row_make_the_pause_longer_up_to_a_quarter_of_an_hour(office: Office) -> None:
    office.liar.behave = says(b"rubbish")
    for minutes in (1, 2, 4, 8, 15, 15):
        office.fetch()
        due = office.row.due_at
        assert due is not None
        assert minutes * MINUTE <= due - office.now <= minutes * 1.25 * MINUTE
    office.liar.behave = says(office.crl())
    office.fetch()
    assert office.row.failures == 0
    assert office.row.succeeded_at == office.now


def test_only_what_is_due_is_fetched_and_looking_costs_one_query(
    office: Office, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    office.liar.behave = says(office.crl())
    assert [one.outcome for one in office.fetch_due()] == [FetchOutcome.REPLACED]
    with django_assert_num_queries(1):
        assert office.fetch_due() == ()
    office.now += HOUR
    assert [one.outcome for one in office.fetch_due()] == [FetchOutcome.UNCHANGED]
    assert len(office.liar.asked) == 2


# One node at a time


def test_a_node_that_died_while_fetching_is_followed_by_another(office: Office) -> None:
    office.liar.behave = says(office.crl())
    office.fetch()
    Upkeep.objects.update(lease_until=office.now + services.LEASE, due_at=None)
    assert office.fetch_due() == ()
    assert office.fetch().outcome is FetchOutcome.BUSY
    office.now += services.LEASE
    assert [one.outcome for one in office.fetch_due()] == [FetchOutcome.UNCHANGED]


def test_a_node_that_was_overtaken_writes_nothing(office: Office) -> None:
    content = office.crl(number=9)
    office.liar.behave = says(office.crl())
    office.fetch()
    tries = services._take(office.anchor, office.now, services._any)
    assert tries is not None
    Upkeep.objects.update(tries=tries + 1)
    late = services._keep(
        office.anchor,
        content,
        read_crl(content, office.anchor),
        tries=tries,
        anew=False,
        at=office.now,
        tell=office.told.append,
    )
    assert late.outcome is FetchOutcome.BUSY
    assert KeptCrl.objects.get().number == 5


def test_the_lease_outlives_the_longest_fetch() -> None:
    assert timedelta(seconds=services.SECONDS) < services.LEASE


def test_a_list_and_its_entry_in_the_log_are_kept_together_or_not_at_all(office: Office) -> None:
    def full(happened: Happened) -> None:
        raise RuntimeError("the log is full")

    office.liar.behave = says(office.crl())
    with pytest.raises(RuntimeError):
        fetch_now(trust=office.trust, at=office.clock, tell=full)
    assert KeptCrl.objects.count() == 0


# Growing old


def test_the_log_is_told_once_when_a_list_is_late_and_once_when_it_is_too_old(office: Office) -> None:
    office.liar.behave = says(office.crl(until=office.now + HOUR))
    office.fetch()
    office.told.clear()
    sources = Sources(office.trust)
    for later in (0 * HOUR, HOUR + SECOND, 2 * HOUR, 25 * HOUR, 25 * HOUR + SECOND, 26 * HOUR, 99 * HOUR):
        at = office.now + later
        tell_of_age(standings=sources.standings(at=at), at=at, tell=office.told.append)
    sources.stop()
    assert office.events() == [RevocationEvent.LIST_LATE, RevocationEvent.LIST_TOO_OLD]
    late, too_old = office.told
    assert late.at == office.now + HOUR + SECOND
    assert late.facts["usable_until"] == (office.now + 25 * HOUR).isoformat(timespec="minutes")
    assert too_old.at == office.now + 25 * HOUR + SECOND


def test_a_list_that_became_fresh_may_be_told_of_again(office: Office) -> None:
    sources = Sources(office.trust)
    for number, hour in ((5, 0), (6, 100)):
        office.now = office.pki.now + hour * HOUR
        office.liar.behave = says(office.crl(number=number, until=office.now + HOUR))
        office.fetch()
        sources.refresh()
        for later in (0 * HOUR, 2 * HOUR):
            at = office.now + later
            tell_of_age(standings=sources.standings(at=at), at=at, tell=office.told.append)
    sources.stop()
    assert office.events() == [RevocationEvent.LIST_REPLACED, RevocationEvent.LIST_LATE] * 2


def test_lists_on_which_no_login_depends_are_not_told_of(office: Office) -> None:
    sources = Sources(Trust(anchors=(office.anchor,), accept_test=False))
    (standing,) = sources.standings(at=office.now)
    sources.stop()
    assert standing.state is ListState.MISSING
    tell_of_age(standings=[standing], at=office.now, tell=office.told.append)
    assert office.told == []


@pytest.mark.parametrize("event", ["revocation.list_late", "revocation.list_too_old"])
def test_each_of_the_two_is_an_entry_by_the_program(office: Office, event: str) -> None:
    office.liar.behave = says(office.crl(until=office.now + HOUR))
    office.fetch()
    sources = Sources(office.trust)
    for at in (office.now + 2 * HOUR, office.now + 26 * HOUR):
        tell_of_age(standings=sources.standings(at=at), at=at, tell=record_list_event)
    sources.stop()
    (entry,) = entries(wanted=Wanted(event=event)).rows
    assert (entry.by_program, entry.about_account_id, entry.about_hsa_id) == ("lists", None, "")
    assert entry.facts["issuer"] == office.anchor.common_name


def test_a_missing_list_is_told_of_as_too_old(office: Office) -> None:
    sources = Sources(office.trust)
    tell_of_age(standings=sources.standings(at=office.now), at=office.now, tell=office.told.append)
    sources.stop()
    assert office.events() == [RevocationEvent.LIST_TOO_OLD]


# The database refuses too


@pytest.mark.parametrize(
    "wrong",
    [
        {"anchor": "x" * 64},
        {"failures": 1},
        {"fault": "status"},
        {"tries": 1},
        {"lease_until": datetime.fromisoformat("2026-11-24T08:00+00:00")},
    ],
)
def test_a_row_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Upkeep.objects.create(**({"anchor": "0" * 64} | wrong))
