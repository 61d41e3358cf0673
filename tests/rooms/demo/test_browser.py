"""The browser with one card: what it is given, and what is said when something is missing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registret.demo import cards, cast
from registret.demo.browser import BrowserTrouble, nss_home
from registret.demo.cast import hsa_file, person_file
from tests.rooms.demo.running import CARD, SITE, Demo, free_ports

needs_nss = pytest.mark.skipif(shutil.which("certutil") is None, reason="needs certutil (Debian: libnss3-tools)")
# Instead of Chromium: it writes down with what it was started, and what its home holds.
REPORTER = """#!/bin/sh
printf '%s\\n' "$@" > "$REPORT/arguments"
env > "$REPORT/environment"
certutil -L -d "sql:$HOME/.pki/nssdb" > "$REPORT/store"
exit ${ENDS:-0}
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The certificates of a demo, and something that answers at its port."""
    folder = tmp_path_factory.mktemp("demo")
    cards.made(folder / "certificates", site_host=SITE, card_host=CARD, at=datetime.now(UTC))
    _, card_port = free_ports(2)
    with socket.create_server(("127.0.0.1", 0)) as site:
        yield Demo(folder=folder, site_port=site.getsockname()[1], card_port=card_port)


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
    assert "Anna Berg" in opened(demo, chromium, REPORT=str(tmp_path)).stdout


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


def test_a_card_that_is_not_there_gets_the_list_of_those_that_are(demo: Demo, chromium: Path) -> None:
    done = opened(demo, chromium, "--card", "king")
    assert done.returncode == 1
    assert "there is no card called king" in done.stderr
    for name in cast.BROWSERS:
        assert f"\n  {name} " in done.stderr


def test_without_chromium_the_command_that_gets_it_is_told(demo: Demo, programs: Path) -> None:
    assert "apt-get install chromium" in refused(opened(demo, programs))


def test_without_certutil_the_command_that_gets_it_is_told(demo: Demo, chromium: Path) -> None:
    (chromium / "certutil").unlink(missing_ok=True)
    assert "apt-get install libnss3-tools" in refused(opened(demo, chromium))


def test_without_a_screen_it_says_so(demo: Demo, chromium: Path) -> None:
    assert "no screen" in refused(opened(demo, chromium, DISPLAY="", WAYLAND_DISPLAY=""))


def test_without_a_running_demo_it_says_so(demo: Demo, chromium: Path) -> None:
    elsewhere = Demo(folder=demo.folder, site_port=demo.card_port, card_port=demo.card_port)
    assert "make demo" in refused(opened(elsewhere, chromium))


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
        assert (demo.cards / person_file(person)).exists()
