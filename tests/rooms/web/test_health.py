"""How the installation is: for load balancers and monitoring, and for the registry office in words."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings as django_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from registret.cards import Trust
from registret.config.env import File
from registret.demo.pki import DemoAuthority, build_authority
from registret.heartbeats.services import begin, failed, succeeded
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.mail.queries import outbox
from registret.mail.services import post
from registret.records.models import OptOut
from registret.records.patient_rights.kept_marks import write_marks
from registret.revocation import trust as believed
from registret.revocation.models import KeptCrl, Upkeep
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, ERIK, Country
from tests.rooms.web.client import Browser, text_of

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HSA_3 = "DEMO SITHS e-id Person HSA-id 3 CA v1"


class Lists:
    """The lists of a door of its own, as old as a test wants them."""

    def __init__(self, folder: Path, now: datetime, settings: Settings) -> None:
        self.folder = folder / "trust"
        self.now = now
        self.authority: DemoAuthority = build_authority(folder / "ca", at=now - 30 * DAY)
        settings.TRUST_DIR = self.folder
        self.published(next_update=now + DAY)

    def published(self, *, next_update: datetime, this_update: datetime | None = None) -> None:
        """As files."""
        self.authority.write_trust(self.folder, this_update=this_update or self.now - 3 * HOUR, next_update=next_update)
        self.anew()

    def fetched(self, *, next_update: datetime, fault: str = "", failures: int = 0) -> None:
        """The level 3 list comes from an address and not from a file, and lies in the database."""
        trust = (self.folder / "trust.toml").read_text()
        changed = trust.replace('crl = "hsa-3.crl"', 'crl_url = "http://127.0.0.1:9/hsa-3.crl"')
        (self.folder / "trust.toml").write_text(changed)
        anchor = Trust.load(self.folder, accept_test=True).anchors[0]
        crl = self.authority.issuer("hsa").crl(
            [(7, self.now)], this_update=self.now - 3 * HOUR, next_update=next_update, number=41
        )
        KeptCrl.objects.create(
            anchor=anchor.fingerprint,
            content=crl.public_bytes(Encoding.DER),
            digest="0" * 64,
            number=41,
            this_update=self.now - 3 * HOUR,
            next_update=next_update,
            entries=1,
            kept_at=self.now,
        )
        Upkeep.objects.create(
            anchor=anchor.fingerprint,
            tries=9,
            tried_at=self.now - 2 * timedelta(minutes=1),
            succeeded_at=self.now - 2 * HOUR,
            fault=fault,
            failures=failures,
        )
        self.anew()

    @staticmethod
    def anew() -> None:
        if believed.revocation.cache_info().currsize:
            believed.revocation().stop()
        believed.trust.cache_clear()
        believed.revocation.cache_clear()


@pytest.fixture
def lists(tmp_path: Path, now: datetime, settings: Settings) -> Iterator[Lists]:
    yield Lists(tmp_path, now, settings)
    Lists.anew()


# For load balancers


def test_a_node_that_is_well_is_ready_and_alive() -> None:
    for address, body in (("/halsa", {"ready": True, "lacks": []}), ("/halsa/lever", {"alive": True})):
        answer = Browser().get(address)
        assert (answer.status_code, answer.json()) == (200, body)
        assert answer.headers["Cache-Control"] == "no-store"
        assert Browser().head(address).status_code == 200
        assert Browser().post(address).status_code == 405


@pytest.mark.parametrize("address", ["/", "/hjalp", "/hjalp/kort", "/halsa", "/statistik"])
def test_programs_that_watch_the_site_may_ask_for_heads(address: str) -> None:
    page, head = Browser().get(address), Browser().head(address)
    assert head.status_code == page.status_code
    assert head.content == b""
    assert page.headers["Content-Type"] == head.headers["Content-Type"]


def test_a_head_burns_no_code_and_does_nothing_for_those_at_work() -> None:
    for address in ("/logga-in/svar/" + "0" * 43, "/start", "/sprak/en"):
        assert Browser().head(address).status_code == 405, address


def test_alive_asks_no_database(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert Browser().get("/halsa/lever").status_code == 200
    with django_assert_num_queries(1):
        assert Browser().get("/halsa").status_code == 200


def test_a_trust_that_cannot_be_read_makes_a_node_unready(lists: Lists) -> None:
    (lists.folder / "trust.toml").write_text("nonsense")
    lists.anew()
    answer = Browser().get("/halsa")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "lacks": ["trust"]})


def test_a_node_that_cannot_look_for_newer_lists_is_unready(lists: Lists, now: datetime) -> None:
    lists.fetched(next_update=now + DAY)
    assert Browser().get("/halsa").status_code == 200
    believed.revocation()._kept._looked_at -= 61
    answer = Browser().get("/halsa")
    assert (answer.status_code, answer.json()["lacks"]) == (503, ["lists"])
    believed.revocation().refresh()
    assert Browser().get("/halsa").status_code == 200


def test_late_lists_take_no_node_away_and_are_not_told_to_strangers(lists: Lists, now: datetime) -> None:
    fresh = Browser().get("/halsa").content
    lists.published(next_update=now - 30 * DAY, this_update=now - 40 * DAY)
    late = Browser().get("/halsa")
    assert (late.status_code, late.content) == (200, fresh)


# For monitoring


def opted_out(at: datetime) -> None:
    OptOut.objects.create(mark="0" * 64, key="k", case_number="26RS1", episodes=0, at=at, by_name="x")


def measures(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("anchor", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_measures_say_how_old_each_list_is_and_how_long_letters_wait(lists: Lists, now: datetime) -> None:
    lists.fetched(next_update=now - HOUR, fault="redirect", failures=3)
    post(
        kind="application_waiting",
        to=EmailAddress("bertil.holm@regionnorrvik.se"),
        language="sv",
        context={"applicant": "Anna Berg", "clinic": "Infektionskliniken"},
        at=now - HOUR,
    )
    answer = Browser().get("/matt")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = measures(answer.content.decode())
    expected = {
        "registret_crl_usable": 1,
        "registret_crl_fresh": 0,
        "registret_crl_entries": 1,
        "registret_crl_age_seconds": 3 * 3600,
        "registret_crl_next_update_seconds": -3600,
        "registret_crl_fetch_failures": 3,
        "registret_crl_fetch_success_age_seconds": 2 * 3600,
    }
    assert {name: found[name, HSA_3] for name in expected} == pytest.approx(expected, abs=120)
    assert found["registret_letters_waiting", ""] == 1
    assert found["registret_letters_oldest_seconds", ""] == pytest.approx(3600, abs=120)
    assert not re.search("(?i)anna|bertil", answer.content.decode())


def test_measures_of_a_ca_without_a_list(lists: Lists) -> None:
    (lists.folder / "hsa-3.crl").unlink()
    lists.anew()
    found = measures(Browser().get("/matt").content.decode())
    assert found["registret_crl_usable", HSA_3] == 0
    assert ("registret_crl_age_seconds", HSA_3) not in found


@pytest.mark.parametrize(
    "stranger",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": "::ffff:192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 front"},
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    ],
)
def test_without_a_token_only_this_machine_reads_the_measures(stranger: dict[str, str]) -> None:
    answer = Browser().get("/matt", **stranger)  # type: ignore[arg-type]
    assert answer.status_code == 404
    assert "registret_crl" not in answer.content.decode()
    assert Browser().get("/matt", REMOTE_ADDR="::1").status_code == 200


def test_with_a_token_whoever_shows_it_reads_them_and_nobody_else(settings: Settings) -> None:
    settings.METRICS_TOKEN = "t" * 32
    for shown in ("", "t" * 32, "Bearer", "Bearer " + "t" * 31, "Bearer " + "t" * 33, "bearer " + "t" * 32, "Bearer å"):
        assert Browser().get("/matt", HTTP_AUTHORIZATION=shown).status_code == 404
    elsewhere = {"REMOTE_ADDR": "192.0.2.7", "HTTP_AUTHORIZATION": "Bearer " + "t" * 32}
    assert Browser().get("/matt", **elsewhere).status_code == 200  # type: ignore[arg-type]


def test_the_measures_say_which_opt_outs_a_restored_backup_would_forget(
    lists: Lists, now: datetime, tmp_path: Path, settings: Settings
) -> None:
    names = ("registret_opt_out_file_usable", "registret_opt_outs_unwritten", "registret_opt_outs_unwritten_seconds")

    def measured() -> list[float | None]:
        found = measures(Browser().get("/matt").content.decode())
        return [found.get((name, "")) for name in names]

    assert measured() == [None] * 3, "no file is set"
    opted_out(now - HOUR)
    settings.OPT_OUT_FILE = tmp_path / "apart" / "marks"
    assert measured() == [0, 1, pytest.approx(3600, abs=120)]
    settings.OPT_OUT_FILE.parent.mkdir()
    assert measured() == [1, 1, pytest.approx(3600, abs=120)], "it can be written, and has not been yet"
    assert write_marks() == 1
    assert measured() == [1, 0, 0]
    settings.OPT_OUT_FILE.write_text("# do not touch\n" + settings.OPT_OUT_FILE.read_text())
    assert measured() == [0, 0, 0]
    assert Browser().get("/halsa").status_code == 200, "all nodes have the same"


def measured(name: str) -> dict[str, float]:
    """By the only label of a measure, or the first of them."""
    families = text_string_to_metric_families(Browser().get("/matt").content.decode())
    samples = [sample for family in families for sample in family.samples if sample.name == name]
    return {next(iter(sample.labels.values()), ""): sample.value for sample in samples}


def test_the_measures_say_which_work_stands_still(now: datetime) -> None:
    begin({"mail": 1, "forget": 3600}, at=now - 2 * HOUR)
    succeeded("mail", at=now - MINUTE)
    assert measured("registret_worker_late") == {"mail": 0, "forget": 0}
    succeeded("mail", at=now - 6 * MINUTE)
    failed("forget", fault="ValueError", at=now)
    assert measured("registret_worker_late") == {"mail": 1, "forget": 0}
    assert measured("registret_worker_failures") == {"mail": 0, "forget": 1}
    assert measured("registret_worker_success_age_seconds")["mail"] == pytest.approx(360, abs=60)


def test_the_measures_say_how_many_logins_were_refused_and_how_old_the_log_is_without_a_seal(now: datetime) -> None:
    assert measured("registret_log_unsealed_seconds") == {"": 0}
    for at in (now - HOUR, now - MINUTE):
        record(event=Event.LOGIN_REFUSED, outcome="refused", by=By.of_program("a test"), at=at)
    assert measured("registret_log_unsealed_seconds")[""] == pytest.approx(3600, abs=60)
    assert measured("registret_log_entries") == {"login.refused": 1}


def test_the_measures_say_the_version_and_when_certificates_end(tmp_path: Path, settings: Settings) -> None:
    assert list(measured("registret_info").values()) == [1]
    settings.SITE_CERTIFICATE = File(variable="SITE", purpose="a test", named="")
    settings.CARD_CERTIFICATE = File(variable="CARD", purpose="a test", named="")
    assert measured("registret_certificate_end_seconds") == {}, "behind a front"
    authority = build_authority(tmp_path, at=timezone.now())
    end = authority.issuer("hsa").certificate.not_valid_after_utc
    (tmp_path / "site.pem").write_bytes(authority.issuer("hsa").certificate.public_bytes(Encoding.PEM))
    settings.SITE_CERTIFICATE = File(variable="SITE", purpose="a test", named=str(tmp_path / "site.pem"))
    left = (end - timezone.now()).total_seconds()
    assert measured("registret_certificate_end_seconds") == {settings.SITE_HOST: pytest.approx(left, abs=60)}
    assert abs(measured("registret_clock_skew_seconds")[""]) < 30


def answers() -> dict[tuple[str, str], float]:
    """How many answers were counted, by journey and class of status."""
    families = text_string_to_metric_families(Browser().get("/matt").content.decode())
    samples = [one for family in families for one in family.samples if one.name == "registret_request_seconds_count"]
    return {(one.labels["journey"], one.labels["status"]): one.value for one in samples}


def test_the_measures_say_what_answers_took_by_journey_and_never_by_address() -> None:
    before = answers()
    for address in ("/hjalp", "/hjalp/kort", "/bekrafta/1-1.0123456789", "/nowhere/19121212-1212"):
        Browser().get(address)
    after = answers()
    grown = {key: number - before.get(key, 0) for key, number in after.items() if number != before.get(key, 0)}
    assert grown.pop(("health", "2xx")) == 1
    assert grown == {("help", "2xx"): 2, ("signup", "4xx"): 1, ("none", "4xx"): 1}


ANSWERED = """
import os, sys
from types import SimpleNamespace
from prometheus_client import CollectorRegistry, generate_latest
from registret.web.health.request_times import add_to, observe
request = SimpleNamespace(resolver_match=None)
observe(request, status=200, seconds=0.01)
if child := os.fork():
    os.waitpid(child, 0)
    add_to(registry := CollectorRegistry())
    sys.stdout.write(generate_latest(registry).decode())
else:
    observe(request, status=200, seconds=20.0)
    os._exit(0)
"""


def test_each_of_gunicorns_workers_tells_what_all_of_them_took(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", ANSWERED], env=environment, capture_output=True, check=True, text=True)
    labels = 'journey="none",status="2xx"'
    assert f"registret_request_seconds_count{{{labels}}} 2.0" in told.stdout
    assert f"registret_request_seconds_sum{{{labels}}} 20.01" in told.stdout


def test_a_node_whose_clock_is_wrong_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.now
    for shift in (HOUR, -HOUR):
        monkeypatch.setattr(timezone, "now", lambda shift=shift: real() + shift)
        answer = Browser().get("/halsa")
        assert (answer.status_code, answer.json()["lacks"]) == (503, ["clock"])


def test_alarms_board_and_manual_know_all_measures_and_no_others(
    lists: Lists, now: datetime, tmp_path: Path, settings: Settings
) -> None:
    lists.fetched(next_update=now + DAY)
    settings.OPT_OUT_FILE = tmp_path / "marks"
    begin({"mail": 1}, at=now)
    families = text_string_to_metric_families(Browser().get("/matt").content.decode())
    measures = {family.name for family in families}
    root = Path(__file__).parents[3]
    manual = set(re.findall(r"registret_[a-z_]+", (root / "docs" / "watching.md").read_text()))
    assert measures - manual == set()
    for file in ("prometheus-alerts.yml", "grafana.json"):
        named = set(re.findall(r"registret_[a-z_]+", (root / "deploy" / file).read_text()))
        assert {re.sub("_(bucket|count)$", "", name) for name in named} <= measures, file
    json.loads((root / "deploy" / "grafana.json").read_text())


# For the registry office


def test_the_office_reads_that_work_stands_still_and_since_when(place: Country, lists: Lists, now: datetime) -> None:
    browser = Browser.of(DORIS)
    assert "Inget arbete i bakgrunden har börjat" in text_of(browser.get("/kansliet/halsa"))
    begin({"mail": 1, "seal": 60}, at=now)
    assert "Allt arbete i bakgrunden går som det ska." in text_of(browser.get("/kansliet/halsa"))
    succeeded("mail", at=now - HOUR)
    failed("mail", fault="OSError", at=now)
    succeeded("seal", at=now - 2 * HOUR)
    text = text_of(browser.get("/kansliet/halsa"))
    assert "Försegling av loggen: står still sedan" in text
    assert "Utskick av mejl: har inte lyckats sedan" in text
    assert "1 försök har misslyckats (OSError)" in text


def test_the_office_reads_which_opt_outs_are_not_in_the_file(
    place: Country, lists: Lists, now: datetime, tmp_path: Path, settings: Settings
) -> None:
    browser = Browser.of(DORIS)
    assert "Avböjanden" not in text_of(browser.get("/kansliet/halsa")), "no file is set"
    settings.OPT_OUT_FILE = tmp_path / "apart" / "marks"
    assert "Filen går inte att skriva" in text_of(browser.get("/kansliet/halsa"))
    opted_out(now - HOUR)
    assert "1 spärrat nummer är inte skrivet i filen" in text_of(browser.get("/kansliet/halsa"))
    settings.OPT_OUT_FILE.parent.mkdir()
    write_marks()
    assert "Alla är skrivna." in text_of(browser.get("/kansliet/halsa"))


def test_the_office_reads_how_old_each_list_is_and_what_went_wrong(place: Country, lists: Lists, now: datetime) -> None:
    lists.fetched(next_update=now + 5 * HOUR, fault="redirect", failures=3)
    text = text_of(Browser.of(DORIS).get("/kansliet/halsa"))
    assert "Alla spärrlistor som inloggningen beror på är aktuella." in text
    assert f"{HSA_3} aktuell Från" in text
    assert "3 timmar gammal" in text
    assert "1 spärrat kort, nummer 41" in text
    assert "Den gamla räknas till" in text
    assert "misslyckades servern hänvisar till en annan adress 3 försök i rad, senast" in text
    assert "Lyckades senast" in text
    assert "Läggs in som fil av driften" in text
    assert "Person ID 3 CA v1 Inga inloggningar beror på den." in text
    assert "När en lista är försenad" in text
    letters = outbox().count
    assert letters > 1
    assert f"{letters} mejl väntar på att skickas, det äldsta skrivet" in text


@pytest.mark.parametrize(
    ("late_by", "state", "warning"),
    [
        (HOUR, "försenad", "är försenad. Kort därifrån släpps in till"),
        (25 * HOUR, "för gammal", "är för gammal. Ingen kommer in med ett kort därifrån förrän en ny har hämtats."),
    ],
)
def test_a_late_list_is_a_banner_on_every_page_of_those_who_look_after_others(
    place: Country, lists: Lists, now: datetime, late_by: timedelta, state: str, warning: str
) -> None:
    browsers = {who.name: Browser.of(who) for who in (DORIS, BERTIL, CECILIA, ERIK)}
    lists.published(next_update=now - late_by, this_update=now - 40 * DAY)
    for who, address in ((DORIS, "/start"), (DORIS, "/kansliet"), (BERTIL, "/start"), (CECILIA, "/attestera")):
        text = text_of(browsers[who.name].get(address))
        assert f"Spärrlistan från {HSA_3} {warning}" in text
        assert text.count("Spärrlistan från") == 2, "one for each CA that logins depend on, none for Person-id"
        assert ("Registerkansliet ser samma varning." in text) is (who is not DORIS)
    assert "Spärrlistan" not in text_of(browsers[ERIK.name].get("/start"))
    page = text_of(browsers[DORIS.name].get("/kansliet/halsa"))
    assert "En spärrlista som inloggningen beror på behöver ses över." in page
    assert f"{HSA_3} {state}" in page


def test_a_missing_list_is_told_as_missing(place: Country, lists: Lists) -> None:
    browser = Browser.of(DORIS)
    (lists.folder / "hsa-3.crl").unlink()
    lists.anew()
    text = text_of(browser.get("/kansliet/halsa"))
    assert f"Spärrlistan från {HSA_3} saknas." in text
    assert f"{HSA_3} saknas – –" in text


def test_no_banner_while_all_is_well_and_it_costs_no_query(
    place: Country, lists: Lists, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = Browser.of(DORIS)
    with django_assert_max_num_queries(99) as with_files:
        text = text_of(browser.get("/start"))
    as_many = len(with_files)
    assert "Spärrlistan" not in text
    lists.fetched(next_update=now + DAY)
    browser.get("/start")
    with django_assert_max_num_queries(as_many):
        assert "Spärrlistan" not in text_of(browser.get("/start"))


def test_in_english_nothing_swedish_is_left(place: Country, lists: Lists, now: datetime) -> None:
    browser = Browser.of(DORIS)
    browser.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    lists.fetched(next_update=now - HOUR, fault="goes_back", failures=1)
    text = text_of(browser.get("/kansliet/halsa"))
    assert "is late. Cards from there are let in until" in text
    assert "the list is older than the one we have" in text
    assert re.findall(r"\S*[åäöÅÄÖ]\S*", text) == []


def test_a_ca_that_is_only_asked_is_shown_as_such(place: Country, lists: Lists) -> None:
    browser = Browser.of(DORIS)
    trust = (lists.folder / "trust.toml").read_text()
    changed = trust.replace('crl = "hsa-3.crl"', 'ocsp_url = "http://127.0.0.1:9/"')
    (lists.folder / "trust.toml").write_text(changed)
    lists.anew()
    text = text_of(browser.get("/kansliet/halsa"))
    assert "bara frågor (OCSP)" in text
    assert "Utfärdaren tillfrågas dessutom om varje kort (OCSP)." in text
    assert "Spärrlistan från" not in text


@pytest.mark.parametrize("who", [BERTIL, ERIK, ANNA])
def test_only_the_office_reads_the_page(place: Country, now: datetime, who: cast.Person) -> None:
    assert Browser().get("/kansliet/halsa").status_code == 401
    if who is ANNA:
        cast.register(ANNA, place.infection, at=now)
        assert Browser.of(ANNA).get("/kansliet/halsa")["Location"] == "/ansokan"
    else:
        assert Browser.of(who).get("/kansliet/halsa").status_code == 403
        assert "Driftläge" not in text_of(Browser.of(who).get("/start"))
