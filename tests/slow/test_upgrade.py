"""Two releases serve on one database while the upgrade goes on as docs/operations.md has it, and nobody notices."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from registret.demo.mailbox import letters
from registret.demo.pki import DemoAuthority
from tests.chaos.checker import findings
from tests.chaos.clients import Load
from tests.chaos.journal import Journal, Outcome, acts_in
from tests.chaos.place import eventually
from tests.journeys.running import PATIENCE
from tests.slow.nodes import NODES, Nodes, missing
from tests.slow.releases import COLUMNS, NEW, ROOT, Releases

pytestmark = pytest.mark.xdist_group("nodes")

FURNISH = "import os; from tests.chaos.place import _furnish; _furnish(dict(os.environ))"
POST = """
import django; django.setup()
from django.utils import timezone
from registret.kernel.identifiers import EmailAddress
from registret.mail.services import post
nora = EmailAddress("nora.next@regionnorrvik.se")
post(kind="of_next", to=nora, language="sv", context={"name": "Nora"}, at=timezone.now())
"""
ACTS = 8
"""So many are acknowledged before the next line of the documentation."""


def documented() -> Iterator[tuple[str, str]]:
    """The lines of the upgrade, each with the machine that it is for. A backup, and a look at what came of it, are
    tests of their own."""
    chapter = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").partition("## Upgrade")[2]
    found = re.search(r"```\nregistret backup\n(.*?)registret doctor\n```", chapter, re.DOTALL)
    assert found is not None
    once, before, after = (part.splitlines()[1:] for part in re.split("^# ", found[1], flags=re.MULTILINE)[1:])
    yield from ((line, NODES[0]) for line in once)
    yield from ((line, node) for node in NODES for line in before)
    yield from ((line, node) for node in NODES for line in after)


@dataclass(slots=True)
class Machines(Nodes):
    """Each node is a machine that runs what its link names, without PgBouncer."""

    releases: Releases = field(default_factory=lambda: Releases(Path()))

    def program(self, node: str) -> str:
        return self.releases.program(node)

    def start(self) -> None:
        self.environment["DATABASE_URL"] = self.direct_url
        for node in NODES:
            self.start_node(node)
        self._start_router()

    def operate(self, line: str, node: str) -> None:
        """A line of the documentation, on that machine."""
        if line.startswith("systemctl restart"):
            self.restart(node)
            return
        environment = self.environment | {
            "PATH": f"{self.releases.link(node)}/.venv/bin:{os.environ['PATH']}",
            "REGISTRET_STATIC_ROOT": str(self.folder / f"static-{node}"),
        }
        command = ["sh", "-ec", self.releases.here(line, node)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def restart(self, node: str) -> None:
        self.take_out(node)
        process = self.running.pop(node)
        process.terminate()
        assert process.wait(PATIENCE) == 0
        self.start_node(node)
        self.put_back(node)

    def page(self, node: str, path: str = "/") -> httpx.Response:
        """As that machine makes it."""
        [other] = set(NODES) - {node}
        self.take_out(other)
        try:
            with httpx.Client(verify=False, timeout=PATIENCE) as client:
                headers = {"Host": f"registret.localhost:{self.site_port}"}
                extensions = {"sni_hostname": "registret.localhost"}
                return client.get(f"https://127.0.0.1:{self.site_port}{path}", headers=headers, extensions=extensions)
        finally:
            self.put_back(other)

    def ask_all(self, question: str) -> Sequence[tuple[Any, ...]]:
        """As one who sees every row."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            connection.execute("SELECT set_config('registret.sees', 'all', true)")
            return connection.execute(question.encode()).fetchall()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    if missing():
        pytest.skip(f"needs {missing()}: sh tools/setup.sh --fronts")
    authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
    with Machines.behind_router(tmp_path, authority, f"upgrade_{os.getpid()}") as made:
        made.releases = Releases.build(tmp_path / "opt", NODES)
        past = made.environment | {"DATABASE_URL": made.direct_url, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", FURNISH], env=past, check=True)
        made.start()
        yield made


def goes_on(load: Load) -> None:
    before = load.journal.acknowledged
    eventually(lambda: load.journal.acknowledged >= before + ACTS)


@pytest.mark.timeout(600)
def test_nobody_is_refused_and_nothing_is_lost_while_a_release_replaces_another(machines: Machines) -> None:
    load = Load(machines, Journal(machines.folder / "acts.jsonl"))
    old_style = _stylesheet(machines.page("one"))
    with load.lasts():
        goes_on(load)
        for line, node in documented():
            machines.operate(line, node)
            if line.startswith("systemctl"):
                goes_on(load)
                if node == NODES[0]:
                    _both_serve_beside_each_other(machines, old_style)
    _nothing_was_noticed(machines)
    assert 'data-release="next"' in machines.page("two").text


def _both_serve_beside_each_other(machines: Machines, old_style: str) -> None:
    new, old = machines.page("one"), machines.page("two")
    assert ('data-release="next"' in new.text, 'data-release="next"' in old.text) == (True, False)
    new_style = _stylesheet(new)
    assert (new_style != old_style, _stylesheet(old)) == (True, old_style)
    for node in NODES:
        assert [machines.page(node, style).status_code for style in (old_style, new_style)] == [200, 200], node
    program = [str(machines.releases.release(NEW) / ".venv" / "bin" / "python"), "-c", POST]
    subprocess.run(program, cwd=machines.folder, env=machines.environment, check=True)
    machines.letter_to("nora.next@regionnorrvik.se")
    # A worker of the older release that begins does not hide the work of the newer.
    assert ("next",) in machines.ask_all("SELECT worker FROM heartbeats_heartbeat")


def _nothing_was_noticed(machines: Machines) -> None:
    unsent = "SELECT 1 FROM mail_letter WHERE sent_at IS NULL AND superseded_at IS NULL"
    eventually(lambda: not machines.ask_all(unsent))
    acts, arrived = acts_in(machines.folder / "acts.jsonl"), letters(machines.folder / "mailbox")
    assert Counter(act.outcome for act in acts).keys() == {Outcome.ACKNOWLEDGED}, [
        act for act in acts if act.outcome is not Outcome.ACKNOWLEDGED
    ]
    assert findings(acts, machines.ask_all, arrived) == []
    assert len({letter.message_id for letter in arrived}) == len(arrived), "no letter came twice"
    assert "are as they were sealed" in machines.run("check-ledger")
    said = machines.log()
    assert not re.findall(r"cached plan|Traceback|cannot be written|does not exist|ERROR", said), said
    for app, model in COLUMNS:
        table = f"{app}_{model.lower()}"
        assert machines.ask_all(f"SELECT count(*) > 0 FROM {table} WHERE next_note = ''") == [(True,)]  # noqa: S608


def _stylesheet(page: httpx.Response) -> str:
    found = re.search(r'"(/static/registret\.[0-9a-f]{12}\.css)"', page.text)
    assert found is not None, page.text
    return found[1]
