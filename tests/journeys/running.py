"""A whole house, running: `registret serve` as its own process, with a database, a CA and a mail server of its own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from registret.demo.mailbox import CaughtLetter, MailCatcher, letters
from registret.demo.pki import DemoAuthority
from tests import tables
from tests.journeys.commands import Operator

# Generous: a busy machine is no failure.
PATIENCE = 60.0
REGISTRET = str(Path(sys.executable).with_name("registret"))
TOLD_OF_PEOPLE = re.compile(
    r"@[\w-]+\.\w"  # a mail address
    r"|SE\d{10}-"  # an HSA-id
    # A personal number; within a hash there may be as many digits.
    r"|(?<![0-9a-f])(?:\d\d)?\d{6}[-+]\d{4}(?![0-9a-f])|(?<![0-9a-f])(?:18|19|20)\d{10}(?![0-9a-f])"
    r"|/bekrafta/|/logga-in/svar/"  # an address with a code
)
"""What the program's messages never hold."""


@dataclass(slots=True)
class House:
    """Addresses of a running house, its CA and its letters."""

    folder: Path
    authority: DemoAuthority
    environment: dict[str, str]
    site_port: int
    card_port: int
    mail: MailCatcher
    process: subprocess.Popen[bytes] | None = None
    operator: Operator | None = None

    @classmethod
    def build(cls, folder: Path, authority: DemoAuthority, database: str) -> Self:
        """Makes an empty database beside the one of the tests, and settings for everything; starts nothing."""
        site_port, card_port = free_ports(2)
        mailbox = folder / "mailbox"
        mail = MailCatcher(mailbox, 0, authority.site_server.chain, authority.site_server.key)
        mail.start()
        environment = os.environ | {
            "DATABASE_URL": (url := new_database(database)),
            "REGISTRET_OWNER_DATABASE_URL": owner_of(url),
            "REGISTRET_DEMO": "yes",
            "REGISTRET_SITE_PORT": str(site_port),
            "REGISTRET_CARD_PORT": str(card_port),
            "REGISTRET_SITE_CERTIFICATE": str(authority.site_server.chain),
            "REGISTRET_SITE_KEY": str(authority.site_server.key),
            "REGISTRET_CARD_CERTIFICATE": str(authority.card_server.chain),
            "REGISTRET_CARD_KEY": str(authority.card_server.key),
            "REGISTRET_TRUST_DIR": str(authority.write_trust(folder / "trust")),
            "REGISTRET_SMTP_HOST": "127.0.0.1",
            "REGISTRET_SMTP_PORT": str(mail.port),
            "REGISTRET_SMTP_TLS": "starttls",
            "REGISTRET_SMTP_CA_FILE": str(authority.web_root),
            "REGISTRET_MAILBOX_DIR": str(mailbox),
            "REGISTRET_STATIC_ROOT": str(folder / "static"),
        }
        return cls(
            folder=folder,
            authority=authority,
            environment=environment,
            site_port=site_port,
            card_port=card_port,
            mail=mail,
        )

    @property
    def site(self) -> str:
        return f"https://registret.localhost:{self.site_port}"

    @property
    def card_hosts(self) -> str:
        """A glob for the addresses of all card hosts."""
        return f"https://*.kort.registret.localhost:{self.card_port}/**"

    def run(self, *arguments: str) -> str:
        """A command of the operator, to its end; returns what it printed.

        Raises: AssertionError (it failed; the message is what it said).
        """
        if self.operator is None or self.operator.environment != self.environment:
            self._end_operator()
            self.operator = Operator(self.environment)
        code, said, complained = self.operator.run(arguments)
        assert code == 0, said + complained
        return said

    def _end_operator(self) -> None:
        if self.operator is not None:
            self.operator.close()
            self.operator = None

    def migrate(self) -> None:
        """As the operator's command does, the first time in a test run; later it is a copy."""
        database = urlsplit(self.environment["DATABASE_URL"]).path.removeprefix("/")
        with tables.made_once() as are_made:
            if not are_made:
                self.run("migrate", "--verbosity", "0")
                tables.keep(database)
                return
        tables.copy(tables.TEMPLATE, to=database)

    def start(self) -> None:
        """Starts the server and waits until it answers. A port that somebody took meanwhile is replaced."""
        for _ in range(5):
            with (self.folder / "server.log").open("ab") as log:
                before = log.tell()
                command = [REGISTRET, "serve"]
                self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
            if self._serves():
                return
            assert "is in use" in self.log()[before:], self.log()
            self._take_ports()
        raise AssertionError(self.log())

    def _serves(self) -> bool:
        """Whether it answers in time; False if it has ended."""
        assert self.process is not None
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            if answers(self.site_port) and answers(self.card_port):
                return True
            assert time.monotonic() < deadline, f"not serving after {PATIENCE} s: {self.log()}"
            time.sleep(0.05)
        return False

    def _take_ports(self) -> None:
        self.site_port, self.card_port = free_ports(2)
        self.environment |= {
            "REGISTRET_SITE_PORT": str(self.site_port),
            "REGISTRET_CARD_PORT": str(self.card_port),
        }

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None
        self._end_operator()
        self.mail.stop()
        # Last, so that nothing is left running: what the program wrote while people were at work names none of them.
        assert TOLD_OF_PEOPLE.findall(House.log(self)) == []

    def log(self) -> str:
        file = self.folder / "server.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    def letters_to(self, address: str) -> list[CaughtLetter]:
        """What has arrived at this address, newest first."""
        return [letter for letter in letters(self.folder / "mailbox") if address in letter.to]

    def letter_to(self, address: str, *, number: int = 1, about: str = "") -> CaughtLetter:
        """The newest letter to this address, once `number` have arrived whose subject holds `about`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [letter for letter in self.letters_to(address) if about in letter.subject]
            if len(found) >= number:
                return found[0]
            assert time.monotonic() < deadline, f"{len(found)} letters to {address}\n{self.log()}"
            time.sleep(0.1)

    def ask_database(self, question: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(question, values).fetchall()

    def change_database(self, statement: str, *values: object) -> None:
        """For what no person can do: let time pass."""
        with psycopg.connect(self.environment["REGISTRET_OWNER_DATABASE_URL"]) as connection:
            connection.execute(statement.encode(), values)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, t: TracebackType | None) -> None:
        self.stop()


def link_in(letter: CaughtLetter) -> str:
    """The address that the letter asks to open."""
    found = re.search(r"https://\S+/bekrafta/\S+", letter.text)
    assert found is not None, letter.text
    return found[0]


def code_in(letter: CaughtLetter) -> str:
    """The six characters of the letter, without the space between them."""
    found = re.search(r"^\s*([A-Z0-9]{3}) ([A-Z0-9]{3})\s*$", letter.text, re.MULTILINE)
    assert found is not None, letter.text
    return found[1] + found[2]


def new_database(name: str) -> str:
    """Make the database anew, beside that of DATABASE_URL; its address for the role that serves."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(os.environ["REGISTRET_OWNER_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlunsplit(parts._replace(path=f"/{name}"))


def owner_of(url: str) -> str:
    """The address of the same database for the owner of its tables."""
    return urlunsplit(urlsplit(os.environ["REGISTRET_OWNER_DATABASE_URL"])._replace(path=urlsplit(url).path))


def free_ports(number: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
