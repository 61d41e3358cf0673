"""A screen that nobody sees, with a window manager and fingers: for what a browser shows outside its pages."""

from __future__ import annotations

import os
import struct
import subprocess
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.journeys.running import PATIENCE

WIDTH, HEIGHT = 1400, 1100


@dataclass(slots=True)
class Screen:
    """An X server that draws into a file, and what was pressed on its keyboard."""

    display: str
    frame: Path
    processes: list[subprocess.Popen[bytes]]

    @classmethod
    def start(cls, folder: Path) -> Self:
        """A screen on a free display number, drawing into `folder`."""
        reading, writing = os.pipe()
        size = f"{WIDTH}x{HEIGHT}x24"
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-fbdir", str(folder)],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as said:
            display = f":{said.readline().strip()}"
        # Without a window manager no window is ever given the keyboard.
        manager = subprocess.Popen(
            ["openbox"], env=os.environ | {"DISPLAY": display}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return cls(display, folder / "Xvfb_screen0", [manager, server])

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(PATIENCE)

    def windows(self, title: str) -> list[str]:
        """The ids of visible windows whose title begins so."""
        return self._do("search", "--onlyvisible", "--name", f"^{title}").split()

    def window(self, title: str) -> str:
        """The id of the window with this title, once it is there."""
        until(lambda: bool(self.windows(title)), f"no window {title}")
        return self.windows(title)[0]

    def type_into(self, title: str, text: str) -> None:
        """Types into the window with this title, presses Enter, and waits until the window is gone."""
        window = self.window(title)
        self._do("windowfocus", "--sync", window)
        self._do("type", text)
        self._do("key", "Return")
        until(lambda: window not in self.windows(title), f"{title} stays")

    def dismiss(self, title: str) -> None:
        """Presses Escape in the window with this title, and waits until it is gone."""
        window = self.window(title)
        self._do("windowfocus", "--sync", window)
        self._do("key", "Escape")
        until(lambda: window not in self.windows(title), f"{title} stays")

    def press(self, *keys: str) -> None:
        """Keys (X11's names), one after the other, for the person who has the keyboard."""
        self._do("key", *keys)

    def colour(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue at this place."""
        dump = self.frame.read_bytes()
        start, row = _layout(dump)
        blue, green, red = dump[start + y * row + 4 * x :][:3]
        return red, green, blue

    def picture(self, file: Path) -> None:
        """The whole screen as a PNG."""
        dump = self.frame.read_bytes()
        start, row = _layout(dump)
        lines = []
        for y in range(HEIGHT):
            line = dump[start + y * row :][: 4 * WIDTH]
            rgb = bytearray(3 * WIDTH)
            rgb[0::3], rgb[1::3], rgb[2::3] = line[2::4], line[1::4], line[0::4]
            lines.append(b"\0" + rgb)
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b"")]
        chunks = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))

    def _do(self, *arguments: str) -> str:
        environment = os.environ | {"DISPLAY": self.display}
        # Finding nothing is a code of its own, not a failure.
        done = subprocess.run(["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False)
        return done.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, t: TracebackType | None) -> None:
        self.stop()


def until(done: Callable[[], bool], otherwise: str) -> float:
    """Waits until it is so; returns how many seconds that took.

    Raises: AssertionError (it never was; `otherwise` says what that means).
    """
    began = time.monotonic()
    while not done():
        assert time.monotonic() < began + PATIENCE, otherwise
        time.sleep(0.1)
    return time.monotonic() - began


def _layout(dump: bytes) -> tuple[int, int]:
    """Where the picture begins and how long a row is, in an X window dump (X11/XWDFile.h) of 32 bits per pixel."""
    header = struct.unpack(">25I", dump[:100])
    size, row, colours = header[0], header[12], header[19]
    return size + 12 * colours, row
