"""Starting, stopping, and one clear line when it cannot be."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from tests.rooms.serving import ca
from tests.rooms.serving.client import (
    DOOR,
    PATIENCE,
    ROOT,
    SITE,
    ask,
    connect,
    eventually,
    get,
    prepare,
    receive,
    rest,
    running,
    start,
    stop,
)
from tests.rooms.serving.server import Wanted

pytestmark = pytest.mark.process

on_both = pytest.mark.parametrize("which", ["site", "door"])


def _trouble(folder: Path) -> str:
    """The one line that a program says that cannot start."""
    process = start(folder)
    said, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert (said, complained.count("\n")) == ("", 1)
    assert not (folder / "ports").exists()
    return complained.strip()


@on_both
def test_a_busy_port_is_one_clear_line(tmp_path: Path, which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ports = {"site": (port, 0), "door": (0, port)}[which]
        prepare(tmp_path, Wanted(site_port=ports[0], door_port=ports[1], failing_worker=True))
        assert _trouble(tmp_path).startswith(f"port {port} is in use: ")
    assert "worker" not in (tmp_path / "log").read_text()


def test_a_port_of_its_own_can_be_taken_again_at_once(tmp_path: Path) -> None:
    with running() as house:
        with connect(house.site, SITE) as connection:
            connection.sendall(get(SITE))
            receive(connection)
            assert stop(house) == 0
        with running(Wanted(site_port=house.site, door_port=house.door)) as again:
            assert ask(again.site, SITE).status == 200


@pytest.mark.parametrize("wanted", [Wanted(certificate="missing.pem"), Wanted(key="missing.pem")])
def test_a_missing_file_is_one_clear_line(tmp_path: Path, wanted: Wanted) -> None:
    prepare(tmp_path, wanted)
    assert _trouble(tmp_path) == f"{tmp_path}/missing.pem cannot be read: No such file or directory"


def test_a_file_without_a_certificate_is_one_clear_line(tmp_path: Path) -> None:
    prepare(tmp_path, Wanted(certificate="server.key"))
    assert "server.key holds no certificate in PEM format" in _trouble(tmp_path)


def test_the_key_of_another_certificate_is_one_clear_line(tmp_path: Path) -> None:
    prepare(tmp_path, Wanted(key="card.key"))
    ca.certificates()["an EC key"].write(tmp_path, "card")
    assert "card.key is not the unencrypted private key (PEM) of" in _trouble(tmp_path)


def test_an_encrypted_key_is_one_clear_line_and_no_question(tmp_path: Path) -> None:
    prepare(tmp_path, Wanted())
    locked = ca.server().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (tmp_path / "server.key").write_bytes(locked)
    assert "server.key is not the unencrypted private key (PEM) of" in _trouble(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to_whoever_is_connected(number: signal.Signals) -> None:
    """Also with an answer under way that never ends, a stalled handshake and a kept connection."""
    with running(Wanted(failing_worker=True)) as house, ExitStack() as stack:
        kept = stack.enter_context(connect(house.site, SITE))
        kept.sendall(get(SITE))
        receive(kept)
        stack.enter_context(socket.create_connection(("127.0.0.1", house.door)))
        stack.enter_context(connect(house.site, SITE)).sendall(get(SITE, target="/hold/ever"))
        house.wait_for("ever")
        os.kill(house.process.pid, number)
        assert house.process.wait(PATIENCE) == 0
        assert "stopped before every answer was given" in house.log()
        assert "Unhandled" not in house.log()
        assert "Traceback" not in re.sub(r"Traceback.*?never succeeds", "", house.log(), flags=re.DOTALL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_browsers_that_keep_idle_connections_are_not_waited_for(number: signal.Signals) -> None:
    """Like a browser, they neither read nor say farewell."""
    with running() as house, ExitStack() as stack:
        for _ in range(3):
            kept = stack.enter_context(connect(house.site, SITE))
            kept.sendall(get(SITE))
            receive(kept)
        os.kill(house.process.pid, number)
        assert house.process.wait(PATIENCE) == 0
        assert [line for line in house.log().splitlines() if "stopping" not in line] == []


@on_both
def test_an_answer_under_way_is_given_before_it_stops(which: str) -> None:
    host = {"site": SITE, "door": DOOR}[which]
    with running() as house, connect(getattr(house, which), host) as connection:
        connection.sendall(get(host, target="/hold/work"))
        house.wait_for("work")
        house.process.terminate()
        eventually(lambda: "stopping" in house.log())
        house.release("work")
        assert receive(connection).status == 200
        assert house.process.wait(PATIENCE) == 0


@on_both
def test_an_answer_that_is_still_being_sent_is_sent_to_its_end(which: str) -> None:
    host = {"site": SITE, "door": DOOR}[which]
    with running() as house, connect(getattr(house, which), host) as connection:
        connection.sendall(get(host, target="/large"))
        beginning = connection.recv(1000)
        house.process.terminate()
        eventually(lambda: "stopping" in house.log())
        assert len((beginning + rest(connection)).partition(b"\r\n\r\n")[2]) == 5_000_000


def test_a_worker_that_fails_is_logged_tried_again_and_disturbs_nobody() -> None:
    with running(Wanted(failing_worker=True)) as house:
        eventually(lambda: house.log().count("worker failing failed; next try in") > 3)
        assert "RuntimeError: this worker never succeeds" in house.log()
        assert ask(house.site, SITE).status == 200


def test_it_takes_the_open_files_that_it_needs() -> None:
    with ExitStack() as stack:
        house = stack.enter_context(running(Wanted(open_files=64)))
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", house.door)))
        assert ask(house.door, DOOR).status == 200
        assert house.seen.num_fds() > 100


def test_this_room_knows_no_django() -> None:
    program = "import registret.serving, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
