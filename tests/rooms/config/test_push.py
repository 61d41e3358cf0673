"""`registret push`, at a server that answers, cuts the connection, refuses, or is another than it says."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from registret.config import push
from tests.pki import Pki, pki
from tests.rooms.revocation.liar import Asked, Behaviour, Liar, raw, says

__all__ = ["pki"]

WHOLE = {"total": 2, "done": 2, "new": 2, "changed": 0, "unchanged": 0, "refused": 0}
SENT = {"id": 7, "state": "running", "why": None, "kept_until": "later", "rows": WHOLE | {"done": 0}}
FAULT = {"line": 3, "column": "J Puls", "code": "import.answer_impossible"}
FAULT |= {"en": {"text": "Write a number.", "todo": "Correct it."}}
PROBLEM = {"code": "import.file_empty", "reference": "K7F-9Q4M", "en": {"title": "Empty.", "detail": "No row."}}


def tells(told: Any, status: str = "200 OK") -> Behaviour:
    return says(json.dumps(told).encode(), status=status, headers="Connection: close\r\n")


def in_turn(*answers: Behaviour) -> Behaviour:
    """The next of these for each request."""
    left = list(answers)

    def behave(connection: socket.socket, asked: Asked) -> None:
        left.pop(0)(connection, asked)

    return behave


@pytest.fixture
def registry(pki: Pki) -> Iterator[Liar]:
    server = pki.authority.site_server
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.chain, server.key)
    with Liar(tls=context) as liar:
        yield liar


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registret.config.push.time.sleep", lambda seconds: None)


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def command(registry: Liar, pki: Pki, key: ECKey, tmp_path: Path) -> list[str]:
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    (tmp_path / "journalx.csv").write_bytes(b"a;b\n1;2\n" * 30_000)
    to = f"https://127.0.0.1:{registry.port}"
    said = {"to": to, "mapping": "pneumoni", "key": str(tmp_path / "key.pem"), "account": "SYSTEM-1"}
    said |= {"ca-file": str(pki.authority.web_root)}
    return [str(tmp_path / "journalx.csv"), *(part for name, value in said.items() for part in (f"--{name}", value))]


def assertion_of(asked: Asked, key: ECKey) -> dict[str, Any]:
    signed = jws.deserialize_compact(asked.headers["authorization"].removeprefix("Bearer "), key, algorithms=["ES256"])
    assert signed.headers()["kid"] == key.thumbprint()
    told: dict[str, Any] = json.loads(signed.payload)
    return told


def test_a_file_is_sent_and_waited_for(
    registry: Liar, command: list[str], key: ECKey, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.behave = in_turn(
        tells(SENT, "202 Accepted"),
        tells(SENT),
        tells(SENT | {"state": "done", "rows": WHOLE}),
        tells({"rows": [], "next": None}),
    )
    assert push.main([*command, "--wait", "--dry-run"]) == push.ALL_IN
    assert "done: 2 new, 0 changed, 0 unchanged, 0 refused" in capsys.readouterr().out
    sent = registry.asked[0]
    assert sent.line == "POST /api/v1/imports?mapping=pneumoni&dry-run=true HTTP/1.1"
    assert (sent.headers["content-type"], len(sent.body)) == ("text/csv", 240_000)
    claims = [assertion_of(asked, key) for asked in registry.asked]
    assert {(one["iss"], one["aud"]) for one in claims} == {("SYSTEM-1", f"https://127.0.0.1:{registry.port}/api/v1")}
    assert len({one["jti"] for one in claims}) == len(claims)


def test_rows_that_are_refused_are_told_and_end_otherwise(
    registry: Liar, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = SENT | {"state": "done", "rows": WHOLE | {"new": 1, "refused": 1}}
    pages = (tells({"rows": [FAULT], "next": "/api/v1/imports/7/rows?after=3"}), tells({"rows": [FAULT], "next": None}))
    registry.behave = in_turn(tells(SENT), tells(refused), *pages)
    assert push.main([*command, "--wait"]) == push.SOME_REFUSED
    told = "line 3, J Puls: Write a number. Correct it. (import.answer_impossible)"
    assert capsys.readouterr().out.count(told) == 2
    assert registry.asked[-1].line.startswith("GET /api/v1/imports/7/rows?after=3 ")


def test_a_connection_that_was_cut_is_tried_again_under_the_same_key_and_signed_anew(
    registry: Liar, command: list[str], key: ECKey
) -> None:
    registry.behave = in_turn(raw(b""), raw(b"HTTP/1.1 202 Acc"), tells({}, "503 Service Unavailable"), tells(SENT))
    assert push.main(command) == push.ALL_IN
    assert len(registry.asked) == 4
    assert len({asked.headers["idempotency-key"] for asked in registry.asked}) == 1
    assert {len(asked.body) for asked in registry.asked} == {240_000}
    assert len({assertion_of(asked, key)["jti"] for asked in registry.asked}) == 4


def test_a_registry_that_never_answers_is_given_up_and_the_key_is_told(
    registry: Liar, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    registry.behave = raw(b"")
    assert push.main([*command, "--idempotency-key", "0123456789abcdef"]) == push.NO_ANSWER
    assert len(registry.asked) == 5
    assert "--idempotency-key 0123456789abcdef" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (tells(PROBLEM, "422 Unprocessable Content"), "Empty. No row. (import.file_empty, K7F-9Q4M)"),
        (says(b"", status="413 Content Too Large"), "the file is too large"),
        (says(b"<html>", status="404 Not Found"), "no registry's: status 404"),
        (says(b"", status="302 Found", headers="Location: https://127.0.0.1/\r\n"), "no registry's: status 302"),
    ],
    ids=["problem", "large", "page", "redirect"],
)
def test_what_the_registry_refuses_is_told_and_not_tried_again(
    registry: Liar, command: list[str], capsys: pytest.CaptureFixture[str], answer: Behaviour, said: str
) -> None:
    registry.behave = answer
    assert push.main(command) == push.NOT_SENT
    assert said in capsys.readouterr().err
    assert len(registry.asked) == 1


def test_nothing_is_sent_to_a_server_that_is_not_trusted_or_without_tls(
    registry: Liar, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ca = command[:-2]
    assert push.main(without_ca) == push.NOT_SENT
    told = capsys.readouterr().err
    assert ("is not trusted" in told, "again in" in told) == (True, False), "it would not be trusted the next time"
    assert push.main([*command, "--to", f"http://127.0.0.1:{registry.port}"]) == push.NOT_SENT
    assert push.main([*without_ca, "--ca-file", str(tmp_path / "none.pem")]) == push.NOT_SENT
    (tmp_path / "key.pem").write_text("hej")
    assert push.main(command) == push.NOT_SENT
    assert registry.asked == []


@pytest.mark.process
def test_it_needs_no_settings_and_nothing_of_django() -> None:
    script = "import registret.config.push, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], env={}, check=False).returncode == 0
    program = str(Path(sys.executable).with_name("registret"))
    asked = subprocess.run([program, "push"], env={}, capture_output=True, text=True, check=False)
    assert (asked.returncode, "usage: registret push" in asked.stderr) == (2, True)
