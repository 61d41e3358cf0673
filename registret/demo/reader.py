"""A reader with a card that asks for its PIN: a SoftHSM2 token behind PKCS #11, as middleware would show it."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from registret.demo.certificates import IssuedCertificate

PIN: Final = "246810"
_MODULES: Final = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


class ReaderTrouble(Exception):
    """There is no reader with a PIN here. `str()` says what is missing or what a tool complained of."""


@dataclass(slots=True)
class Reader:
    """One token. A card is what lies in it: certificate and key, moved in and out while the browser runs.

    SoftHSM encrypts keys for their token, so every card that will ever be put in is written to it first. It stays
    logged in while cards change: that a card that is back asks for its PIN again is not to be seen here.
    """

    folder: Path
    files: dict[str, list[Path]] = field(default_factory=dict)

    @classmethod
    def build(cls, folder: Path, *cards: IssuedCertificate, asks_each_time: bool = False) -> Reader:
        """A reader with the first of these cards in. `asks_each_time`: its key wants the PIN for each signature.

        Raises: ReaderTrouble.
        """
        for program in ("softhsm2-util", "pkcs11-tool", "modutil"):
            if shutil.which(program) is None:
                raise ReaderTrouble(f"{program} is missing. Debian: sudo apt-get install softhsm2 opensc libnss3-tools")
        (folder / "tokens").mkdir(parents=True)
        reader = cls(folder)
        reader.configuration.write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n",
            encoding="utf-8",
        )
        told = ["--free", "--label", "SITHS-kort", "--so-pin", "87654321", "--pin", PIN]
        reader.run("softhsm2-util", "--init-token", *told)
        for card in cards:
            reader._write(card, ["--usage-sign", *(["--always-auth"] if asks_each_time else [])])
            reader.take_out(card)
        reader.put_in(cards[0])
        return reader

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to find the token."""
        return {"SOFTHSM2_CONF": str(self.configuration)}

    def plug_into(self, store: Path) -> None:
        """Registers the reader in a browser's certificate store (a folder with an NSS database)."""
        add = ["-add", "Kortläsare", "-libfile", module(), "-force"]
        self.run("modutil", *add, "-dbdir", f"sql:{store}")

    def take_out(self, card: IssuedCertificate) -> None:
        for file in self.files[card.label]:
            file.rename(self.folder / file.name)
        self._changed()

    def put_in(self, card: IssuedCertificate) -> None:
        for file in self.files[card.label]:
            (self.folder / file.name).rename(file)
        self._changed()

    def tear_out(self) -> None:
        """The token itself is gone, as when the reader is unplugged. A process that had it never finds it again."""
        (self.folder / "tokens").rename(self.folder / "gone")

    def run(self, *command: str) -> None:
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        if done.returncode != 0:
            raise ReaderTrouble(f"{command[0]}: {done.stdout}{done.stderr}".strip())

    def _write(self, card: IssuedCertificate, key_is: list[str]) -> None:
        before = set(self._token.glob("*.object"))
        key = card.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        number, file = f"{len(self.files) + 1:02}", self.folder / "object.der"
        for content, what in ((key, ["privkey", *key_is]), (card.der, ["cert"])):
            file.write_bytes(content)
            to = ["--module", module(), "--login", "--pin", PIN, "--id", number, "--label", card.label]
            self.run("pkcs11-tool", *to, "--write-object", str(file), "--type", *what)
        file.unlink()
        self.files[card.label] = [file for file in self._token.glob("*.object") if file not in before]

    def _changed(self) -> None:
        """Only a new number in this file makes a running SoftHSM look again."""
        file = self._token / "generation"
        number = int.from_bytes(file.read_bytes(), "big") + 1
        file.write_bytes(number.to_bytes(file.stat().st_size, "big"))

    @property
    def _token(self) -> Path:
        return next((self.folder / "tokens").iterdir())


def module() -> str:
    """The file of SoftHSM2 that programs load. Raises: ReaderTrouble (not installed)."""
    found = next((path for path in _MODULES if Path(path).exists()), None)
    if found is None:
        raise ReaderTrouble(f"SoftHSM2 is not at {' or '.join(_MODULES)}. Debian: sudo apt-get install softhsm2")
    return found
