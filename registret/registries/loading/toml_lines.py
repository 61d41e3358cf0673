"""On which line of a TOML file a table or a key stands: `tomllib` does not tell, and an error without it is half."""

from __future__ import annotations

import re
from collections import Counter

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)(\.[A-Za-z0-9_.-]+)?\s*=")
_SYNTAX = re.compile(r"at line (\d+)")


class TomlLines:
    """Looks up paths such as `("section", 0, "variable", 2, "hard")`: names of tables and keys, numbers in lists."""

    def __init__(self, text: str) -> None:
        self._line: dict[tuple[str | int, ...], int] = {(): 1}
        at: tuple[str | int, ...] = ()
        lists: Counter[tuple[str | int, ...]] = Counter()
        quote = ""
        in_array: tuple[str | int, ...] | None = None
        items = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if not quote:
                header, key = _HEADER.match(line), _KEY.match(line)
                if header:
                    at = self._enter(header[2].split("."), lists, in_list=header[1] == "[[")
                    self._line.setdefault(at, number)
                    in_array = None
                elif key:
                    self._line.setdefault((*at, key[1]), number)
                    in_array, items = ((*at, key[1]), 0) if line.rstrip().endswith("[") else (None, 0)
                elif in_array and line.lstrip().startswith("{"):
                    # A list of inline tables, one on each line.
                    self._line.setdefault((*in_array, items), number)
                    items += 1
            quote = _open_quote(line, quote)

    def of(self, *path: str | int) -> int:
        """The line of the nearest thing that is found on the way to `path`."""
        while path not in self._line:
            path = path[:-1]
        return self._line[path]

    @staticmethod
    def of_syntax(error: ValueError) -> int:
        """The line that `tomllib` complains of; 1 if it does not say."""
        found = _SYNTAX.search(str(error))
        return int(found[1]) if found else 1

    @staticmethod
    def _enter(names: list[str], lists: Counter[tuple[str | int, ...]], *, in_list: bool) -> tuple[str | int, ...]:
        """The path of a header: `[[section.variable]]` is the next variable of the newest section."""
        path: tuple[str | int, ...] = ()
        for name in names[:-1]:
            path = (*path, name)
            if lists[path]:
                path = (*path, lists[path] - 1)
        path = (*path, names[-1])
        if in_list:
            lists[path] += 1
            path = (*path, lists[path] - 1)
        return path


def _open_quote(line: str, quote: str) -> str:
    """The triple quotes that are still open after this line."""
    rest = line
    while True:
        if quote:
            _, found, rest = rest.partition(quote)
            if not found:
                return quote
            quote = ""
        opening = min((q for q in ('"""', "'''") if q in rest), key=rest.index, default="")
        if not opening:
            return ""
        quote, (_, _, rest) = opening, rest.partition(opening)
