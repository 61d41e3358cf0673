"""The pages about settings and keys are whole."""

from __future__ import annotations

import re
from pathlib import Path

from registret.config import settings as ours
from registret.config.doctor.here import SECRETS

DOCS = Path(__file__).parents[3] / "docs"
CERTIFIED = {ours.SITE_KEY.variable, ours.CARD_KEY.variable}


def secret_settings() -> set[str]:
    return {name for name in ours.env.known if name.endswith(SECRETS)}


def test_each_secret_that_can_be_set_is_in_the_inventory() -> None:
    assert secret_settings() > CERTIFIED | {"DATABASE_URL", "REGISTRET_FRONT_SECRET", "REGISTRET_OPT_OUT_KEYS_BEFORE"}
    text = (DOCS / "keys.md").read_text(encoding="utf-8")
    assert [name for name in sorted(secret_settings()) if f"`{name}`" not in text] == []


def test_each_setting_has_its_row() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    # For those that are secrets or texts, the same name with _FILE behind it may be set instead.
    known = {name for name in ours.env.known if name.removesuffix("_FILE") not in ours.env.known - {name}}
    assert sorted(rows) == sorted(known)
