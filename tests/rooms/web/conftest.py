"""What pages need: the static files under their final names, the time, and a country."""

from __future__ import annotations

import fcntl
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from registret.web.static_files import StaticFiles
from tests import cast
from tests.cast import Country
from tests.pki import pki

__all__ = ["pki"]


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Collected once, also when several workers begin together."""
    with Path(os.environ["REGISTRET_TEST_FOLDER"], "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (settings.STATIC_ROOT / StaticFiles.manifest_name).exists():
            call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    """A month old."""
    return cast.country(timezone.now() - timedelta(days=30))
