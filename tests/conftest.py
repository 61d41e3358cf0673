"""One environment for all tests, made before Django reads its settings."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import django
import pytest
from pytest_django import DjangoDbBlocker

from tests.environment import prepare

# Whatever runs the tests in the background may have Ctrl-C ignored; programs under test would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

prepare()
django.setup()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database. pytest-django's own makes none if all that run are tests that commit (`tests.parallel`), which
    it does not know: such a file could not be run by itself."""
    from tests.owner import made_database

    with django_db_blocker.unblock():
        making = made_database()
        making.__enter__()
    yield
    with django_db_blocker.unblock():
        making.__exit__(None, None, None)
