"""Whether everything that a server needs is there: found out at start, each fault in one line."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg.conninfo import make_conninfo

from registret.cards.trust import TrustBroken
from registret.config.roles import can_act_as, owned_tables
from registret.mail.smtp import MailServer
from registret.oidc import ProviderBroken
from registret.records.patient_rights.mark_file import kept_in
from registret.records.queries.forms import digests_in_use
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.queries import catalogue, sub_registries
from registret.reports.role import ROLE
from registret.revocation.trust import trust
from registret.web.door.provider import provider
from registret.web.gate import Ungated, require_all_gated

# What the collected files were made of.
_STAMP = "sources.sha256"


class NotReady(Exception):
    """A server cannot start. `str()` is one line that says what is missing and what to do."""


def check_gates() -> None:
    """Every view of the site and of the card hosts says who may come in.

    Raises: NotReady.
    """
    try:
        require_all_gated(settings.ROOT_URLCONF)
        require_all_gated(settings.CARD_URLCONF)
    except Ungated as trouble:
        raise NotReady(str(trouble)) from None


def check_trust() -> None:
    """The door believes at least one CA of HSA-id cards: naming none would let Person-id be chosen. All that it
    believes are of one environment: anybody can get a test card in any name.

    Raises: NotReady.
    """
    try:
        if not trust().names():
            raise NotReady(f"no CA in {settings.TRUST_DIR} issues cards that are let in here (see ACCEPT_TEST_CARDS)")
        if len({anchor.environment for anchor in trust().accepted()}) > 1:
            raise NotReady(
                f"REGISTRET_ACCEPT_TEST_CARDS=yes lets test cards in beside those of production, for "
                f"{settings.TRUST_DIR} has CAs of both: set it to no, or take the CAs of one environment away"
            )
    except TrustBroken as trouble:
        raise NotReady(str(trouble)) from None


def check_definitions() -> None:
    """Raises: NotReady."""
    try:
        sub_registries()
    except DefinitionBroken as trouble:
        raise NotReady(str(trouble)) from None


def check_forms_in_use() -> None:
    """The forms that episodes were begun with are there, and are what they were.

    Raises: NotReady.
    """
    for (code, version), digest in digests_in_use().items():
        form = catalogue().forms.get((code, version))
        if form is None or form.digest != digest:
            raise NotReady(
                f"version {version} of {code} is in use, and its definition is "
                f"{'gone' if form is None else 'not what it was'}: put it back, and make changes in a new version"
            )


def check_opt_out_file() -> None:
    """REGISTRET_OPT_OUT_FILE, if there is one, can be written: a restored backup lacks later opt-outs.

    Raises: NotReady.
    """
    if settings.OPT_OUT_FILE is None:
        return
    try:
        kept_in(settings.OPT_OUT_FILE)
    except OSError as trouble:
        raise NotReady(
            f"REGISTRET_OPT_OUT_FILE {settings.OPT_OUT_FILE} cannot be written: {trouble.strerror}"
        ) from None


def check_mail() -> None:
    """The settings of the mail server can be used; whether it answers is not asked.

    Raises: NotReady.
    """
    try:
        MailServer.from_settings()
    except ImproperlyConfigured as trouble:
        raise NotReady(str(trouble)) from None


def check_provider() -> None:
    """The settings of the identity provider, if there is one, can be used; whether it answers is not asked.

    Raises: NotReady.
    """
    try:
        provider()
    except ProviderBroken as trouble:
        raise NotReady(str(trouble)) from None


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


def check_database() -> None:
    """It answers and has all tables.

    Raises: NotReady.
    """
    try:
        # Not through the pool, which tries for ten seconds and does not tell why it failed.
        psycopg.connect(_address(), connect_timeout=5).close()
    except psycopg.OperationalError as trouble:
        said = str(trouble).strip().splitlines()[0]
        raise NotReady(f"the database of DATABASE_URL does not answer: {said}") from None
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise NotReady(f"the database lacks {len(missing)} migrations: run `registret migrate`")
    check_fence()
    check_owner()
    check_reports_role()


def check_owner() -> None:
    """The role of DATABASE_URL owns no table: an owner can switch off policies, triggers and the log.

    Raises: NotReady.
    """
    owned = owned_tables()
    if owned:
        raise NotReady(
            f"the role of DATABASE_URL owns {len(owned)} tables ({owned[0]} and on): give them to a role of their own, "
            "name that in REGISTRET_OWNER_DATABASE_URL, and run `registret migrate` (docs/operations.md)"
        )


def check_reports_role() -> None:
    """There is a role without right to patients, which reports are read as. Raises: NotReady."""
    if not can_act_as(ROLE):
        raise NotReady(
            f"the role of DATABASE_URL cannot act as {ROLE}, which reads reports and no patients: make that role, "
            "grant it (docs/operations.md), and run `registret migrate`"
        )


def check_fence() -> None:
    """Row-level security binds the role of DATABASE_URL, and the owner of the tables, as whom functions count for
    reports: a superuser sees every care provider's patients.

    Raises: NotReady.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_roles owner ON owner.oid = relowner WHERE relrowsecurity"
            " AND NOT (row_security_active(c.oid) AND relforcerowsecurity AND NOT rolsuper AND NOT rolbypassrls)"
            " ORDER BY 1"
        )
        open_to_us = [name for (name,) in cursor.fetchall()]
    if open_to_us:
        raise NotReady(
            f"row-level security does not bind the role of DATABASE_URL or the owner ({', '.join(open_to_us)}): "
            "use roles that are no superuser and have no BYPASSRLS"
        )


def check_static() -> None:
    """Raises: NotReady (no page can be shown without them)."""
    if isinstance(staticfiles_storage, ManifestStaticFilesStorage) and not staticfiles_storage.hashed_files:
        raise NotReady(f"no static files in {settings.STATIC_ROOT}: run `registret collectstatic`")


def collect_static() -> None:
    """Collects the static files if those in STATIC_ROOT were made of others, or there are none.

    Raises: NotReady (STATIC_ROOT cannot be written).
    """
    root = Path(settings.STATIC_ROOT)
    stamp, sources = root / _STAMP, _digest_of_sources()
    # By content, not by age: a package that is installed later may bring older files.
    if stamp.exists() and stamp.read_text() == sources:
        return
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources)
    except OSError as trouble:
        raise NotReady(f"STATIC_ROOT {root} cannot be written: {trouble.strerror}") from None


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


def _digest_of_sources() -> str:
    found = {name: storage.path(name) for finder in get_finders() for name, storage in finder.list([])}
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(Path(found[name]).read_bytes()).digest())
    return digest.hexdigest()


_NOT_FOR_LIBPQ: Final = {"pool", "server_side_binding", "prepare_threshold"}


def _address() -> str:
    known = settings.DATABASES["default"]
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    address = {name: str(known[key]) for name, key in parts.items() if known[key]}
    return make_conninfo("", **address, **{n: v for n, v in known["OPTIONS"].items() if n not in _NOT_FOR_LIBPQ})
