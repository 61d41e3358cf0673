"""Sets one document: reads what as JSON, writes the file. Run by `typeset`, and nothing else of registret is loaded.

In a process of its own, because Typst keeps parts of the last ten documents in memory, and these are patients'; because
a request must be able to give up; and because text that was typed in can make it panic.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from typing import Any

import typst

_MEMORY = 2 * 2**30
_PIXELS = 288.0
"""An inch of a picture: it is sharp on slides."""


def main() -> int:
    """Fail with Typst's message, without what it cites of the page."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        made = _made(json.load(sys.stdin.buffer))
    except typst.TypstError as no:
        sys.stderr.write(re.sub(r'`".*?"`', "…", no.message, flags=re.DOTALL))
        return 1
    sys.stdout.buffer.write(made)
    return 0


def _made(work: dict[str, Any]) -> bytes:
    return typst.compile(
        {name: text.encode() for name, text in work["files"].items()},
        # What is not among the files above is looked for here: there are only fonts.
        root=work["fonts"],
        font_paths=[work["fonts"]],
        ignore_system_fonts=True,
        package_path=work["fonts"],
        package_cache_path=work["fonts"],
        sys_inputs={"page": work["page"]},
        format=work["format"],
        ppi=_PIXELS,
        pdf_standards=["ua-1"],
        timestamp=work["at"],
    )


if __name__ == "__main__":
    sys.exit(main())
