"""Whether everything that a server needs is there: found out at start, each fault in one line."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from registret.cards.trust import TrustBroken
from registret.config.not_ready import NotReady
from registret.mail.smtp import MailServer
from registret.oidc import ProviderBroken
from registret.records.patient_rights.mark_file import kept_in
from registret.records.queries.forms import digests_in_use
from registret.registries.loading.faults import DefinitionBroken
from registret.registries.queries import catalogue, sub_registries
from registret.revocation.trust import trust
from registret.web.door.provider import provider
from registret.web.gate import Ungated, require_all_gated

# What the collected files were made of.
_STAMP = f"sources-{version('registret')}.sha256"


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
    for (code, number), digest in digests_in_use().items():
        form = catalogue().forms.get((code, number))
        if form is None or form.digest != digest:
            raise NotReady(
                f"version {number} of {code} is in use, and its definition is "
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


def _digest_of_sources() -> str:
    found = {name: storage.path(name) for finder in get_finders() for name, storage in finder.list([])}
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(Path(found[name]).read_bytes()).digest())
    return digest.hexdigest()
