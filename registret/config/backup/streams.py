"""Files of a backup: written whole or not at all, and encrypted as age does if there is a key."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

import pyrage

from registret.config.backup.tools import first_line_of
from registret.config.not_ready import NotReady


@contextmanager
def whole(file: Path) -> Iterator[IO[bytes]]:
    """A file that nobody else may read, and that has its name only when it is whole and on the disk."""
    partial = file.with_name(f"{file.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(descriptor)
        partial.rename(file)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def save(source: IO[bytes], out: IO[bytes], recipient: str) -> None:
    """Copy, encrypted for `recipient` (a public key of age) if there is one. Raises: NotReady (it is none)."""
    if recipient:
        pyrage.encrypt_io(source, out, [_key(recipient)])
    else:
        shutil.copyfileobj(source, out)


def save_output(command: Sequence[str], environment: Mapping[str, str], out: IO[bytes], recipient: str) -> None:
    """What the program writes never lies on the disk as it is, if there is a key.

    Raises: NotReady (the program failed, or wrote nothing).
    """
    name = Path(command[0]).name
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=complaints) as running,
    ):
        save(cast(IO[bytes], running.stdout), out, recipient)
        if running.wait():
            raise NotReady(f"{name} failed: {first_line_of(complaints) or running.returncode}")
    if out.tell() == 0:
        raise NotReady(f"{name} wrote nothing")


def read(file: Path, to: IO[bytes], identity: Path | None) -> None:
    """Copy what is in a file of a backup. `identity`: the file of a secret key of age.

    Raises: NotReady (it is encrypted, and the key is missing or another one).
    """
    with file.open("rb") as source:
        if file.suffix != ".age":
            shutil.copyfileobj(source, to)
            return
        if identity is None:
            raise NotReady(f"{file} is encrypted: name the file of the secret key (--identity)")
        lines = identity.read_text(encoding="utf-8").splitlines()
        try:
            keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
            pyrage.decrypt_io(source, to, keys)
        except BrokenPipeError:
            raise
        except (pyrage.IdentityError, pyrage.DecryptError, OSError):
            raise NotReady(f"{identity} has no key that opens {file}, or the file is damaged") from None


def feed(command: Sequence[str], environment: Mapping[str, str], file: Path, identity: Path | None) -> None:
    """Give what is in a file of a backup to a program. Raises: NotReady (as `read`; the program failed)."""
    with (
        TemporaryFile() as complaints,
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=complaints) as running,
    ):
        taken = cast(IO[bytes], running.stdin)
        # If it breaks, the program says why.
        with suppress(BrokenPipeError):
            read(file, taken, identity)
            taken.close()
        if running.wait():
            raise NotReady(f"{Path(command[0]).name} failed: {first_line_of(complaints) or running.returncode}")


def _key(recipient: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise NotReady("the key of the backups is no public key of age (age1…): make one with age-keygen") from None
