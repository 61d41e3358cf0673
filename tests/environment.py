"""The environment of a test run: a throw-away PostgreSQL, a CA that is born with it, and settings for both."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from registret.demo.pki import build_authority
from registret.demo.postgres import Cluster


def prepare(*, is_durable: bool = False) -> None:
    """Set DATABASE_URL and REGISTRET_*; the workers of a parallel run inherit them from the process that began it.

    `is_durable`: the database waits for the disk, as in production; for benchmarks.
    """
    # Workers and the programs that tests start would each compile all of `registret` anew.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if "REGISTRET_TEST_FOLDER" in os.environ:
        return
    folder = Path(tempfile.mkdtemp(prefix="registret-test-"))
    # The folder is readable for the mail catcher and browsers of other users, its keys are not.
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if "DATABASE_URL" not in os.environ:
        cluster = Cluster.start(data=folder / "database" if is_durable else None, database="registret")
        os.environ["DATABASE_URL"] = cluster.url
        os.environ["REGISTRET_OWNER_DATABASE_URL"] = cluster.owner_url
    authority = build_authority(folder / "ca", at=datetime.now(UTC) - timedelta(days=1))
    authority.write_trust(folder / "trust")
    os.environ |= {
        "REGISTRET_TEST_FOLDER": str(folder),
        "DJANGO_SETTINGS_MODULE": "registret.config.settings",
        "REGISTRET_SITE_HOST": "registret.localhost",
        "REGISTRET_SITE_PORT": "8443",
        "REGISTRET_CARD_HOST": "kort.registret.localhost",
        "REGISTRET_CARD_PORT": "8444",
        "REGISTRET_CONTACT_MAIL": "support@registret.example",
        "REGISTRET_DATA_PROTECTION_MAIL": "dataskyddsombud@registret.example",
        "REGISTRET_SECRET_KEY": secrets.token_urlsafe(48),
        "REGISTRET_LINK_KEY": secrets.token_urlsafe(48),
        "REGISTRET_SEAL_KEY": secrets.token_urlsafe(48),
        "REGISTRET_OPT_OUT_KEY": secrets.token_urlsafe(48),
        "REGISTRET_RESEARCH_KEY": secrets.token_urlsafe(48),
        "REGISTRET_FILE_KEY": secrets.token_urlsafe(48),
        "REGISTRET_TRUST_DIR": str(folder / "trust"),
        "REGISTRET_ACCEPT_TEST_CARDS": "yes",
        "REGISTRET_SMTP_HOST": "127.0.0.1",
        "REGISTRET_SMTP_TLS": "none",
        "REGISTRET_MAIL_FROM": "registret@registret.example",
        "REGISTRET_MAILBOX_DIR": str(folder / "mailbox"),
        "REGISTRET_STATIC_ROOT": str(folder / "static"),
    }
