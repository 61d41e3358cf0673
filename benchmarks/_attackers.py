"""Machines that hold what a server has and give it nothing to do: `python -m benchmarks._attackers`, for attack.py.

Silent ones connect and say nothing, stalled ones send the beginning of a form, slow ones ask for the log as a file and
read it by a kilobyte a second. Each comes back half a minute after it was sent away. What they are is told as JSON on
the first line of standard input; each second they print how many of each kind hold a connection, and they end with
their standard input.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import socket
import ssl
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

HOST = "registret.localhost"
RETURNS_AFTER = (15.0, 45.0)
PER_ADDRESS = 250
# A longer one would take one of the places for large bodies.
PART_OF_A_FORM = 60 * 1024


@dataclass(slots=True)
class Attack:
    """`cookies` and `token` are those of a person who may take the log out."""

    site: int
    door: int
    silent: int
    stalled: int
    slow: int
    cookies: str
    token: str
    held: Counter[str] = field(default_factory=Counter)

    async def run(self) -> None:
        ports = (self.door, self.door, self.site)
        acts = [self._again("silent", n, partial(self._silent, port=ports[n % 3])) for n in range(self.silent)]
        acts += [self._again("stalled", n, self._stalled) for n in range(self.stalled)]
        acts += [self._again("slow", n, self._slow) for n in range(self.slow)]
        tasks = [asyncio.ensure_future(act) for act in acts]
        ends = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        while not ends.done():
            print(json.dumps(self.held), flush=True)
            await asyncio.wait([ends], timeout=1)
        for task in tasks:
            task.cancel()

    async def _again(self, kind: str, number: int, act: Callable[[tuple[str, int]], Awaitable[None]]) -> None:
        group = ("silent", "stalled", "slow").index(kind) + 1
        own = f"127.0.{group}.{number // PER_ADDRESS + 1}", 0
        # Not all in the same moment: a machine that is flooded is another matter.
        await asyncio.sleep(number / 1000)
        while True:
            with suppress(OSError):
                await act(own)
            await asyncio.sleep(random.uniform(*RETURNS_AFTER))  # noqa: S311

    async def _silent(self, own: tuple[str, int], port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=own)
        await self._until_sent_away("silent", reader, writer)

    async def _stalled(self, own: tuple[str, int]) -> None:
        reader, writer = await self._at_site(own)
        head = f"POST /logga-in HTTP/1.1\r\nHost: {HOST}:{self.site}\r\nContent-Length: {2 * PART_OF_A_FORM}\r\n\r\n"
        writer.write(head.encode() + b"x" * PART_OF_A_FORM)
        await self._until_sent_away("stalled", reader, writer)

    async def _slow(self, own: tuple[str, int]) -> None:
        reader, writer = await self._at_site(own)
        form = f"csrfmiddlewaretoken={self.token}&form=jsonl"
        writer.write(
            f"POST /loggen/exportera HTTP/1.1\r\nHost: {HOST}:{self.site}\r\nOrigin: https://{HOST}:{self.site}\r\n"
            f"Cookie: {self.cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(form)}\r\n\r\n{form}".encode()
        )
        first = await reader.readline()
        if first != b"HTTP/1.1 200 OK\r\n":
            raise SystemExit(f"the log is not handed out: {first!r}")
        await self._until_sent_away("slow", reader, writer, seconds=1)

    async def _at_site(self, own: tuple[str, int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        with socket.socket() as raw:
            # A small window, or the kernel takes megabytes for a client that reads nothing.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.setblocking(False)
            raw.bind(own)
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", self.site))
            return await asyncio.open_connection(
                sock=raw.dup(), ssl=_believing(), server_hostname=HOST, limit=1024, ssl_handshake_timeout=300
            )

    async def _until_sent_away(
        self, kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float = 0
    ) -> None:
        self.held[kind] += 1
        try:
            while await reader.read(1024):
                await asyncio.sleep(seconds)
        finally:
            self.held[kind] -= 1
            writer.transport.abort()


def _believing() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(Attack(**json.loads(sys.stdin.readline())).run())
