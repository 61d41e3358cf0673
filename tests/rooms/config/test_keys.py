"""The inventory of keys is whole."""

from __future__ import annotations

from pathlib import Path

from registret.config import settings as ours
from registret.config.doctor.here import SECRETS

INVENTORY = Path(__file__).parents[3] / "docs" / "keys.md"
CERTIFIED = {ours.SITE_KEY.variable, ours.CARD_KEY.variable}


def secret_settings() -> set[str]:
    return {name for name in ours.env.known if name.endswith(SECRETS)}


def test_each_secret_that_can_be_set_is_in_the_inventory() -> None:
    assert secret_settings() > CERTIFIED | {"DATABASE_URL", "REGISTRET_FRONT_SECRET", "REGISTRET_OPT_OUT_KEYS_BEFORE"}
    text = INVENTORY.read_text(encoding="utf-8")
    assert [name for name in sorted(secret_settings()) if f"`{name}`" not in text] == []
