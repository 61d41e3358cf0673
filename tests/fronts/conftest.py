"""A house behind each front, and one with the embedded listeners: the same tests for all three."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from _pytest.mark import ParameterSet

from registret.demo.pki import build_authority
from tests.fronts.running import FrontedHouse, missing
from tests.fronts.silence import Silence

FRONTS = ("embedded", "nginx", "haproxy")


def _each(*fronts: str) -> list[ParameterSet]:
    return [pytest.param(front, marks=pytest.mark.xdist_group(front)) for front in fronts]


behind_a_front = pytest.mark.parametrize("house", _each("nginx", "haproxy"), indirect=True)


def _started(front: str, folders: pytest.TempPathFactory) -> Iterator[FrontedHouse]:
    if why := missing(front):
        pytest.skip(why)
    folder = folders.mktemp(front)
    # An authority of its own: revoking a card in one house must not disturb the others.
    authority = build_authority(folder / "ca", at=datetime.now(UTC) - timedelta(days=1))
    with FrontedHouse.behind(front, folder, authority, f"front_{front}_{os.getpid()}") as built:
        built.start()
        yield built


@pytest.fixture(scope="session", params=_each(*FRONTS))
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontedHouse]:
    """Running."""
    yield from _started(request.param, tmp_path_factory)


@pytest.fixture(scope="session", autouse=True)
def silence(house: FrontedHouse) -> Iterator[Silence]:
    """Begins with the house: the minutes pass while other tests run."""
    with Silence(house.card_port) as begun:
        yield begun
