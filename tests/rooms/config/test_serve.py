"""`registret serve`, `work` and gunicorn: what they do, and the one line when they cannot.

A start costs seconds: what is refused before the database is asked is refused to the command in this process.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from registret.accounts import attempts
from registret.accounts.attempts import Purpose
from registret.config import ready
from registret.config.env import File, SettingTrouble, is_loopback
from registret.demo.pki import DemoAuthority
from registret.rate_limits import services as limits
from registret.rate_limits.services import Limit
from registret.revocation.trust import trust
from tests.journeys.running import PATIENCE, REGISTRET, House

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("serve")]

ROOT = Path(__file__).parents[3]
SITE, LABEL = "registret.localhost", "0123456789abcdef0123456789abcdef"
# As an operator's machine has it: no demo, but cards of the test run's own CA.
NO_DEMO = {"REGISTRET_DEMO": "no", "REGISTRET_ACCEPT_TEST_CARDS": "yes"}
APPOINT = [
    *("appoint", "--hsa-id", "SE2321009991-E00D0R1", "--given-name", "Doris", "--surname", "Lund"),
    *("--mail", "doris.lund@regionnorrvik.se", "--role", "registry_office"),
    *("--decided-by", "Sven Styrelse", "--decided-by", "Tove Tvåa"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with a database that has its tables; nothing runs but the mail server."""
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    built = House.build(tmp_path_factory.mktemp("house"), authority, f"serve_{os.getpid()}")
    built.environment |= NO_DEMO | {"PYTHONPATH": str(ROOT)}
    built.migrate()
    with built:
        yield built


def start(house: House) -> None:
    """Until it says that it serves: it listens a moment earlier, and minds no signal then."""
    before = house.log().count(" is served on ") if (house.folder / "server.log").exists() else 0
    house.start()
    deadline = time.monotonic() + PATIENCE
    while house.log().count(" is served on ") == before:
        assert time.monotonic() < deadline, house.log()
        time.sleep(0.02)


@pytest.fixture
def served(house: House) -> Iterator[House]:
    start(house)
    try:
        yield house
    finally:
        assert house.process is not None
        house.process.terminate()
        house.process.wait(PATIENCE)
        house.process = None


def said(house: House, command: str = "serve", **variables: str | None) -> tuple[int, str]:
    """Exit code and stderr of a server that should not start. None unsets a variable."""
    environment = house.environment | {name: value for name, value in variables.items() if value is not None}
    for name in (name for name, value in variables.items() if value is None):
        environment.pop(name, None)
    done = subprocess.run(
        [REGISTRET, command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def one_line(house: House, command: str = "serve", **variables: str | None) -> str:
    """What a server said that ended with 1 and one line."""
    code, stderr = said(house, command, **variables)
    assert code == 1, stderr
    assert stderr.startswith("registret: ")
    assert stderr.count("\n") == 1, stderr
    return stderr


def refusal(house: House, settings: Settings, command: str = "serve", **values: object) -> str:
    """As `one_line`, of the command in this process: for what is refused before the database is asked."""
    for name in ("SITE_CERTIFICATE", "SITE_KEY", "CARD_CERTIFICATE", "CARD_KEY"):
        setattr(settings, name, File(variable=name, purpose="", named=house.environment[f"REGISTRET_{name}"]))
    for name, value in values.items():
        setattr(settings, name, value)
    told = StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    trust.cache_clear()
    try:
        with pytest.raises(SystemExit) as end:
            call_command(command, stderr=told)
    finally:
        trust.cache_clear()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert end.value.code == 1
    assert told.getvalue().startswith("registret: ")
    assert told.getvalue().count("\n") == 1
    return told.getvalue()


def ask(house: House, path: str = "/", *, host: str = SITE) -> httpx.Response:
    context = ssl.create_default_context(cafile=house.authority.web_root)
    port = house.site_port if host == SITE else house.card_port
    with httpx.Client(verify=context, timeout=PATIENCE) as client:
        return client.get(
            f"https://127.0.0.1:{port}{path}", headers={"Host": f"{host}:{port}"}, extensions={"sni_hostname": host}
        )


# --- serve ------------------------------------------------------------------------------------------------------------


def test_it_serves_pages_with_their_files_and_says_where(served: House) -> None:
    page = ask(served)
    assert page.status_code == 200
    for file in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
        assert ask(served, file).status_code == 200, file
    assert f"https://{SITE}:{served.site_port} is served on 127.0.0.1" in served.log()


def test_the_card_door_answers_its_own_hosts_and_sends_back_to_the_site(served: House) -> None:
    answer = ask(served, "/k", host=f"{LABEL}.kort.{SITE}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"https://{SITE}:{served.site_port}/logga-in/svar/")
    assert ask(served, "/", host=f"{LABEL}.kort.{SITE}").status_code == 404


def test_it_stops_on_a_signal_with_no_error(house: House) -> None:
    start(house)
    process, house.process = house.process, None
    assert process is not None
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert "Traceback" not in house.log()


def test_outside_the_demo_nobody_reads_letters(served: House) -> None:
    assert ask(served, "/demo/brevlada").status_code == 404


def test_a_letter_is_sent_by_the_server_itself(served: House) -> None:
    served.run(*APPOINT)
    assert "doris.lund@regionnorrvik.se" in served.letter_to("doris.lund@regionnorrvik.se", number=2).to


def test_a_busy_port_is_named(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        number = busy.getsockname()[1]
        assert f"port {number} is in use" in one_line(house, REGISTRET_LISTEN_CARD_PORT=str(number))


def test_a_database_without_tables_is_told_how_to_get_them(house: House, tmp_path: Path) -> None:
    empty = House.build(tmp_path, house.authority, f"empty_{os.getpid()}")
    empty.environment |= NO_DEMO
    with empty:
        assert "registret migrate" in one_line(empty)
        assert "registret migrate" in one_line(empty, "work")


def test_a_database_that_does_not_answer_is_told_with_its_reason(house: House) -> None:
    line = one_line(house, DATABASE_URL="postgresql://registret:secret@127.0.0.1:1/registret")
    assert "refused" in line
    assert "secret" not in line


def test_a_view_without_a_gate_keeps_the_site_from_starting(house: House, settings: Settings) -> None:
    line = refusal(house, settings, ROOT_URLCONF="tests.rooms.config.ungated_urls")
    assert "no gate on: glomd" in line


@pytest.mark.parametrize("name", ["SITE_CERTIFICATE", "SITE_KEY", "CARD_CERTIFICATE", "CARD_KEY"])
def test_a_certificate_or_key_that_is_not_set_is_named_with_its_purpose(settings: Settings, name: str) -> None:
    with pytest.raises(SettingTrouble, match=rf"^REGISTRET_{name} is not set: .+$"):
        _ = getattr(settings, name).path


def test_serving_needs_a_key_and_says_so(house: House) -> None:
    code, stderr = said(house, "serve", REGISTRET_CARD_KEY=None)
    assert code == 2
    assert re.fullmatch(r"registret: REGISTRET_CARD_KEY is not set: .+\n", stderr)


def test_a_key_that_is_not_there_is_named(house: House) -> None:
    assert "/nowhere/file.pem" in one_line(house, REGISTRET_CARD_KEY="/nowhere/file.pem")


def test_a_trust_folder_that_cannot_be_read_is_named(house: House, tmp_path: Path) -> None:
    assert str(tmp_path) in one_line(house, REGISTRET_TRUST_DIR=str(tmp_path))


def test_a_door_that_would_let_no_card_in_does_not_open(house: House, settings: Settings) -> None:
    assert "no CA in" in refusal(house, settings, ACCEPT_TEST_CARDS=False)


def test_test_cards_are_not_let_in_beside_those_of_production(house: House, settings: Settings, tmp_path: Path) -> None:
    folder = house.authority.write_trust(tmp_path / "trust")
    file = folder / "trust.toml"
    mixed = file.read_text().replace('environment = "test"', 'environment = "production"', 1)
    assert mixed != file.read_text()
    file.write_text(mixed)
    line = refusal(house, settings, TRUST_DIR=folder)
    assert "ACCEPT_TEST_CARDS" in line
    assert "beside those of production" in line


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.7", "registret.example.se"])
def test_other_machines_reach_what_listens_there(address: str) -> None:
    assert not is_loopback(address)


def test_beside_a_front_the_embedded_listeners_do_not_start(house: House, settings: Settings) -> None:
    line = refusal(house, settings, FRONT="rfc9440")
    assert line.startswith("registret: REGISTRET_FRONT=rfc9440 and the listeners of `registret serve` exclude")


def test_the_demos_settings_open_no_door_to_other_machines(house: House) -> None:
    code, stderr = said(house, REGISTRET_DEMO="yes", REGISTRET_LISTEN_ADDRESS="0.0.0.0")
    assert (code, stderr.count("\n")) == (2, 1)
    assert "REGISTRET_DEMO=yes is for this machine only" in stderr


def test_the_demo_does_not_move_into_a_database_where_people_work(house: House, tmp_path: Path) -> None:
    house.run(*(word.replace("E00D0R1", "E00F6R6").replace("doris", "frida") for word in APPOINT))
    folder = tmp_path / "demo"
    line = one_line(house, "demo", REGISTRET_DEMO_FOLDER=str(folder))
    assert "has people in it and is no demo's" in line
    assert not folder.exists()


def test_mail_in_clear_to_another_machine_is_refused_at_start(house: House, settings: Settings) -> None:
    for command in ("serve", "work"):
        line = refusal(house, settings, command, SMTP_TLS="none", SMTP_HOST="smtp.registret.example")
        assert "SMTP_TLS=none" in line


def test_a_file_of_opt_outs_that_cannot_be_written_is_named(house: House, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "no such folder" / "marks"
    for command in ("serve", "work"):
        line = refusal(house, settings, command, OPT_OUT_FILE=file)
        assert line == f"registret: REGISTRET_OPT_OUT_FILE {file} cannot be written: No such file or directory\n"


def test_a_folder_for_static_files_that_cannot_be_written_is_named(house: House, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert str(tmp_path / "file") in one_line(house, REGISTRET_STATIC_ROOT=str(tmp_path / "file" / "static"))


def test_static_files_are_collected_once_and_again_when_they_are_other_files(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = []
    monkeypatch.setattr(ready, "call_command", lambda *a, **k: collected.append(a))
    settings.STATIC_ROOT = tmp_path
    ready.collect_static()
    ready.collect_static()
    assert len(collected) == 1
    (tmp_path / ready._STAMP).write_text("of an older release")
    ready.collect_static()
    assert len(collected) == 2


# --- the workers alone ------------------------------------------------------------------------------------------------


@contextmanager
def working(house: House) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [REGISTRET, "work"],
        env=house.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        # A chore may have said something before.
        assert "registret: at work\n" in process.stdout
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_workers_alone_send_letters_and_stop_on_a_signal(house: House) -> None:
    before = len(house.letters_to("erik.sand@regionnorrvik.se"))
    house.run(*[word.replace("doris.lund", "erik.sand").replace("E00D0R1", "E00E3S7") for word in APPOINT])
    with working(house) as process:
        house.letter_to("erik.sand@regionnorrvik.se", number=before + 2)
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_letter_that_nobody_will_get_is_told_to_the_log(house: House) -> None:
    house.mail.refuse_with = "550 5.1.1 Unknown"
    try:
        house.run(*[word.replace("doris.lund", "no.one").replace("E00D0R1", "E00X0X1") for word in APPOINT])
        question = "SELECT by_program, facts::text FROM ledger_entry WHERE event = 'letter.given_up'"
        with working(house):
            deadline = time.monotonic() + PATIENCE
            while len(told := house.ask_database(question)) < 2:
                assert time.monotonic() < deadline, told
                time.sleep(0.1)
    finally:
        house.mail.refuse_with = None
    assert {by for by, _ in told} == {"mail"}
    assert all("550 5.1.1" in str(facts) and "no.one" not in str(facts) for _, facts in told)


@pytest.mark.django_db
def test_what_nobody_needs_any_more_is_forgotten_and_what_is_needed_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now()
    for age in (timedelta(days=3), timedelta(minutes=1)):
        attempts.begin(purpose=Purpose.LOGIN, browser="0" * 32, network=None, at=now - age)
        limits.take(limit=Limit(what="try", most=5, per=timedelta(hours=1)), subject="x", at=now - age)
    others = "0 sessions, 0 answers, 0 reasons, 0 assertions, 0 deliveries, 0 files"
    call_command("forget", "--dry-run")
    # Each attempt has counted as well, for its browser and its address.
    assert capsys.readouterr().out == f"3 counts, 1 attempts, {others} would be forgotten (dry run)\n"
    call_command("forget")
    assert capsys.readouterr().out == f"3 counts, 1 attempts, {others} forgotten\n"
    call_command("forget")
    assert capsys.readouterr().out == f"0 counts, 0 attempts, {others} forgotten\n"


# --- gunicorn ---------------------------------------------------------------------------------------------------------


@contextmanager
def gunicorn(house: House, **variables: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "registret.config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env=house.environment | variables,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process, port
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def asked_at(port: int, host: str) -> httpx.Response:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/", headers={"Host": host}, timeout=PATIENCE)
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_gunicorn_serves_the_site_and_no_card_host(house: House) -> None:
    house.run("collectstatic", "--no-input", "--verbosity", "0")
    with gunicorn(house) as (_, port):
        page = asked_at(port, f"{SITE}:{house.site_port}")
        assert page.status_code == 200
        assert "Logga in med SmartCard" in page.text
        # No front is set up that could tell which card was shown, so nobody logs in this way.
        assert asked_at(port, f"{LABEL}.kort.{SITE}").status_code == 421
        assert asked_at(port, "elsewhere.example").status_code == 400


def test_gunicorn_does_not_start_with_a_view_that_has_no_gate(house: House) -> None:
    with gunicorn(house, DJANGO_SETTINGS_MODULE="tests.rooms.config.ungated_settings") as (process, _):
        told, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode != 0
        assert "no gate on: glomd" in told


def test_gunicorn_does_not_start_without_static_files(house: House, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "static", ignore_errors=True)
    with gunicorn(house, REGISTRET_STATIC_ROOT=str(tmp_path / "static")) as (process, _):
        told, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode != 0
        assert "registret collectstatic" in told
