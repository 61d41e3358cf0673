"""What counts as one place on the network when connections, attempts or letters are counted."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address


def network_subject(address: str | None) -> str:
    """Return what a limit counts an IP address as: one line has an IPv4 address, or at least 64 bits of IPv6.

    Empty if there is no address.
    """
    if not address:
        return ""
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed.packed, 64), strict=False))
