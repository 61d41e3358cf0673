from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rooms.serving.client import Running, running


@pytest.fixture(scope="session")
def house() -> Iterator[Running]:
    """The program as it is by default, for tests that leave it as it was."""
    with running() as started:
        yield started
