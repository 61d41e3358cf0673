"""The browser with one card: what it is given, and what is said when something is missing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registret.demo import browser as demo_browser
from registret.demo.browser import BrowserTrouble, nss_home, put_in, sweep_test_policies, take_out
from registret.demo.people import cards, cast
from registret.demo.people.cast import hsa_file, person_file
from registret.demo.place import Place
from tests.rooms.demo.running import CARD, PATIENCE, REGISTRET, SITE, Demo, eventually, free_ports

pytestmark = pytest.mark.process

needs_nss = pytest.mark.skipif(shutil.which("certutil") is None, reason="needs certutil (Debian: libnss3-tools)")
# Instead of Chromium: it writes down with what it was started, and what its home holds.
REPORTER = """#!/bin/sh
printf '%s\\n' "$@" > "$REPORT/arguments"
env > "$REPORT/environment"
for one in "$@"; do case "$one" in --user-data-dir=*) folder=${one#*=} ;; esac; done
read -r preferences < "$folder/Default/Preferences" || true
printf '%s' "$preferences" > "$REPORT/preferences"
certutil -L -d "sql:$HOME/.pki/nssdb" > "$REPORT/store"
exit ${ENDS:-0}
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A folder that a demo holds, its certificates, and something that answers at its port."""
    folder = tmp_path_factory.mktemp("demo")
    cards.made(folder / "certificates", site_host=SITE, card_host=CARD, at=datetime.now(UTC))
    _, card_port = free_ports(2)
    with socket.create_server(("127.0.0.1", 0)) as site:
        made = Demo(folder=folder, site_port=site.getsockname()[1], card_port=card_port)
        with held(made):
            yield made


@contextmanager
def held(demo: Demo) -> Iterator[None]:
    """As if it ran."""
    demo.folder.mkdir(exist_ok=True)
    place = Place(
        folder=demo.folder, site_host=SITE, site_port=demo.site_port, card_host=CARD, card_port=demo.card_port
    )
    with place.held():
        yield


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder for PATH with NSS's own tools, sh and what the script needs, and no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("certutil", "pk12util", "sh", "env"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def chromium(programs: Path) -> Path:
    (programs / "chromium").write_text(REPORTER)
    (programs / "chromium").chmod(0o755)
    return programs


def opened(demo: Demo, programs: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return demo.run("demo-browser", *arguments, PATH=str(programs), **{"DISPLAY": ":99", **variables})


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that it ended with."""
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("registret: ")
    return done.stderr


@needs_nss
def test_the_browser_has_both_certificates_of_the_person_and_no_other_card(
    demo: Demo, chromium: Path, tmp_path: Path
) -> None:
    done = opened(demo, chromium, "--card", "administrator", REPORT=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "Bertil Holm" in done.stdout
    own = [line.split("  ")[0] for line in (tmp_path / "store").read_text().splitlines() if "u,u,u" in line]
    assert sorted(own) == ["Bertil Holm (HSA-id)", "Bertil Holm (Person-id)"]


@needs_nss
def test_without_a_wish_the_card_is_annas(demo: Demo, chromium: Path, tmp_path: Path) -> None:
    said = opened(demo, chromium, REPORT=str(tmp_path)).stdout
    assert "Anna Berg" in said
    assert "Kör kommandot i en terminal om du vill ta ut kortet" in said


@needs_nss
def test_the_browser_is_at_home_elsewhere_and_leaves_nothing(demo: Demo, chromium: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.mkdir()
    opened(demo, chromium, REPORT=str(report), XDG_DATA_HOME="/elsewhere", XDG_CONFIG_HOME="/elsewhere")
    environment = dict(line.split("=", 1) for line in (report / "environment").read_text().splitlines() if "=" in line)
    assert environment["HOME"] != os.environ["HOME"]
    assert "XDG_DATA_HOME" not in environment
    assert "XDG_CONFIG_HOME" not in environment
    assert not Path(environment["HOME"]).exists()
    arguments = (report / "arguments").read_text().splitlines()
    assert arguments[-1] == f"https://{SITE}:{demo.site_port}"
    assert any(a.startswith(f"--user-data-dir={environment['HOME']}") for a in arguments)
    assert ("--no-sandbox" in arguments) is (os.geteuid() == 0)
    assert ("--test-type" in arguments) is (os.geteuid() == 0)
    assert "--lang=sv" in arguments
    assert (environment["LANGUAGE"], environment["LC_ALL"]) == ("sv", "sv_SE.UTF-8")
    preferences = json.loads((report / "preferences").read_text())
    assert preferences["translate"] == {"enabled": False}


def test_a_card_that_is_not_there_gets_the_list_of_those_that_are(demo: Demo, chromium: Path) -> None:
    done = opened(demo, chromium, "--card", "king")
    assert done.returncode == 1
    assert "det finns inget kort som heter king" in done.stderr
    for name in cast.BROWSERS:
        assert f"\n  {name} " in done.stderr


def test_a_question_mark_lists_the_cards_without_a_demo_and_without_a_browser(tmp_path: Path, programs: Path) -> None:
    nowhere = Demo(folder=tmp_path / "none", site_port=8443, card_port=8444)
    done = opened(nowhere, programs, "--card", "?", DISPLAY="")
    assert (done.returncode, done.stderr) == (0, "")
    for name, offered in cast.BROWSERS.items():
        assert f"\n  {name:17} {offered.what}" in done.stdout


def test_nothing_is_promised_before_it_is_sure(demo: Demo, chromium: Path) -> None:
    assert opened(demo, chromium, DISPLAY="", WAYLAND_DISPLAY="").stdout == ""


@needs_nss
def test_the_ports_are_those_of_the_running_demo_whatever_is_set(demo: Demo, chromium: Path, tmp_path: Path) -> None:
    done = opened(demo, chromium, REPORT=str(tmp_path), REGISTRET_SITE_PORT="9443", REGISTRET_CARD_PORT="9444")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "arguments").read_text().splitlines()[-1] == f"https://{SITE}:{demo.site_port}"


def test_another_demo_at_the_same_port_is_not_taken_for_its_own(demo: Demo, chromium: Path, tmp_path: Path) -> None:
    other = Demo(folder=tmp_path / "other", site_port=demo.site_port, card_port=demo.card_port)
    cards.made(other.folder / "certificates", site_host=SITE, card_host=CARD, at=datetime.now(UTC))
    assert "the demo is not running" in refused(opened(other, chromium))


def test_a_demo_that_is_starting_is_not_opened_yet(chromium: Path, tmp_path: Path) -> None:
    site_port, card_port = free_ports(2)
    starting = Demo(folder=tmp_path / "starting", site_port=site_port, card_port=card_port)
    with held(starting):
        assert "is starting" in refused(opened(starting, chromium))


@needs_nss
def test_a_card_leaves_the_store_and_comes_back(demo: Demo, tmp_path: Path) -> None:
    files = [demo.cards / file for file in cast.BROWSERS["reporter"].files]
    home = nss_home(tmp_path, cards=files, web_root=demo.web_root)
    for file in files:
        take_out(home, file)
    assert _own_in(home) == 0
    for file in files:
        put_in(home, file)
    assert _own_in(home) == 2


@needs_nss
def test_each_enter_takes_the_card_out_or_puts_it_in(demo: Demo, programs: Path, tmp_path: Path) -> None:
    """The browser of this test waits until it is told to end."""
    _patient(programs)
    began = tmp_path / "began"
    home = nss_home(tmp_path / "unused", cards=[], web_root=demo.web_root)
    assert _own_in(home) == 0
    program = (
        "import sys; from pathlib import Path; from registret.demo.browser import CardBrowser;"
        f"CardBrowser(cards=[Path({str(demo.cards / hsa_file(cast.ANNA))!r})], web_root=Path({str(demo.web_root)!r}))"
        ".open('https://registret.localhost', commands=sys.stdin)"
    )
    command = [sys.executable, "-c", program]
    environment = demo.environment | {"PATH": str(programs), "DISPLAY": ":99", "BEGAN": str(began)}
    running = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    eventually(began.exists)
    store = Path(began.read_text().strip())
    assert running.stdin is not None
    assert running.stdout is not None
    assert _own_in(store) == 1
    for said, left in (("Kortet är ute.", 0), ("Kortet sitter i läsaren.", 1)):
        running.stdin.write("\n")
        # Journeys that run at this moment have a policy in /etc, which it warns of.
        lines = iter(running.stdout.readline, "")
        assert next(line.strip() for line in lines if not line.startswith("registret: ")) == said
        assert _own_in(store) == left
    running.terminate()
    running.communicate(timeout=PATIENCE)


@needs_nss
def test_terminated_it_takes_its_browser_and_its_folder_along(demo: Demo, programs: Path, tmp_path: Path) -> None:
    _patient(programs)
    began = tmp_path / "began"
    environment = demo.environment | {"PATH": str(programs), "DISPLAY": ":99", "BEGAN": str(began)}
    running = subprocess.Popen([REGISTRET, "demo-browser"], env=environment, stdin=subprocess.DEVNULL)
    eventually(began.exists)
    home = Path(began.read_text().strip())
    assert home.exists()
    running.send_signal(signal.SIGTERM)
    assert running.wait(PATIENCE) == 128 + signal.SIGTERM
    assert not home.exists()


@needs_nss
def test_the_folder_of_a_killed_command_is_swept_and_that_of_a_living_one_is_not(
    demo: Demo, chromium: Path, tmp_path: Path
) -> None:
    dead, living = (Path(tempfile.gettempdir(), f"registret-browser-{pid}-test") for pid in (_dead(), os.getpid()))
    try:
        dead.mkdir()
        living.mkdir()
        opened(demo, chromium, REPORT=str(tmp_path))
        assert not dead.exists()
        assert living.exists()
    finally:
        for folder in (dead, living):
            shutil.rmtree(folder, ignore_errors=True)


@needs_nss
def test_it_warns_of_a_policy_that_would_choose_the_certificate(
    demo: Demo, chromium: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    monkeypatch.setattr(demo_browser, "_POLICIES", policies)
    for name, value in {"PATH": str(chromium), "DISPLAY": ":99", "REPORT": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    browser = demo_browser.CardBrowser(cards=[], web_root=demo.web_root)
    browser.open("https://registret.localhost")
    assert capsys.readouterr().out == ""
    left = policies / "registret-test-1.json"
    left.touch()
    browser.open("https://registret.localhost")
    assert f"{left} väljer certifikat" in capsys.readouterr().out


def test_policies_of_killed_tests_are_removed_and_those_of_living_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_browser, "_POLICIES", tmp_path)
    dead, living, strange = (tmp_path / f"registret-test-{pid}.json" for pid in (_dead(), os.getpid(), "x"))
    for file in (dead, living, strange):
        file.touch()
    sweep_test_policies()
    assert sorted(tmp_path.iterdir()) == sorted([living, strange])


def test_without_chromium_the_command_that_gets_it_is_told(demo: Demo, programs: Path) -> None:
    assert "apt-get install chromium" in refused(opened(demo, programs))


def test_without_certutil_the_command_that_gets_it_is_told(demo: Demo, chromium: Path) -> None:
    (chromium / "certutil").unlink(missing_ok=True)
    assert "apt-get install libnss3-tools" in refused(opened(demo, chromium))


def test_without_a_screen_it_says_so(demo: Demo, chromium: Path) -> None:
    assert "no screen" in refused(opened(demo, chromium, DISPLAY="", WAYLAND_DISPLAY=""))


def test_without_a_running_demo_it_says_so(demo: Demo, chromium: Path, tmp_path: Path) -> None:
    stopped = Demo(folder=tmp_path / "stopped", site_port=demo.site_port, card_port=demo.card_port)
    with held(stopped):
        pass
    assert "make demo" in refused(opened(stopped, chromium))


@needs_nss
def test_a_browser_that_fails_is_not_a_success(demo: Demo, chromium: Path, tmp_path: Path) -> None:
    assert "ended with code 7" in refused(opened(demo, chromium, REPORT=str(tmp_path), ENDS="7"))


@needs_nss
def test_a_home_is_made_anew_and_is_the_same_under_both_names(demo: Demo, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for file in (hsa_file(cast.ANNA), hsa_file(cast.BERTIL)):
        assert nss_home(home, cards=[demo.cards / file], web_root=demo.web_root) == home
    assert (home / ".pki" / "nssdb").samefile(home / ".local" / "share" / "pki" / "nssdb")
    listed = subprocess.run(
        ["certutil", "-L", "-d", f"sql:{home / '.pki' / 'nssdb'}"], capture_output=True, text=True, check=True
    ).stdout
    assert "Bertil Holm" in listed
    assert "Anna Berg" not in listed
    assert "C,," in listed


@needs_nss
def test_a_card_that_is_no_card_is_named(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "broken.p12").write_text("no card")
    with pytest.raises(BrowserTrouble, match="pk12util"):
        nss_home(tmp_path / "home", cards=[tmp_path / "broken.p12"], web_root=demo.web_root)


@needs_nss
@pytest.mark.parametrize("name", cast.BROWSERS)
def test_every_offered_card_can_be_put_into_a_browser(demo: Demo, name: str, tmp_path: Path) -> None:
    files = [demo.cards / file for file in cast.BROWSERS[name].files]
    home = nss_home(tmp_path, cards=files, web_root=demo.web_root)
    listed = subprocess.run(
        ["certutil", "-L", "-d", f"sql:{home / '.pki' / 'nssdb'}"], capture_output=True, text=True, check=True
    ).stdout
    assert listed.count("u,u,u") == len(files)


def test_both_certificates_of_a_person_are_on_the_card(demo: Demo) -> None:
    for person in cast.PEOPLE:
        assert (demo.cards / hsa_file(person)).exists()
        assert (demo.cards / person_file(person)).exists() is (person.personal_number is not None)


def _patient(programs: Path) -> None:
    """Instead of Chromium: it says where its home is, and stays until it is told to end."""
    sleep = shutil.which("sleep")
    assert sleep is not None
    script = f'#!/bin/sh\necho "$HOME" > "$BEGAN.half"\nmv "$BEGAN.half" "$BEGAN"\nexec {sleep} 600\n'
    (programs / "chromium").write_text(script)
    (programs / "chromium").chmod(0o755)
    move = shutil.which("mv")
    assert move is not None
    (programs / "mv").symlink_to(move)


def _own_in(home: Path) -> int:
    """Certificates with a key."""
    listed = subprocess.run(
        ["certutil", "-L", "-d", f"sql:{home / '.pki' / 'nssdb'}"], capture_output=True, text=True, check=True
    )
    return listed.stdout.count("u,u,u")


def _dead() -> int:
    """The number of a process that is over."""
    gone = subprocess.Popen(["true"])
    gone.wait()
    return gone.pid


@needs_nss
def test_without_a_reader_for_the_pin_it_is_said_what_is_missing(demo: Demo, chromium: Path) -> None:
    said = refused(opened(demo, chromium, "--pin", "yes"))
    assert "softhsm2-util is missing" in said
    assert "apt-get install softhsm2" in said
