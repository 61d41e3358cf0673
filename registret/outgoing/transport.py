"""HTTP to another service that takes small, plain answers only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import httpx2

LARGEST_ANSWER = 256 * 1024


class Unwanted(Exception):
    """An answer that nobody asked for: too large, compressed, or sending on to another place."""


class Capped(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        response = await super().handle_async_request(request)
        # Compressed, a small answer may be a large one.
        if response.is_redirect or response.headers.get("Content-Encoding", "identity") != "identity":
            await response.aclose()
            raise Unwanted()
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_CappedBody(cast(httpx2.AsyncByteStream, response.stream)),
        )


@dataclass(slots=True)
class _CappedBody(httpx2.AsyncByteStream):
    inner: httpx2.AsyncByteStream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self.inner:
            read += len(part)
            if read > LARGEST_ANSWER:
                raise Unwanted()
            yield part

    async def aclose(self) -> None:
        await self.inner.aclose()
