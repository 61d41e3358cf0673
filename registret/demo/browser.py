"""A browser that holds one demo card: Chromium with a home of its own; nobody's own browser learns of the demo."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, NoReturn

from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from registret.demo.certificates import IssuedCertificate
from registret.demo.reader import Reader, ReaderTrouble

P12_PASSWORD: Final = "demo"  # noqa: S105 (it is told to everybody)
"""Opens every .p12 of the demo. It is printed, for the cards belong to nobody."""

TOOLS_PACKAGE: Final = "libnss3-tools"
"""Debian's package with certutil and pk12util."""


_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SWITCHES: Final = (
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-sync",
    "--password-store=basic",
    # Chromium takes its own language from here on macOS and Windows, and from the environment on Linux.
    "--lang=sv",
)
# The pages are Swedish: no bubble offers to translate them and lies over the link to the mailbox.
_PREFERENCES: Final = {
    "translate": {"enabled": False},
    "intl": {"accept_languages": "sv,en", "selected_languages": "sv,en"},
}
_SWEDISH: Final = {"LANGUAGE": "sv", "LC_ALL": "sv_SE.UTF-8"}
# Chromium's sandbox does not work for root; the second keeps it from complaining about the first.
_ROOTS_SWITCHES: Final = ("--no-sandbox", "--test-type")
_POLICIES: Final = Path("/etc/chromium/policies/managed")
TEST_POLICY: Final = "registret-test-{pid}.json"
"""A managed policy that the journeys of the tests write while they run: it chooses the certificate for everybody."""
_FOLDER: Final = "registret-browser-"
# They would lead back to the caller's own folders.
_NOT_HANDED_ON: Final = {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NSS_DEFAULT_DB_TYPE"}


class BrowserTrouble(Exception):
    """The browser cannot be opened. `str()` is one line that says what is missing and how to get it."""


def nss_home(folder: Path, *, cards: Sequence[Path], web_root: Path, password: str = P12_PASSWORD) -> Path:
    """Makes `folder` a HOME whose certificate store holds exactly these cards and trusts the demo's pages.

    `cards` are .p12 files that open with `password`; `web_root` is the CA certificate (PEM) that vouches for the site
    and the card hosts. Chromium started with HOME set to the answer, and without XDG_DATA_HOME, finds both. A store
    that was there before is replaced. Returns `folder`.

    Raises: BrowserTrouble.
    """
    old, new = folder / ".pki", folder / ".local" / "share" / "pki"
    shutil.rmtree(new, ignore_errors=True)
    if old.is_symlink():
        old.unlink()
    shutil.rmtree(old, ignore_errors=True)
    store = new / "nssdb"
    store.mkdir(mode=0o700, parents=True)
    # Chromium looked in ~/.pki for twenty years and moves to ~/.local/share/pki; this is one store under both names.
    old.symlink_to(Path(".local") / "share" / "pki")
    where = ("-d", _store(folder))
    _tool("certutil", "-N", *where, "--empty-password")
    _tool("certutil", "-A", *where, "-n", "registret demo", "-t", "C,,", "-i", str(web_root))
    for card in cards:
        put_in(folder, card, password=password)
    return folder


def take_out(home: Path, card: Path, *, password: str = P12_PASSWORD) -> None:
    """The card leaves the reader while the browser runs on: certificate and key are gone from its store.

    Raises: BrowserTrouble.
    """
    _tool("certutil", "-F", "-d", _store(home), "-n", _name_of(card, password))


def put_in(home: Path, card: Path, *, password: str = P12_PASSWORD) -> None:
    """The card comes into the reader while the browser runs on.

    Raises: BrowserTrouble.
    """
    _tool("pk12util", "-i", str(card), "-d", _store(home), "-W", password, "-K", "")


class CardBrowser:
    """Chromium with these cards in: .p12 files. Nothing of it is kept.

    Raises: BrowserTrouble: there is no Chromium, or no screen.
    """

    def __init__(self, *, cards: Sequence[Path], web_root: Path, pin: bool = False) -> None:
        """`pin`: the first card lies in a reader (SoftHSM2) and asks for its PIN, as a real one does."""
        self._program = _chromium()
        self._pin = pin
        self._cards = cards
        self._web_root = web_root
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise BrowserTrouble(
                "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): run it on a desktop"
            )

    def open(self, address: str, *, commands: IO[str] | None = None) -> None:
        """Opens it at `address`, and returns when it is closed. Each line of `commands` takes the cards out of the
        reader, or puts them in again. SIGTERM closes it too.

        Raises: BrowserTrouble, SystemExit (SIGTERM).
        """
        _sweep()
        for left in _test_policies():
            print(f"registret: {left} väljer certifikat åt webbläsaren, till avbrutna tester: ta bort den", flush=True)
        with (
            _ending_on_sigterm(),
            tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-", ignore_cleanup_errors=True) as name,
        ):
            home = nss_home(Path(name), cards=() if self._pin else self._cards, web_root=self._web_root)
            reader = self._reader(home) if self._pin else None
            said = home / "said"
            with said.open("wb") as to, self._started(home, address, to, reader) as process:
                self._watch(process, home, commands, reader)
            if process.returncode > 0:
                why = _last_line(said.read_bytes())
                raise BrowserTrouble(f"{self._program} ended with code {process.returncode}: {why}")

    @contextmanager
    def _started(
        self, home: Path, address: str, said: IO[bytes], reader: Reader | None
    ) -> Iterator[subprocess.Popen[bytes]]:
        _write_preferences(home / "profile")
        switches = [*(_ROOTS_SWITCHES if os.geteuid() == 0 else ()), *_SWITCHES]
        command = [self._program, f"--user-data-dir={home / 'profile'}", *switches, address]
        environment = _environment(home) | (reader.environment if reader else {})
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _reader(self, home: Path) -> Reader:
        """Raises: BrowserTrouble."""
        card = IssuedCertificate.of_p12(self._cards[0].read_bytes(), P12_PASSWORD)
        try:
            reader = Reader.build(home / "reader", card)
            reader.plug_into(home / ".pki" / "nssdb")
        except ReaderTrouble as trouble:
            raise BrowserTrouble(str(trouble)) from None
        return reader

    def _watch(
        self, process: subprocess.Popen[bytes], home: Path, commands: IO[str] | None, reader: Reader | None
    ) -> None:
        is_in = True
        while process.poll() is None:
            if commands is None:
                process.wait()
            elif select.select([commands], [], [], 0.3)[0]:
                if not commands.readline():
                    commands = None
                    continue
                self._move(home, reader, take=is_in)
                is_in = not is_in
                print("Kortet sitter i läsaren." if is_in else "Kortet är ute.", flush=True)

    def _move(self, home: Path, reader: Reader | None, *, take: bool) -> None:
        """Take the cards out of the reader, or put them in."""
        if reader is not None:
            card = IssuedCertificate.of_p12(self._cards[0].read_bytes(), P12_PASSWORD)
            (reader.take_out if take else reader.put_in)(card)
            return
        for file in self._cards:
            (take_out if take else put_in)(home, file)


def lives(pid: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def sweep_test_policies() -> None:
    """Removes what tests that were killed have left: it would choose certificates for every Chromium of the machine."""
    for file in _test_policies():
        pid = file.stem.rpartition("-")[2]
        if pid.isdigit() and not lives(int(pid)):
            file.unlink(missing_ok=True)


def _test_policies() -> list[Path]:
    return sorted(_POLICIES.glob(TEST_POLICY.format(pid="*")))


def _sweep() -> None:
    """Removes the folders of browsers whose command was killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*"):
        pid = folder.name.removeprefix(_FOLDER).partition("-")[0]
        with suppress(OSError):
            if pid.isdigit() and not lives(int(pid)) and folder.lstat().st_uid == os.geteuid():
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    def end(number: int, _: object) -> NoReturn:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _store(home: Path) -> str:
    return f"sql:{home / '.local' / 'share' / 'pki' / 'nssdb'}"


def _name_of(card: Path, password: str) -> str:
    """What NSS calls the certificate of the file."""
    own = load_pkcs12(card.read_bytes(), password.encode()).cert
    if own is None or own.friendly_name is None:
        raise BrowserTrouble(f"{card.name} holds no card with a name")
    return own.friendly_name.decode()


def _chromium() -> str:
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    raise BrowserTrouble("Chromium is missing. Debian: sudo apt-get install chromium")


def _environment(home: Path) -> dict[str, str]:
    """The caller's, at home elsewhere; the screen's own key to the X server stays where it was."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_HANDED_ON}
    old_key = Path.home() / ".Xauthority"
    if old_key.exists():
        kept.setdefault("XAUTHORITY", str(old_key))
    return kept | {"HOME": str(home)} | _SWEDISH


def _write_preferences(profile: Path) -> None:
    folder = profile / "Default"
    folder.mkdir(parents=True)
    (folder / "Preferences").write_text(json.dumps(_PREFERENCES), encoding="utf-8")


def _tool(name: str, *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise BrowserTrouble(f"{name} is missing. Debian, Ubuntu: sudo apt-get install {TOOLS_PACKAGE}")
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        raise BrowserTrouble(f"{name} {arguments[0]} failed: {_last_line(done.stderr or done.stdout)}")


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no word of why"
