"""How static files are stored: under names that change with what they hold, also where a script imports another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET: Final = "registret.css"
_IMPORT: Final = re.compile(r'@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>\w+)\);')


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Replaces the names in `import … from "./other.js"`, and makes one file of the stylesheet and its parts."""

    support_js_module_import_aggregation = True
    # Two releases may share a folder: each knows its own files by a list of its own, and those of the other are kept.
    manifest_name = f"staticfiles-{version('registret')}.json"

    def post_process(self, paths: Mapping[str, tuple[Storage, str]], dry_run: bool = False, **options: Any) -> Any:
        if STYLESHEET in paths:
            storage, path = paths[STYLESHEET]
            paths = {**paths, STYLESHEET: (_Joined(storage), path)}
        return super().post_process(paths, dry_run, **options)  # type: ignore[no-untyped-call]


class _Joined(Storage):
    """The stylesheet as one file: a browser that reads `@import` asks for each part after it has read the whole."""

    def __init__(self, source: Storage) -> None:
        self._source = source

    def open(self, name: str, mode: str = "rb") -> File[bytes]:
        def part(found: re.Match[str]) -> str:
            return f"@layer {found['layer']} {{\n{self._read(found['name'])}}}\n"

        return ContentFile(_IMPORT.sub(part, self._read(name)).encode())

    def _read(self, name: str) -> str:
        with self._source.open(name) as file:
            return str(file.read(), "utf-8")
