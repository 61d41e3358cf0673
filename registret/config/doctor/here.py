"""What lies on this machine: the program, its settings, definitions, trust, files."""

from __future__ import annotations

import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from registret.config import ready
from registret.config.backup.base import PREFIX as BASE
from registret.config.doctor.examining import Examination, NotUsed
from registret.config.env import PREFIX
from registret.config.not_ready import NotReady
from registret.config.settings_file import settings_file
from registret.kernel.sweden import day_of
from registret.registries.queries import sub_registries
from registret.revocation.trust import trust

SECRETS: Final = ("KEY", "SECRET", "PASSWORD", "TOKEN", "KEYS_BEFORE", "DATABASE_URL")
"""How settings end that hold a secret: docs/keys.md."""

_BACKUP: Final = timedelta(hours=26)
_BASE_BACKUP: Final = timedelta(days=8)
_ROOM: Final = 500 * 1024 * 1024
"""Bytes that should be free where the program writes."""


def program() -> str:
    return f"registret {version('registret')}, Python {platform.python_version()}"


def secrets_are_closed() -> str:
    """Files with secrets are for the program and its owner only."""
    files = list(_files_of_secrets())
    for file in files:
        try:
            mode = file.stat().st_mode
        except OSError as trouble:
            raise NotReady(f"{file} cannot be looked at: {trouble.strerror}") from None
        if mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP):
            raise NotReady(f"{file} has a secret, and others may read or change it: chmod 640 {file}")
    return f"{len(files)} files with secrets are closed to others"


def definitions() -> str:
    ready.check_definitions()
    return ", ".join(one.code for one in sub_registries())


def trusted() -> str:
    ready.check_trust()
    folder = settings.TRUST_DIR
    for file in (folder, *folder.iterdir()):
        if file.stat().st_mode & (stat.S_IWOTH | stat.S_IWGRP):
            raise NotReady(f"{file} can be changed by others than its owner, and says who gets in: chmod go-w {file}")
    return f"{len(trust().accepted())} CAs of {settings.TRUST_DIR}"


def static_files() -> str:
    ready.check_static()
    return str(settings.STATIC_ROOT)


def last_backup() -> str:
    if not settings.BACKUP_FOLDER:
        raise NotUsed("REGISTRET_BACKUP_FOLDER is not set: make sure that backups are made in another way")
    age = _age_of_newest("registret-[0-9]*.json")
    if age is None:
        raise NotReady(
            f"no backup was ever made in {settings.BACKUP_FOLDER}: run `registret backup`, each night by a timer"
        )
    if age > _BACKUP:
        raise NotReady(f"the last backup is {age.days} days old: does the timer of `registret backup` run?")
    return f"made {age.seconds // 3600} hours ago"


def last_base_backup() -> str:
    age = _age_of_newest(f"{BASE}*.json") if settings.BACKUP_FOLDER else None
    if age is None:
        raise NotUsed("there is none: what was written since the last dump would be lost with the disk")
    if age > _BASE_BACKUP:
        raise NotReady(f"the last is {age.days} days old: does the timer of `registret backup --base` run?")
    return f"made {age.days} days and {age.seconds // 3600} hours ago"


def _age_of_newest(names: str) -> timedelta | None:
    """None: there is no such file in the folder of the backups."""
    made = max((file.stat().st_mtime for file in Path(settings.BACKUP_FOLDER).glob(names)), default=None)
    return None if made is None else timezone.now() - datetime.fromtimestamp(made, UTC)


def free_space() -> str:
    places = {Path(settings.STATIC_ROOT), Path(tempfile.gettempdir())}
    if settings.OPT_OUT_FILE:
        places.add(settings.OPT_OUT_FILE.parent)
    return enough(*(place for place in places if place.exists()))


def enough(*folders: Path) -> str:
    """How much room there is in the fullest. Raises: NotReady, OSError."""
    least, folder = min((shutil.disk_usage(one).free, one) for one in folders)
    free = f"{least // 1024**2} MB free in {folder}"
    if least < _ROOM:
        raise NotReady(f"only {free}: delete what nobody needs, or make the disk larger")
    return f"at least {free}"


def _files_of_secrets() -> Iterator[Path]:
    for name, value in os.environ.items():
        is_file = name.startswith((PREFIX, "DATABASE_URL")) and name.endswith("_FILE")
        if is_file and name.removesuffix("_FILE").endswith(SECRETS):
            yield Path(value)
    yield from (Path(one.named) for one in (settings.SITE_KEY, settings.CARD_KEY) if one.named)
    if file := settings_file():
        yield file


def security_contact() -> str:
    end = settings.SECURITY_EXPIRES
    if end is None:
        raise NotUsed("REGISTRET_SECURITY_EXPIRES is not set: there is no /.well-known/security.txt")
    if end < day_of(timezone.now()):
        raise NotReady(f"/.well-known/security.txt ended {end}: set a new REGISTRET_SECURITY_EXPIRES")
    return f"{settings.SECURITY_CONTACT} until {end}"


CHECKS: Final = (
    Examination(name="program", examine=program),
    Examination(name="secrets", examine=secrets_are_closed),
    Examination(name="definitions", examine=definitions),
    Examination(name="trust", examine=trusted),
    Examination(name="static files", examine=static_files),
    Examination(name="free space", examine=free_space),
    Examination(name="last backup", examine=last_backup),
    Examination(name="last base backup", examine=last_base_backup),
    Examination(name="security.txt", examine=security_contact),
)
