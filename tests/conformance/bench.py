"""What the suites share: a case, what the house decides about it, and how that compares with what the suite expects."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from cryptography import x509

from registret.cards import (
    Anchor,
    CardKind,
    CrlFiles,
    Environment,
    PresentedCertificate,
    RevocationState,
    Trust,
    TrustBroken,
    path,
    profile,
)
from registret.cards.presented import parsed
from registret.cards.revocation import ask
from registret.kernel.refused import Refused

ACCEPTED = "accepted"
REVOKED, UNKNOWN = "card.revoked", "card.revocation_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`valid`: what the suite expects. `decide`: what the house says (`ACCEPTED`, a refusal, or "not pinned: …")."""

    name: str
    valid: bool
    decide: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """`seconds` of the processor that the decision took, with its lists read and its CAs pinned."""

    case: Case
    decision: str
    seconds: float


def run(cases: Iterable[Case]) -> list[Decided]:
    """All of them, with the parser's warnings as warnings: as in production, whatever `python -W` or pytest say."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in cases:
            begin = time.process_time()
            decision = case.decide()
            found.append(Decided(case=case, decision=decision, seconds=time.process_time() - begin))
    return found


def said(refusal: Refused) -> str:
    """The code, with the word for the support where there is one: "card.malformed path"."""
    return f"{refusal.code} {getattr(refusal, 'reason', '')}".strip()


def path_decision(
    der: bytes,
    *,
    issuers: Sequence[x509.Certificate],
    lists: Sequence[Path] | None,
    at: datetime,
    for_clients: bool,
) -> str:
    """Is `der` issued by one of `issuers`, good at `at`, and not revoked? In the order of `registret.cards.verify`.

    `lists`: each is tried alone, as the one that an operator has configured, and one that lets the certificate in
    counts; None: revocation is not asked. `for_clients`: key usage and extended key usage must allow logging in.
    """
    pinned, problems = [], []
    for number, certificate in enumerate(issuers):
        try:
            pinned.append(anchor_of(certificate, f"CA {number}"))
        except TrustBroken as broken:
            problems.append(str(broken).partition(": ")[2])
    if problems and not pinned:
        return f"not pinned: {problems[0]}"
    try:
        certificate = parsed(PresentedCertificate(der))
        anchor = path.issuer_of(certificate, Trust(anchors=tuple(pinned), accept_test=True))
        if for_clients:
            profile.require_authentication(certificate)
        path.check(certificate, anchor, at=at)
        return ACCEPTED if lists is None else _revocation(certificate, anchor, lists, at)
    except Refused as refusal:
        return said(refusal)


def anchor_of(certificate: x509.Certificate, name: str) -> Anchor:
    """Raises: TrustBroken."""
    return Anchor(name=name, certificate=certificate, kind=CardKind.HSA, level=3, environment=Environment.TEST)


def _revocation(certificate: x509.Certificate, anchor: Anchor, lists: Sequence[Path], at: datetime) -> str:
    tried: Sequence[Path | None] = lists or [None]
    found = {_asked(certificate, replace(anchor, crl=file), at) for file in tried}
    return next(answer for answer in (ACCEPTED, REVOKED, UNKNOWN) if answer in found)


def _asked(certificate: x509.Certificate, anchor: Anchor, at: datetime) -> str:
    source = CrlFiles(Trust(anchors=(anchor,), accept_test=True))
    answer = ask(source, certificate, anchor=anchor, at=at)
    return {RevocationState.GOOD: ACCEPTED, RevocationState.REVOKED: REVOKED}.get(answer.state, UNKNOWN)
