"""An installation whose lists are fetched from an address: the command, the server, and a database that goes away."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from psycopg import sql

from registret.demo.certificates import IssuedCertificate
from registret.demo.pki import DemoAuthority, build_authority
from tests.journeys.running import PATIENCE, REGISTRET, House
from tests.journeys.wire import Visitor, heading
from tests.rooms.revocation.liar import Asked, Liar, redirects, says

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("serve")]


class Installation(House):
    """A house whose trust has addresses and no files; the CA's server is `liar`."""

    liar: Liar
    published: Path

    def publish(self) -> None:
        self.authority.write_trust(self.published)
        self.liar.behave = self.serves

    def serves(self, connection: socket.socket, asked: Asked) -> None:
        name = asked.line.split()[1].rpartition("/")[2]
        says((self.published / name).read_bytes())(connection, asked)

    def card(self, hsa_id: str) -> IssuedCertificate:
        return self.authority.issue_card(
            given_name="Test", surname="Kort", organisation="Region Norrvik", kind="hsa", hsa_id=hsa_id
        )

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [REGISTRET, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )

    def events(self, event: str) -> list[tuple[object, ...]]:
        return self.ask_database("SELECT by_program, facts::text FROM ledger_entry WHERE event = %s", event)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("lists")
    authority: DemoAuthority = build_authority(folder / "ca", at=datetime.now(UTC))
    with Liar() as liar, Installation.build(folder, authority, f"lists_{os.getpid()}") as built:
        built.liar, built.published = liar, folder / "published"
        trust = folder / "trust"
        toml = (trust / "trust.toml").read_text()
        (trust / "trust.toml").write_text(toml.replace('crl = "', f'crl_url = "http://127.0.0.1:{liar.port}/'))
        for file in trust.glob("*.crl"):
            file.unlink()
        built.publish()
        built.migrate()
        yield built


def eventually(holds: Callable[[], bool], house: House) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, house.log()
        time.sleep(0.2)


def test_the_command_fetches_all_lists_and_says_how_it_went(house: Installation) -> None:
    house.change_database("DELETE FROM revocation_keptcrl")
    before = len(house.events("revocation.list_replaced"))
    first, second = house.command("fetch-crls"), house.command("fetch-crls")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    names = [f"DEMO SITHS e-id Person {kind} CA v1" for kind in ("HSA-id 3", "HSA-id 2", "ID 3")]
    assert first.stdout.splitlines() == [f"{name}: replaced, number 1" for name in names]
    assert second.stdout.splitlines() == [f"{name}: unchanged, number 1" for name in names]
    told = house.events("revocation.list_replaced")[before:]
    assert [by for by, _ in told] == ["lists"] * 3


def test_the_command_fails_if_a_list_was_not_taken_and_says_why(house: Installation) -> None:
    house.run("fetch-crls")
    house.liar.behave = redirects("/elsewhere")
    done = house.command("fetch-crls")
    house.publish()
    assert done.returncode == 1
    assert done.stdout.count(": not taken: the server refers to another address\n") == 3
    facts = [json.loads(str(facts)) for _, facts in house.events("revocation.fetch_refused")]
    assert [fact["fault"] for fact in facts] == ["redirect"] * 3


def test_a_list_that_goes_back_is_taken_only_by_name(house: Installation) -> None:
    name = "DEMO SITHS e-id Person HSA-id 3 CA v1"
    house.run("fetch-crls")
    house.change_database("UPDATE revocation_keptcrl SET number = 99")
    done = house.command("fetch-crls")
    assert done.returncode == 1
    assert done.stdout.count("not taken: the list is older than the one we have") == 3
    anew = house.command("fetch-crls", "--anew", name)
    assert f"{name}: unchanged, number 1" in anew.stdout or f"{name}: replaced, number 1" in anew.stdout
    assert anew.stdout.count("not taken") == 2
    house.change_database("UPDATE revocation_keptcrl SET number = 1")
    unknown = house.command("fetch-crls", "--anew", "SITHS")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "registret: --anew SITHS: no anchor of that name has a crl_url in trust.toml\n"


def test_the_server_fetches_by_itself_and_a_card_that_is_revoked_meanwhile_is_refused(house: Installation) -> None:
    house.change_database("DELETE FROM revocation_keptcrl")
    house.change_database("DELETE FROM revocation_upkeep")
    staying, leaving = house.card("SE2321009991-E09998"), house.card("SE2321009991-E09997")
    house.start()
    try:
        eventually(lambda: len(house.ask_database("SELECT 1 FROM revocation_keptcrl")) == 3, house)
        eventually(lambda: heading(Visitor(house, leaving).log_in()) == "Registrera dig", house)
        house.authority.revoke(leaving.certificate)
        house.publish()
        # An hour later.
        house.change_database("UPDATE revocation_upkeep SET due_at = now()")
        eventually(lambda: heading(Visitor(house, leaving).log_in()) == "Ditt certifikat är spärrat.", house)
        assert heading(Visitor(house, staying).log_in()) == "Registrera dig"
        # Whatever the CA's server does now, the list that was fetched decides.
        house.liar.behave = redirects("/elsewhere")
        house.change_database("UPDATE revocation_upkeep SET due_at = now()")
        eventually(lambda: "was not fetched: redirect" in house.log(), house)
        assert heading(Visitor(house, leaving).log_in()) == "Ditt certifikat är spärrat."
        assert heading(Visitor(house, staying).log_in()) == "Registrera dig"
    finally:
        _end(house)
        house.publish()


def test_a_server_whose_database_is_gone_is_alive_and_not_ready_and_comes_back(house: Installation) -> None:
    house.start()
    try:
        eventually(lambda: _status(house, "/halsa") == 200, house)
        _allow_connections(house, False)
        eventually(lambda: _status(house, "/halsa") == 503, house)
        assert _status(house, "/halsa/lever") == 200
        _allow_connections(house, True)
        eventually(lambda: _status(house, "/halsa") == 200, house)
    finally:
        _allow_connections(house, True)
        _end(house)


def test_the_measures_are_not_for_strangers_at_the_card_door(house: Installation) -> None:
    house.start()
    try:
        assert _status(house, "/matt") == 200
        page = Visitor(house).at_the_door(f"https://{'0' * 32}.kort.registret.localhost:{house.card_port}/matt")
        assert page.status_code == 404
        assert "registret_" not in page.text
    finally:
        _end(house)


def _status(house: House, path: str) -> int:
    try:
        return Visitor(house).get(path).status_code
    except httpx.TransportError:
        return 0


def _end(house: House) -> None:
    assert house.process is not None
    house.process.terminate()
    assert house.process.wait(PATIENCE) == 0, house.log()
    house.process = None


def _allow_connections(house: House, allowed: bool) -> None:
    name = urlsplit(house.environment["DATABASE_URL"]).path.removeprefix("/")
    with psycopg.connect(os.environ["REGISTRET_OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(sql.Identifier(name), sql.Literal(allowed))
        )
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
