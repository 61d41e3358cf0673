"""The demo's stand-in for the national platform, set up as the one that this installation asks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest.mock import patch

from django.conf import settings
from django.test import override_settings

from registret.demo.authorities import ServerFiles
from registret.demo.pki import DemoAuthority
from registret.demo.services.national_platform import NationalPlatform, function_certificate
from registret.exchange.nkrr import platform
from registret.outgoing.named import NamedService

UNIT: Final = "SE2321009991-U0A1"


@contextmanager
def national_platform() -> Iterator[NationalPlatform]:
    """It knows the infection clinic of Norrvik as UNIT, and a slow machine is waited for."""
    authority = DemoAuthority.load(Path(settings.TRUST_DIR).parent / "ca")
    with tempfile.TemporaryDirectory() as name:
        function, ca = ServerFiles(chain=Path(name, "chain.pem"), key=Path(name, "key.pem")), Path(name, "ca.pem")
        function_certificate(function, ca, at=authority.created)
        with NationalPlatform(files=authority.site_server, client_ca=ca) as national:
            shown = {
                "NKRR": NamedService(
                    address=national.address,
                    certificate=str(function.chain),
                    key=str(function.key),
                    ca_file=str(authority.web_root),
                ),
                "NKRR_UNITS": {"infektion-norrvik": UNIT},
            }
            with override_settings(**shown), patch.object(platform, "PATIENCE", 30.0):
                yield national
