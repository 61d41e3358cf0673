"""What the silent question whether a card is still in costs the server, beside an ordinary page.

Each question is a TLS handshake of its own, with a certificate and its signature; a page of a person at work comes over
a connection that is open already, or over one of its own. Measured is the processor time of the server's process (its
database not included), in rounds that alternate, as a ratio of medians with the range over the rounds.

    .venv/bin/python benchmarks/probe.py [questions in a round]
"""

from __future__ import annotations

import logging
import os
import ssl
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

from tests.environment import prepare

ROUNDS = 5


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    # The settings of the house are read from the environment that prepare() makes.
    prepare()
    from registret.demo.pki import DemoAuthority
    from tests.journeys.people import CLINIC, appointed, newcomer
    from tests.journeys.running import House

    logging.disable()
    with tempfile.TemporaryDirectory() as name:
        authority = DemoAuthority.load(Path(os.environ["REGISTRET_TEST_FOLDER"]) / "ca")
        with House.build(Path(name), authority, "benchmark_probe") as house:
            house.run("migrate", "--verbosity", "0")
            house.run("import-clinics", "registret/demo/clinics.csv")
            house.start()
            person = appointed(house, newcomer(house, "Bertil", "Holm"), "local_administrator", CLINIC)
            visitor = person.visitor()
            visitor.log_in()
            probe = visitor.probe()
            card = Path(name) / "card.pem"
            card.write_bytes(person.card.pem + person.card.key_pem)
            plain = ssl.create_default_context(cafile=str(authority.web_root))
            with_card = ssl.create_default_context(cafile=str(authority.web_root))
            with_card.load_cert_chain(card)
            cookies = {"Cookie": "; ".join(f"{n}={v}" for n, v in visitor.cookies.items())}
            start = f"{house.site}/start"
            assert house.process is not None
            server = psutil.Process(house.process.pid)

            def ask() -> None:
                with _client(with_card) as client:
                    assert _get(client, probe).json() == {"card": "same"}

            def page() -> None:
                with _client(plain) as client:
                    assert _get(client, start, cookies).status_code == 200

            with _client(plain) as kept:

                def page_on_kept_connection() -> None:
                    assert _get(kept, start, cookies).status_code == 200

                costs = _measured(server, [ask, page, page_on_kept_connection], number)
    names = ("question", "page, connection of its own", "page, connection kept")
    for what, rounds in zip(names, costs, strict=True):
        print(f"{what:28} {_range(rounds, 'ms')} of processor time")
    for what, rounds in zip(names[1:], costs[1:], strict=True):
        print(f"question / {what:17} {_range([a / b for a, b in zip(costs[0], rounds, strict=True)], '')}")


def _measured(server: psutil.Process, acts: list[Callable[[], None]], number: int) -> list[list[float]]:
    """Milliseconds of the server's processor time for each act, one number a round."""
    costs: list[list[float]] = [[] for _ in acts]
    for round_ in range(ROUNDS + 1):
        for cost, act in zip(costs, acts, strict=True):
            before = _spent(server)
            for _ in range(number):
                act()
            if round_:  # the first warms up
                cost.append((_spent(server) - before) / number * 1000)
    return costs


def _spent(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _client(context: ssl.SSLContext) -> Iterator[httpx.Client]:
    with httpx.Client(verify=context, timeout=60) as client:
        yield client


def _get(client: httpx.Client, address: str, headers: dict[str, str] | None = None) -> httpx.Response:
    where = urlsplit(address)
    sent = {"Host": where.netloc} | (headers or {})
    target = where._replace(netloc=f"127.0.0.1:{where.port}").geturl()
    return client.get(target, headers=sent, extensions={"sni_hostname": where.hostname})


def _range(values: list[float], unit: str) -> str:
    return f"{statistics.median(values):6.2f} ({min(values):.2f} to {max(values):.2f}) {unit}".rstrip()


if __name__ == "__main__":
    main()
