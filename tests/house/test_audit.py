"""`make audit` finds known weaknesses of locked packages, and never takes silence for a good answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[2]
WEAKNESS = {
    "id": "GHSA-0000-0000-0001",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "django"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.2.999"}]}],
        }
    ],
}


@contextmanager
def database(weak: str | None) -> Iterator[tuple[str, set[str]]]:
    """Answer as OSV does, knowing of a weakness in one package at most; yield the address and the names asked about."""
    asked: set[str] = set()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
            asked.add(name)
            body = json.dumps({"vulns": [WEAKNESS]} if name == weak else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
        server.shutdown()


def audit(address: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "tools/audit.py"],
        cwd=ROOT,
        env={**os.environ, "OSV_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.process
def test_a_package_with_a_known_weakness_is_named_with_the_release_that_mends_it() -> None:
    with database(weak="django") as (address, asked):
        done = audit(address)
    assert done.returncode == 1, done.stderr
    assert re.search(r"django\s+5\.2\.\d+\s+GHSA-0000-0000-0001\s+5\.2\.999", done.stdout)
    # Each package that is installed on this platform, the audit's own as well.
    assert {"cryptography", "twisted", "playwright", "pip-audit"} <= asked


@pytest.mark.process
def test_without_a_known_weakness_the_audit_ends_well() -> None:
    with database(weak=None) as (address, _):
        done = audit(address)
    assert done.returncode == 0, done.stderr
    assert "No known vulnerabilities found" in done.stdout


@pytest.mark.process
def test_a_database_that_does_not_answer_is_no_good_answer() -> None:
    with database(weak=None) as (address, _):
        pass
    done = audit(address)
    assert done.returncode == 2
    assert "nothing is known about the packages" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_neither_tests_nor_checks_need_the_database_of_weaknesses() -> None:
    checks = (ROOT / "tools" / "check.sh").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = re.findall(r"(?m)^(?:test|test-fast|test-slow|lint|setup):.*(?:\n\t.*)*", makefile)
    assert len(recipes) == 5
    assert not any("audit" in text for text in [checks, *recipes])
