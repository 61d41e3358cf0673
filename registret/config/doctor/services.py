"""Services of others that are asked over HTTPS: whether they are there, and know us by a certificate that lasts."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from registret.config.doctor.examining import Examination, NotUsed
from registret.config.not_ready import NotReady
from registret.outgoing.named import NamedService
from registret.outgoing.service import Service, ServiceBroken, Unanswered

_PATIENCE: Final = 5.0
_LEFT: Final = timedelta(days=30)
"""A function certificate is ordered from others."""


def checks() -> tuple[Examination, ...]:
    """One for each service that settings can name."""
    return (
        Examination(name="national platform", examine=partial(_service, "NKRR", settings.NKRR)),
        Examination(name="population service", examine=partial(_service, "POPULATION", settings.POPULATION_SERVICE)),
    )


def _service(name: str, named: NamedService) -> str:
    if not named.address:
        raise NotUsed(f"REGISTRET_{name}_ADDRESS is not set")
    until = _certificate(name, named)
    try:
        # No question of its own: an empty one is refused, and that is an answer.
        Service(name=name.lower(), named=named, patience=_PATIENCE).post(b"", headers={})
    except ServiceBroken as trouble:
        raise NotReady(str(trouble)) from None
    except Unanswered as trouble:
        raise NotReady(
            f"{named.address} does not answer ({trouble.reason}): see REGISTRET_{name}_ADDRESS, …_CERTIFICATE, "
            "…_CA_FILE and the firewall"
        ) from None
    return f"{named.address} answers{until}"


def _certificate(name: str, named: NamedService) -> str:
    """Until when our certificate is valid, in words. Raises: NotReady, OSError."""
    if not named.certificate:
        return ""
    try:
        until = x509.load_pem_x509_certificate(Path(named.certificate).read_bytes()).not_valid_after_utc
    except ValueError:
        raise NotReady(f"REGISTRET_{name}_CERTIFICATE is no certificate in PEM") from None
    if until - timezone.now() < _LEFT:
        raise NotReady(f"the certificate of REGISTRET_{name}_CERTIFICATE ends on {until:%Y-%m-%d}: order another")
    return f"; our certificate is valid until {until:%Y-%m-%d}"
