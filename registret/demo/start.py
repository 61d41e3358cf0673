"""Starting the demo: settings, certificates, database, mail catcher, country; then it serves."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import psycopg

from registret.demo.browser import P12_PASSWORD
from registret.demo.history.progress import Progress, read_progress, write_progress
from registret.demo.mailbox import MailCatcher
from registret.demo.people import cards, cast
from registret.demo.pki import DemoAuthority
from registret.demo.place import MARK, PREFIX, DemoTrouble, Place, other_ports
from registret.demo.postgres import Cluster
from registret.demo.services.national_platform import national_platform

_DATABASE: Final = "registret"
_HOST: Final = "127.0.0.1"


def start(place: Place) -> None:
    """Serves until SIGTERM or Ctrl-C. Variables that are set already are left as they are.

    Raises: DemoTrouble, PostgresTrouble, SystemExit (told on stderr already).
    """
    if running := place.running():
        raise DemoTrouble(f"demon är redan igång på {running.site}")
    if "DATABASE_URL" in os.environ:
        _check_database(os.environ["DATABASE_URL"])
    # Before anything is made: the port is what most often is wrong.
    for port in (place.site_port, place.card_port):
        _check_free(port, place)
    _make(place.folder)
    with ExitStack() as stack:
        stack.enter_context(place.held())
        if not place.certificates.exists():
            print("Bygger landet. Det tar några sekunder första gången.", flush=True)
        _set(place, stack)
        _serve(place)
    print("\nStoppad. Data finns kvar.", flush=True)


@contextmanager
def settings_of(place: Place) -> Iterator[None]:
    """The settings of a demo that was made before, and its database, for one other command. It may be running or not.

    Raises: DemoTrouble (none was made; or the database of DATABASE_URL is no demo's), PostgresTrouble.
    """
    running = place.running()
    own = "DATABASE_URL" not in os.environ
    if not place.certificates.exists() or (own and not place.database.exists()):
        raise DemoTrouble("there is no demo here: make one with `make demo`")
    if not own:
        _check_database(os.environ["DATABASE_URL"])
    with ExitStack() as stack:
        if running is None:
            stack.enter_context(place.held())
        _set(running or place, stack)
        yield


def _set(place: Place, stack: ExitStack) -> None:
    """A mail server and a database for as long as `stack` lasts, and the settings that name them in the environment."""
    authority = _authority(place)
    settings = _settings(place, authority)
    if f"{PREFIX}SMTP_HOST" not in os.environ:
        server = authority.site_server
        gone = frozenset({cast.LOVA.email})
        catcher = stack.enter_context(MailCatcher(place.mailbox, 0, server.chain, server.key, gone=gone))
        settings |= {"SMTP_HOST": _HOST, "SMTP_PORT": str(catcher.port), "SMTP_TLS": "starttls"}
        settings |= {"SMTP_CA_FILE": str(authority.web_root)}
    if f"{PREFIX}NKRR_ADDRESS" not in os.environ:
        settings |= stack.enter_context(national_platform(place.folder / "nkrr", authority))
    if "DATABASE_URL" not in os.environ:
        cluster = stack.enter_context(Cluster.start(data=place.database, database=_DATABASE))
        os.environ["DATABASE_URL"] = cluster.url
        os.environ["REGISTRET_OWNER_DATABASE_URL"] = cluster.owner_url
    for name, value in settings.items():
        if f"{PREFIX}{name}_FILE" not in os.environ:
            os.environ.setdefault(PREFIX + name, value)


def _settings(place: Place, authority: DemoAuthority) -> dict[str, str]:
    return {
        "DEMO": "yes",
        "SITE_HOST": place.site_host,
        "SITE_PORT": str(place.site_port),
        "CARD_HOST": place.card_host,
        "CARD_PORT": str(place.card_port),
        "SITE_CERTIFICATE": str(authority.site_server.chain),
        "SITE_KEY": str(authority.site_server.key),
        "CARD_CERTIFICATE": str(authority.card_server.chain),
        "CARD_KEY": str(authority.card_server.key),
        "TRUST_DIR": str(place.certificates / "trust"),
        "CONTACT_MAIL": "support@registret.example",
        "CONTACT_PHONE": "08-465 004 99",
        "DATA_PROTECTION_MAIL": "dataskyddsombud@registret.example",
        "MAIL_FROM": "registret@registret.example",
        "MAILBOX_DIR": str(place.mailbox),
        "HISTORY_FILE": str(place.history),
        "STATIC_ROOT": str(place.folder / "static"),
        "SECRET_KEY": _kept_secret(place.folder / "secret-key"),
        "LINK_KEY": _kept_secret(place.folder / "link-key"),
        "SEAL_KEY": _kept_secret(place.folder / "seal-key"),
        "OPT_OUT_KEY": _kept_secret(place.folder / "opt-out-key"),
        "RESEARCH_KEY": _kept_secret(place.folder / "research-key"),
        "FILE_KEY": _kept_secret(place.folder / "file-key"),
        "POPULATION_FILE": str(Path(__file__).parent / "population.csv"),
    }


def _serve(place: Place) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit:
        call_command("migrate", verbosity=0)
    # It imports models, which exist only now.
    from registret.demo.people import country, journal_x

    if not country.is_there():
        _mark(os.environ["DATABASE_URL"])
        place.history.unlink(missing_ok=True)
        country.furnish(cards=place.cards, at=datetime.now(UTC))
        place.journal_x.write_bytes(journal_x.file(now=datetime.now(UTC)))
    with ExitStack() as stack:
        call_command("serve", on_ready=partial(_ready, place, stack))


def _ready(place: Place, stack: ExitStack) -> None:
    print(welcome(place), flush=True)
    if not place.history.exists() and place.years:
        write_progress(place.history, Progress(now=datetime.now(UTC), years=place.years))
    progress = read_progress(place.history)
    if progress is not None and not progress.is_complete:
        # Not before the site answers, and not in its process: nobody waits for it.
        command = [sys.executable, "-m", "registret.demo.history.filling", str(place.history)]
        filling = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        stack.callback(_stop, filling)


def _stop(filling: subprocess.Popen[bytes]) -> None:
    """What it has not committed is written at the next start."""
    filling.terminate()
    filling.wait()


def welcome(place: Place) -> str:
    """What a newcomer may try, in about ten lines."""
    told = {"reporter", "administrator", "working", "bounced", "office", "office-colleague"}
    others = ", ".join(name for name in cast.BROWSERS if name not in told)
    return f"""
Infektionsregistret är igång, och allt är påhittat. Ctrl-C stoppar och behåller allt; `make demo-reset` börjar om.

  Logga in    {place.site}
  Brevlådan   {place.site}/demo/brevlada  (alla mejl som registret skickar)

Prova i ett annat terminalfönster; varje kommando öppnar en webbläsare med just den personens kort:
  make demo-browser                       Anna är ny: logga in, registrera dig, bekräfta med mejlet i brevlådan
  make demo-browser CARD=administrator    Bertil attesterar Anna; logga sedan in som Anna igen
  make demo-browser CARD=working          Nadia registrerar patienter (sök 19121212-1212) och hämtar svar från journalen
  make demo-browser CARD=bounced          Lova importerar {place.journal_x} (fem rader ska rättas)
  make demo-browser CARD=office           Doris på registerkansliet, och Ingrid som bekräftar (CARD=office-colleague)
  Andra kort (CARD=…; `make demo-browser CARD='?'` säger vems de är): {others}
Egen webbläsare: lita på {place.web_root}
  och importera ett kort ur {place.cards} (lösenord: {P12_PASSWORD}).

In English: `make demo-browser` opens a browser with the card of Anna, who is new; English is at the top of the page.
Bertil (CARD=administrator) attests her; Nadia (CARD=working) registers patients. All letters are at /demo/brevlada.
"""


def _authority(place: Place) -> DemoAuthority:
    authority = cards.made(
        place.certificates, site_host=place.site_host, card_host=place.card_host, at=datetime.now(UTC)
    )
    if (authority.site_host, authority.card_host) != (place.site_host, place.card_host):
        raise DemoTrouble(
            f"the demo's certificates are for {authority.site_host} and {authority.card_host}: "
            "start it with those, or begin anew with `make demo-reset`"
        )
    return authority


def _check_database(url: str) -> None:
    """Nobody works in it: a shell with production's settings is easily taken for another.

    Raises: DemoTrouble.
    """
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            found = connection.execute("SELECT to_regclass('accounts_account')::oid").fetchone()
            table = found[0] if found else None
            if table is None:
                return
            marked = connection.execute("SELECT obj_description(%s, 'pg_class')", [table]).fetchone() == (MARK,)
            if not marked and connection.execute("SELECT FROM accounts_account LIMIT 1").fetchone() is not None:
                raise DemoTrouble(
                    "the database of DATABASE_URL has people in it and is no demo's: unset DATABASE_URL, and the demo "
                    "makes a database of its own"
                )
    except psycopg.OperationalError as trouble:
        said = str(trouble).strip().splitlines()[0]
        raise DemoTrouble(f"the database of DATABASE_URL does not answer: {said}") from None


def _mark(url: str) -> None:
    """Write on the database that a demo made it, which only the owner of its tables can."""
    database = unquote(urlsplit(url).path.removeprefix("/"))
    with psycopg.connect(os.environ.get("REGISTRET_OWNER_DATABASE_URL", url), dbname=database) as connection:
        connection.execute(f"COMMENT ON TABLE accounts_account IS '{MARK}'".encode())


def _check_free(port: int, place: Place) -> None:
    try:
        socket.create_server((_HOST, port)).close()
    except OSError as trouble:
        if trouble.errno == errno.EADDRINUSE:
            why = "is in use by another program: stop that"
        else:
            why = f"cannot be opened ({trouble.strerror}): choose one above 1023"
        raise DemoTrouble(f"port {port} {why}, or try {other_ports(place.site_port)}") from None


def _make(folder: Path) -> None:
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    if is_new:
        # Root starts PostgreSQL as a user of its own, which gets through to its data and sees nothing else here.
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _kept_secret(file: Path) -> str:
    """The secret in the file, made the first time."""
    if not file.exists():
        half = file.with_suffix(".half")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(48))
        half.rename(file)
    return file.read_text()
