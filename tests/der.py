"""DER taken apart, changed and put together again, for tests that show the parser what nobody should send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

_CONSTRUCTED = 0x20
_WRAPPERS = (0x04, 0x03)  # OCTET STRING and BIT STRING hold DER of their own in extensions and keys
_DEEPEST = 64


@dataclass
class Node:
    """One value. `inside`: what it is made of, if that is DER; then `content` is what stands before it (the count of
    unused bits of a BIT STRING)."""

    tag: int
    content: bytes
    inside: list[Node] = field(default_factory=list)

    def encoded(self) -> bytes:
        return tlv(self.tag, self.content + b"".join(node.encoded() for node in self.inside))

    def all(self) -> Iterator[Node]:
        yield self
        for node in self.inside:
            yield from node.all()


def tlv(tag: int, content: bytes) -> bytes:
    """One value with the shortest length that DER allows."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def parsed(der: bytes) -> Node:
    """Raises: ValueError (not one DER value with tags of one byte)."""
    found = _values(der, depth=0)
    if len(found) != 1:
        raise ValueError("not one value")
    return found[0]


def mutated(der: bytes, random: Random) -> bytes:
    """One to three changes. Half of them keep all lengths right, so that the parser gets as far as the meaning."""
    for _ in range(random.randint(1, 3)):
        change = random.choice((_bit, _cut, _length, _spliced, _deeper, _other_tag, _gone, _twice, _swapped, _filled))
        try:
            der = change(der, random)
        except ValueError:  # an earlier change has left no DER to take apart
            der = _bit(der, random)
    return der


# Bytes --------------------------------------------------------------------------------------------------------------


def _bit(der: bytes, random: Random) -> bytes:
    if not der:
        return der
    changed = bytearray(der)
    changed[random.randrange(len(der))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(der: bytes, random: Random) -> bytes:
    return der[: random.randint(0, len(der))]


def _spliced(der: bytes, random: Random) -> bytes:
    place = random.randint(0, len(der))
    return der[:place] + random.randbytes(random.randint(0, 12)) + der[place + random.randint(0, 12) :]


def _length(der: bytes, random: Random) -> bytes:
    """Some value says that it is shorter, longer, endless or of four gigabytes."""
    node = random.choice(list(parsed(der).all()))
    old = node.encoded()
    place = der.find(old)
    if place < 0:  # not the shortest form
        return _bit(der, random)
    lie = random.choice((b"\x00", b"\x7f", b"\x80", b"\x81\x00", b"\x82\xff\xff", b"\x84\xff\xff\xff\xff", b"\xff"))
    return der[: place + 1] + lie + der[place + 2 :]


# Structure -----------------------------------------------------------------------------------------------------------


def _deeper(der: bytes, random: Random) -> bytes:
    def change(node: Node) -> None:
        inner = node.encoded()
        for _ in range(random.choice((1, 2, 20, 500))):
            inner = tlv(random.choice((0x30, 0x31, 0xA0)), inner)
        node.tag, node.content, node.inside = 0x30, inner, []

    return _changed(der, random, change)


def _other_tag(der: bytes, random: Random) -> bytes:
    tags = (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1C, 0x1E, 0x30, 0x31, 0x80)

    def change(node: Node) -> None:
        node.tag = random.choice((*tags, 0xA0, 0xA3, 0xFF))

    return _changed(der, random, change)


def _gone(der: bytes, random: Random) -> bytes:
    def change(node: Node) -> None:
        if node.inside:
            del node.inside[random.randrange(len(node.inside))]

    return _changed(der, random, change)


def _twice(der: bytes, random: Random) -> bytes:
    def change(node: Node) -> None:
        if node.inside:
            node.inside += [random.choice(node.inside)] * random.choice((1, 2, 50))

    return _changed(der, random, change)


def _swapped(der: bytes, random: Random) -> bytes:
    """One value takes the place of another."""
    whole = parsed(der)
    nodes = list(whole.all())
    source, target = random.choice(nodes), random.choice(nodes)
    if any(node is target for node in source.all()):  # it would be inside itself
        return _bit(der, random)
    target.tag, target.content, target.inside = source.tag, source.content, source.inside
    return whole.encoded()


def _filled(der: bytes, random: Random) -> bytes:
    """Other content, of the right length by its header: empty, at random, a long number, text with a NUL."""

    def change(node: Node) -> None:
        filling = (b"", random.randbytes(random.randint(1, 40)), b"\x7f" * 600, b"A\0B\xff\xfe", b"\xe5\xe4\xf6" * 100)
        node.content, node.inside = random.choice(filling), []

    return _changed(der, random, change)


def _changed(der: bytes, random: Random, change: object) -> bytes:
    assert callable(change)
    whole = parsed(der)
    change(random.choice(list(whole.all())))
    return whole.encoded()


def _values(der: bytes, *, depth: int) -> list[Node]:
    found = []
    while der:
        tag, content, der = _first(der)
        found.append(_node(tag, content, depth=depth))
    return found


def _node(tag: int, content: bytes, *, depth: int) -> Node:
    before = content[:1] if tag == 0x03 else b""
    if content and depth < _DEEPEST and (tag & _CONSTRUCTED or tag in _WRAPPERS):
        try:
            return Node(tag, before, _values(content[len(before) :], depth=depth + 1))
        except ValueError:
            if tag & _CONSTRUCTED:
                raise
    return Node(tag, content)


def _first(der: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what comes after the first value."""
    if len(der) < 2 or der[0] & 0x1F == 0x1F:
        raise ValueError("no tag of one byte")
    length, start = der[1], 2
    if length >= 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start]) if 2 < start <= len(der) else -1
    if length < 0 or start + length > len(der):
        raise ValueError("a wrong length")
    return der[0], der[start : start + length], der[start + length :]
