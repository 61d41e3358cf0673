"""Holds the layout of HTML, CSS, JavaScript and Typst: `python tools/layout.py`.

No line is longer than 120 characters. In HTML a line begins at most one block element and ends at most one; in CSS a
line holds one declaration. Prints every line that breaks a rule, and fails if there is one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "registret"
WIDTH = 120

# Elements that stand on lines of their own. The others flow with the text.
_BLOCKS = (
    "address|article|aside|blockquote|body|caption|datalist|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|"
    "footer|form|h1|h2|h3|h4|h5|h6|head|header|hr|html|legend|li|link|main|meta|nav|ol|optgroup|option|p|pre|script|"
    "section|select|summary|table|tbody|td|template|tfoot|th|thead|tr|ul"
)
_BEGIN = re.compile(rf"<(?:{_BLOCKS})(?=[\s>/]|$)")
_END = re.compile(rf"</(?:{_BLOCKS})>")
_CSS_STRING = re.compile(r'"[^"]*"|url\([^)]*\)|/\*.*?\*/')


def faults(file: Path) -> Iterator[tuple[int, str]]:
    """The lines of `file` that break a rule, each with its number and the rule."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > WIDTH:
            yield number, f"longer than {WIDTH} characters ({len(line)})"
        if file.suffix == ".html" and max(len(_BEGIN.findall(line)), len(_END.findall(line))) > 1:
            yield number, "more than one block element"
        if file.suffix == ".css" and _declarations(line) > 1:
            yield number, "more than one declaration"


def _declarations(line: str) -> int:
    """Ends of declarations and of rules. A rule on one line has two: its brace, and what stands before it."""
    bare = _CSS_STRING.sub("", line)
    return bare.count(";") + (("{" in bare and "}" in bare) * 2)


def main() -> int:
    files = sorted(file for kind in ("html", "css", "js", "typ") for file in PACKAGE.rglob(f"*.{kind}"))
    found = [f"{file.relative_to(PACKAGE.parent)}:{n}: {rule}" for file in files for n, rule in faults(file)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
