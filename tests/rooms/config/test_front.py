"""An application that believes a front's headers does not start where others than the front could send some."""

from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from registret.config import ready_front
from registret.config.env import SettingTrouble
from registret.config.not_ready import NotReady
from tests.journeys.running import PATIENCE, REGISTRET

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("serve")]

ROOT = Path(__file__).parents[3]
SECRET = "0123456789abcdef0123456789abcdef"
FRONT = {"REGISTRET_FRONT": "rfc9440", "REGISTRET_FRONT_SECRET": SECRET, "REGISTRET_DEMO": "no"}


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    collect = [REGISTRET, "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, env=os.environ | {"REGISTRET_STATIC_ROOT": str(folder)}, check=True)
    return folder


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder that everybody can see into, with a short name: a socket's path has room for 107 characters."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def gunicorn(static: Path, *options: str, **variables: str | None) -> subprocess.Popen[str]:
    environment = os.environ | FRONT | {"REGISTRET_STATIC_ROOT": str(static), "PYTHONPATH": str(ROOT)} | variables
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "registret.config.wsgi", "--workers", "1", *options],
        env={name: value for name, value in environment.items() if value is not None},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def refusal(static: Path, *options: str, **variables: str | None) -> str:
    """The one line of an application that did not start."""
    process = gunicorn(static, *options, **variables)
    told, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "Traceback" not in told
    lines = [line for line in told.splitlines() if line.startswith("registret: ")]
    assert len(lines) == 1, told
    assert SECRET not in told
    return lines[0]


@pytest.mark.parametrize("address", ["127.0.0.1:0", "[::1]:0"])
def test_a_port_is_refused_even_on_this_machine_only(static: Path, address: str) -> None:
    assert "must listen on a unix socket only" in refusal(static, "--bind", address)


def test_a_port_beside_the_unix_socket_is_refused(static: Path, room: Path) -> None:
    both = ("--bind", f"unix:{room}/app.sock", "--umask", "007", "--bind", "127.0.0.1:0")
    assert "must listen on a unix socket only" in refusal(static, *both)


def test_a_socket_that_everybody_can_open_is_refused(static: Path, room: Path) -> None:
    line = refusal(static, "--bind", f"unix:{room}/app.sock")
    assert f"{room}/app.sock is open to everybody on this machine" in line
    assert "--umask 007" in line


def test_a_folder_in_which_everybody_can_put_another_socket_is_refused(static: Path, room: Path) -> None:
    room.chmod(0o777)
    line = refusal(static, "--bind", f"unix:{room}/app.sock", "--umask", "007")
    assert "can be written by everybody" in line


def test_a_socket_without_a_file_is_refused() -> None:
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(f"\0registret-test-{os.getpid()}")
        with pytest.raises(NotReady, match="abstract ones are open to everybody"):
            ready_front.check_closed(str(abstract.getsockname()))


def test_an_application_that_is_loaded_before_anything_listens_is_refused(static: Path, room: Path) -> None:
    line = refusal(static, "--bind", f"unix:{room}/app.sock", "--umask", "007", "--preload")
    assert "without --preload" in line


def test_without_a_secret_nothing_starts(static: Path, room: Path) -> None:
    closed = ("--bind", f"unix:{room}/app.sock", "--umask", "007")
    assert "REGISTRET_FRONT_SECRET is not set" in refusal(static, *closed, REGISTRET_FRONT_SECRET=None)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("REGISTRET_FRONT_SECRET", "0" * 31, "REGISTRET_FRONT_SECRET is too short"),
        ("REGISTRET_FRONT_SECRET", "two words " * 5, "letters, digits"),
        ("REGISTRET_FRONT_SECRET", "å" * 40, "letters, digits"),
        ("REGISTRET_FRONT", "apache", "REGISTRET_FRONT must be one of none, rfc9440, escaped_pem"),
    ],
)
def test_settings_with_a_weak_secret_or_an_unknown_front_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    for variable, usual in (FRONT | {name: value}).items():
        monkeypatch.setenv(variable, usual)
    with pytest.raises(SettingTrouble, match=why):
        runpy.run_path(str(ROOT / "registret" / "config" / "settings.py"))


@pytest.mark.parametrize(("mode", "umask"), [(0o755, "007"), (0o750, "0")])
def test_a_socket_that_is_closed_by_itself_or_by_its_folder_is_good(
    static: Path, room: Path, mode: int, umask: str
) -> None:
    room.chmod(mode)
    process = gunicorn(static, "--bind", f"unix:{room}/app.sock", "--umask", umask)
    try:
        assert _status(room / "app.sock") == 403  # without the secret, also then
    finally:
        process.terminate()
        told, _ = process.communicate(timeout=PATIENCE)
    assert "a request was refused: without the front's secret" in told


def _status(path: Path) -> int:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(path))
                connection.sendall(b"GET / HTTP/1.1\r\nHost: registret.localhost\r\nConnection: close\r\n\r\n")
                return int(connection.makefile("rb").readline().split()[1])
        except (FileNotFoundError, ConnectionError):
            assert time.monotonic() < deadline
            time.sleep(0.1)
