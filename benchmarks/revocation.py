"""What a revocation list of 100,000 entries costs a login, beside one of ten; and what reading it costs the others.

Rounds alternate. Ratios are of medians, with the range over the rounds.

    .venv/bin/python benchmarks/revocation.py [entries]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import psutil
from cryptography.hazmat.primitives.serialization import Encoding

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from registret.cards import Anchor, CrlFiles, PresentedCertificate, Trust, verify
from registret.cards.revocation import read_crl
from registret.demo.pki import DemoAuthority, build_authority

ROUNDS, DECISIONS = 9, 2000
SMALL = 10


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authority = build_authority(folder / "ca", at=now - timedelta(days=1))
        anchor = Trust.load(authority.write_trust(folder / "trust"), accept_test=True).anchors[0]
        doors = {size: _door(anchor, authority, folder, size, now) for size in (SMALL, entries)}
        card = authority.issue_card(
            given_name="Anna", surname="Berg", organisation="Region Norrvik", kind="hsa", hsa_id="SE2321009991-E00K4T2"
        )
        presented = PresentedCertificate(card.der)

        def ask(size: int) -> Callable[[], object]:
            trust, lists = doors[size]
            serial = card.certificate.serial_number
            return lambda: lists.answer(anchor=trust.anchors[0], serial=serial, at=now)

        def decide(size: int) -> Callable[[], object]:
            trust, lists = doors[size]
            return lambda: verify(presented, trust=trust, revocation=lists, at=now)

        _reading(doors[entries][0].anchors[0])
        for what, act in (("is it revoked?", ask), ("the whole decision", decide)):
            _compared(what, act(SMALL), act(entries), entries)
        _while_reading(decide(entries), doors[entries][0].anchors[0])


def _door(anchor: Anchor, authority: DemoAuthority, folder: Path, size: int, now: datetime) -> tuple[Trust, CrlFiles]:
    """A trust with one anchor whose list has so many entries, read already."""
    file = folder / f"{size}.crl"
    revoked = [(1_000_000_007 * (n + 1), now - timedelta(hours=1)) for n in range(size)]
    crl = authority.issuer("hsa").crl(
        revoked, this_update=now - timedelta(hours=1), next_update=now + timedelta(days=2)
    )
    file.write_bytes(crl.public_bytes(Encoding.DER))
    trust = Trust(anchors=(replace(anchor, crl=file),), accept_test=True)
    lists = CrlFiles(trust)
    lists.lists(trust.anchors[0])
    return trust, lists


def _reading(anchor: Anchor) -> None:
    content = _file(anchor).read_bytes()
    process = psutil.Process()
    before = process.memory_info().rss
    times, entries = [], 0
    for _ in range(5):
        begun = time.perf_counter()
        entries = len(read_crl(content, anchor).serials)
        times.append(time.perf_counter() - begun)
    grown = (process.memory_info().rss - before) / 2**20
    print(f"reading {entries:,} entries, {len(content) / 1e6:.2f} MB: {_spread(times, 1e3)} ms, once a list")
    print(f"memory grown by at most {grown:.0f} MB")


def _compared(what: str, small: Callable[[], object], large: Callable[[], object], entries: int) -> None:
    """Each round does both, so that a busy machine slows both."""
    with_few: list[float] = []
    with_many: list[float] = []
    for _ in range(ROUNDS):
        with_few.append(statistics.median(_timed(small)))
        with_many.append(statistics.median(_timed(large)))
    ratios = [many / few for few, many in zip(with_few, with_many, strict=True)]
    print(
        f"{what}: {_spread(with_many, 1e6)} µs with {entries:,} entries, {_spread(with_few, 1e6)} µs with {SMALL}; "
        f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def _while_reading(act: Callable[[], object], anchor: Anchor) -> None:
    """Another thread reads the list again and again: far worse than once an hour. While the library checks a signature
    it lets no other thread run, and that is what the slowest decision waits for."""
    quiet = _timed(act)
    content, stop = _file(anchor).read_bytes(), Event()

    def read() -> None:
        while not stop.is_set():
            read_crl(content, anchor)

    thread = Thread(target=read)
    thread.start()
    busy = _timed(act)
    stop.set()
    thread.join()
    for what, times in (("quiet", quiet), ("while another thread reads lists without a pause", busy)):
        slow = sorted(times)
        print(
            f"decisions, {what}: median {statistics.median(times) * 1e3:.3f} ms, "
            f"99 % within {slow[int(len(slow) * 0.99)] * 1e3:.2f} ms, slowest {slow[-1] * 1e3:.1f} ms"
        )


def _timed(act: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(DECISIONS):
        begun = time.perf_counter()
        act()
        times.append(time.perf_counter() - begun)
    return times


def _spread(times: list[float], unit: float) -> str:
    return f"{statistics.median(times) * unit:.1f} ({min(times) * unit:.1f} to {max(times) * unit:.1f})"


def _file(anchor: Anchor) -> Path:
    return anchor.crl or Path()


if __name__ == "__main__":
    main()
