from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.parallel import committed
from tests.pki import Pki, pki
from tests.rooms.revocation.liar import Liar
from tests.rooms.revocation.office import Office

__all__ = ["committed", "liar", "pki"]


@pytest.fixture
def liar() -> Iterator[Liar]:
    with Liar() as started:
        yield started


@pytest.fixture
def office(pki: Pki, liar: Liar) -> Office:
    return Office(pki=pki, liar=liar, now=pki.now)
