"""*Journal X* at the API, without TLS: each request is signed anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.rooms.access.systems import Journal
from tests.rooms.web.client import Browser

IMPORTS = "/api/v1/imports"


@dataclass(slots=True)
class Machine:
    """A record system that asks."""

    journal: Journal
    client: Browser = field(default_factory=lambda: Browser(enforce_csrf_checks=True))

    def get(self, path: str, **signed: Any) -> Any:
        return self.client.get(path, headers=self.signed(**signed))

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.signed())

    def send(
        self,
        content: bytes,
        *,
        key: str = "",
        mapping: str = "pneumoni",
        content_type: str = "text/csv",
        more: str = "&dry-run=true",
    ) -> Any:
        headers = self.signed() | {"Idempotency-Key": key or uuid4().hex}
        path = f"{IMPORTS}?mapping={mapping}{more}"
        return self.client.post(path, content, content_type=content_type, headers=headers)

    def signed(self, **signed: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.journal.assertion(timezone.now(), **signed)}"}
