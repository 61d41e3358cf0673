"""One environment for all tests, made before Django reads its settings."""

from __future__ import annotations

import gc
import signal
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import django
import hypothesis
import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.environment import prepare

# Whatever runs the tests in the background may have Ctrl-C ignored; programs under test would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

prepare()
django.setup()

# No test depends on speed.
hypothesis.settings.register_profile(
    "registret", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("registret")

JOURNEYS: Final = "tests/journeys/"


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


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As `db`, for fixtures that bring something into the database once for all tests of their module.

    It is rolled back after the last of them; each test is in a savepoint of its own.
    """
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        # As Django's TestCase does: a durable transaction within it is one within a test.
        whole._from_testcase = True  # type: ignore[attr-defined]
        with whole:
            yield
            transaction.set_rollback(True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """The tests with a `module_db` of one module run in one worker, and after those that must not see what is in it.

    So do the journeys of one module, which share its people. The house of `tests/journeys` is each worker's own.
    """
    # Before pytest-xdist reads the groups.
    for item in items:
        path = item.nodeid.partition("::")[0]
        if _shares(item):
            item.add_marker(pytest.mark.django_db)
        elif not path.startswith(JOURNEYS):
            continue
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(path))
    yield
    # After pytest-django has put its own order.
    modules = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (modules[item.path], _shares(item)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end; looking again and again for what could go took a fifth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _shares(item: pytest.Item) -> bool:
    return "module_db" in getattr(item, "fixturenames", ())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how long each part took, if there was more than one; workers' seconds beside each other are added.

    And if no group was kept in one worker: each has then built all that the tests of a group share.
    """
    seconds: defaultdict[str, float] = defaultdict(float)
    tests: Counter[str] = Counter()
    is_grouped = False
    for report in (one for some in terminalreporter.stats.values() for one in some):
        if isinstance(report, pytest.TestReport):
            folders = Path(report.nodeid.partition("::")[0]).parts[1:-1]
            part = "/".join(folders[:2])
            seconds[part] += report.duration
            tests[part] += report.when == "call"
            # As pytest-xdist reads it.
            is_grouped |= report.nodeid.rfind("@") > report.nodeid.rfind("]")
    if len(seconds) > 1:
        terminalreporter.section("seconds of all workers")
        for part, took in sorted(seconds.items(), key=lambda one: -one[1]):
            terminalreporter.write_line(f"{took:8.0f}  {part} ({tests[part]} tests)")
        if terminalreporter.config.getoption("dist", "no") == "loadgroup" and not is_grouped:
            terminalreporter.write_line("pytest-xdist kept no group in one worker: see requirements-dev.in", red=True)
