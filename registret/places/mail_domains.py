"""Whether a mail address looks mistyped or foreign. A pure rule: it warns, and never stops anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from registret.kernel.identifiers import EmailAddress

# In a short domain two changed letters make another region's domain rather than a slip of the finger.
_SHORT = len("abc.se")


class Hint(StrEnum):
    MISTYPED = "mistyped"
    """Almost a domain that some care provider uses."""
    FOREIGN = "foreign"
    """Not a domain that the card's care provider uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHint:
    """A warning about a mail address.

    `care_provider` is whose domain was probably meant (MISTYPED), or the card's own (FOREIGN); `suggestion` is the
    whole address with that domain, only for MISTYPED; `domains` are those that the care provider uses.
    """

    hint: Hint
    care_provider: str
    domains: tuple[str, ...]
    suggestion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainsOf:
    """The mail domains of one care provider; `own` is the one that issued the card."""

    care_provider: str
    domains: tuple[str, ...]
    own: bool


def mail_hint(address: EmailAddress, *, known: Iterable[DomainsOf]) -> MailHint | None:
    """None if the address is at the card's own care provider, or if nothing is known that it could be compared with."""
    all_known = sorted(known, key=lambda provider: not provider.own)
    own = next((provider for provider in all_known if provider.own and provider.domains), None)
    if own is not None and _is_at(address.domain, own.domains):
        return None
    if not any(_is_at(address.domain, provider.domains) for provider in all_known):
        near = [
            (edit_distance(address.domain, domain), provider, domain)
            for provider in all_known
            for domain in provider.domains
            if abs(len(domain) - len(address.domain)) <= 2
        ]
        # The own care provider's domains come first, so that of two equally near ones the own is taken.
        distance, provider, domain = min(near, key=lambda found: found[0], default=(99, None, ""))
        if provider is not None and distance <= (1 if len(domain) <= _SHORT else 2):
            local = address.text.rpartition("@")[0]
            return MailHint(
                hint=Hint.MISTYPED,
                care_provider=provider.care_provider,
                domains=provider.domains,
                suggestion=f"{local}@{domain}",
            )
    return MailHint(hint=Hint.FOREIGN, care_provider=own.care_provider, domains=own.domains) if own else None


def is_foreign(address: EmailAddress, *, domains: tuple[str, ...]) -> bool:
    """Whether the address is at none of a care provider's domains. With none known, nothing is foreign."""
    return bool(domains) and not _is_at(address.domain, domains)


def edit_distance(a: str, b: str) -> int:
    """How many letters must be put in, taken out, changed, or swapped with their neighbour (optimal alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        two_before, before, row = before, row, [i]
        for j, right in enumerate(b, start=1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                steps = min(steps, two_before[j - 2] + 1)
            row.append(steps)
    return row[-1]


def _is_at(domain: str, domains: tuple[str, ...]) -> bool:
    return any(domain == known or domain.endswith(f".{known}") for known in domains)
