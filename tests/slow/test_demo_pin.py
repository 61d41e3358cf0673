"""`make demo-browser PIN=yes`: the card lies in a reader that asks for its PIN, not in the browser's own store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from registret.demo import reader
from registret.demo.browser import CardBrowser
from registret.demo.people import cards
from registret.demo.people.cast import ANNA, hsa_file

# Instead of Chromium: it writes down what its store and its reader hold.
REPORTER = """#!/bin/sh
certutil -L -d "sql:$HOME/.pki/nssdb" > "$REPORT/store"
modutil -list -dbdir "sql:$HOME/.pki/nssdb" > "$REPORT/modules"
pkcs11-tool --module "$MODULE" --list-objects --type cert > "$REPORT/card"
pkcs11-tool --module "$MODULE" --list-objects --type privkey > "$REPORT/key-without-pin"
pkcs11-tool --module "$MODULE" --login --pin "$PIN" --list-objects --type privkey > "$REPORT/key"
"""


def test_the_card_lies_in_a_reader_and_its_key_behind_the_pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = cards.made(tmp_path / "demo", site_host="a.localhost", card_host="b.localhost", at=datetime.now(UTC))
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "chromium").write_text(REPORTER)
    (programs / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    for name, value in {
        "DISPLAY": ":99",
        "REPORT": str(tmp_path),
        "PIN": reader.PIN,
        "MODULE": reader.module(),
    }.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "demo" / "cards" / hsa_file(ANNA)
    CardBrowser(cards=[file], web_root=authority.web_root, pin=True).open("https://a.localhost")
    assert "u,u,u" not in (tmp_path / "store").read_text(), "no key in the browser's own store"
    assert "Kortläsare" in (tmp_path / "modules").read_text()
    assert "Anna Berg" in (tmp_path / "card").read_text()
    assert "Anna Berg" not in (tmp_path / "key-without-pin").read_text()
    assert "Anna Berg" in (tmp_path / "key").read_text()
