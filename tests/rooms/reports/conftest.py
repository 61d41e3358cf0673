from __future__ import annotations

import pytest

from tests.rooms.records.scene import Ward, ward


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()
