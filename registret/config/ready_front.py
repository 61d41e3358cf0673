"""Whether nobody but a front reaches a process that believes its headers."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from registret.config.not_ready import NotReady


def check_front() -> None:
    """If the headers of a front are believed, nobody but the front reaches the listener that believes them.

    Looks at what this very process listens on, so it holds for every WSGI server and however that was told to bind.

    Raises: NotReady.
    """
    if settings.FRONT == "none":
        return
    names = []
    for family, name in _listening():
        if family != socket.AF_UNIX:
            raise NotReady(
                f"REGISTRET_FRONT={settings.FRONT} believes headers, so it must listen on a unix socket only, "
                f"not on {name}"
            )
        names.append(name)
    if not names:
        raise NotReady(
            f"REGISTRET_FRONT={settings.FRONT} needs a unix socket that listens before the application is "
            "loaded: start gunicorn with --bind unix:… and without --preload"
        )
    for name in names:
        check_closed(name)


def check_no_front() -> None:
    """The embedded listeners stand before nobody's headers.

    Raises: NotReady.
    """
    if settings.FRONT != "none":
        raise NotReady(
            f"REGISTRET_FRONT={settings.FRONT} and the listeners of `registret serve` exclude each other: "
            "start gunicorn and `registret work` (docs/operations.md), or unset REGISTRET_FRONT"
        )


def _listening() -> Iterator[tuple[int, str]]:
    """Family and address of every socket on which this process takes connections."""
    for number in os.listdir("/dev/fd"):
        try:
            if not stat.S_ISSOCK(os.fstat(int(number)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(number))) as found:
                if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    yield found.family, str(found.getsockname())
        except OSError:
            continue  # the one that lists the folder is closed by now


def check_closed(name: str) -> None:
    """Others of this machine cannot connect to the unix socket `name`, nor put one of their own in its place.

    Raises: NotReady.
    """
    path = Path(name)
    if not name.startswith("/"):
        raise NotReady(f"the unix socket {name!r} must have a whole path: abstract ones are open to everybody here")
    try:
        file, folder = path.stat().st_mode, path.parent.stat().st_mode
    except OSError as trouble:
        raise NotReady(f"the unix socket {name} cannot be looked at: {trouble.strerror}") from None
    if file & stat.S_IWOTH and folder & stat.S_IXOTH:
        raise NotReady(
            f"the unix socket {name} is open to everybody on this machine: start gunicorn with --umask 007, "
            f"or chmod o-rwx {path.parent}"
        )
    if folder & stat.S_IWOTH:
        raise NotReady(f"the folder of the unix socket {name} can be written by everybody: chmod o-rwx {path.parent}")
