"""One request to a server that may be slow, broken or hostile: bounded in time and size, led nowhere else."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from threading import Thread
from urllib.parse import urlsplit


class FetchFault(StrEnum):
    UNREACHABLE = "unreachable"
    NOT_TRUSTED = "not_trusted"
    """The server's certificate (https) is not of a CA that this machine trusts, or of another host."""
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    CUT_SHORT = "cut_short"
    REDIRECT = "redirect"
    STATUS = "status"
    """Another status than 200."""
    NOT_HTTP = "not_http"
    """No answer that the protocol knows, or one in a coding that was not asked for."""


@dataclass(kw_only=True, eq=False)
class FetchFailed(Exception):
    """`detail`: a few words for the operator's log; never what the server said."""

    fault: FetchFault
    detail: str = ""


def fetch(address: str, *, seconds: float, largest: int, body: bytes | None = None, kind: str = "") -> bytes:
    """The body of a 200 answer of at most `largest` bytes, within `seconds` in all. A POST if there is a `body`, of
    the media type `kind`.

    Time-outs of sockets begin anew at each byte, and those of names are the system's own. So the conversation is held
    on a thread, which is left behind when the time is over: its connection is cut.

    Raises: FetchFailed.
    """
    conversation = _Conversation(address, seconds=seconds, largest=largest, body=body, kind=kind)
    thread = Thread(target=conversation.hold, name="fetch", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        conversation.hang_up()
        raise FetchFailed(fault=FetchFault.TOO_SLOW, detail=f"more than {seconds:g} s")
    return conversation.result()


class _Conversation:
    def __init__(self, address: str, *, seconds: float, largest: int, body: bytes | None, kind: str) -> None:
        self._parts = urlsplit(address)
        self._seconds = seconds
        self._largest = largest
        self._body = body
        self._kind = kind
        self._line: socket.socket | None = None
        self._hung_up = False
        self._answer: bytes | FetchFailed | None = None

    def hold(self) -> None:
        try:
            self._answer = self._asked()
        except FetchFailed as no:
            self._answer = no
        except TimeoutError:
            self._answer = FetchFailed(fault=FetchFault.TOO_SLOW)
        except ssl.SSLError as trouble:
            self._answer = FetchFailed(fault=FetchFault.NOT_TRUSTED, detail=trouble.reason or "")
        except IncompleteRead:
            self._answer = FetchFailed(fault=FetchFault.CUT_SHORT)
        except OSError as trouble:
            self._answer = FetchFailed(fault=FetchFault.UNREACHABLE, detail=trouble.strerror or "")
        except (HTTPException, ValueError) as trouble:
            self._answer = FetchFailed(fault=FetchFault.NOT_HTTP, detail=type(trouble).__name__)
        finally:
            self.hang_up()

    def result(self) -> bytes:
        if self._answer is None:
            raise FetchFailed(fault=FetchFault.NOT_HTTP, detail="see the traceback above")
        if isinstance(self._answer, FetchFailed):
            raise self._answer
        return self._answer

    def hang_up(self) -> None:
        self._hung_up = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._line.close()

    def _asked(self) -> bytes:
        connection = self._connected()
        path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        headers = {"User-Agent": "registret", "Accept": "*/*"} | ({"Content-Type": self._kind} if self._kind else {})
        try:
            connection.request("POST" if self._body is not None else "GET", path, body=self._body, headers=headers)
            response = connection.getresponse()
            if 300 <= response.status < 400:
                raise FetchFailed(fault=FetchFault.REDIRECT, detail=str(response.status))
            if response.status != 200:
                raise FetchFailed(fault=FetchFault.STATUS, detail=str(response.status))
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise FetchFailed(fault=FetchFault.NOT_HTTP, detail="Content-Encoding")
            if response.length is not None and response.length > self._largest:
                raise FetchFailed(fault=FetchFault.TOO_LARGE, detail=f"{response.length} bytes")
            content = response.read(self._largest + 1)
            if len(content) > self._largest:
                raise FetchFailed(fault=FetchFault.TOO_LARGE, detail=f"more than {self._largest} bytes")
            if response.length:
                raise FetchFailed(fault=FetchFault.CUT_SHORT, detail=f"{response.length} bytes are missing")
            return content
        finally:
            connection.close()

    def _connected(self) -> HTTPConnection:
        host, is_tls = self._parts.hostname or "", self._parts.scheme == "https"
        port = self._parts.port or (443 if is_tls else 80)
        line = socket.create_connection((host, port), timeout=self._seconds)
        # Of its own, so that it can be cut whichever thread holds the other: TLS takes that one over.
        self._line = line.dup()
        if self._hung_up:
            self.hang_up()
        context = ssl.create_default_context() if is_tls else None
        connection = HTTPSConnection(host, port, context=context) if context else HTTPConnection(host, port)
        connection.sock = context.wrap_socket(line, server_hostname=host) if context else line
        return connection
