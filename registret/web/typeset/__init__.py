"""Documents for paper, as PDF that a screen reader can read (PDF/UA-1), made in memory and kept nowhere.

A template in Typst (`<journey>/templates/<journey>/<name>.typ`) says how a document looks; the page that it gets is
data and is never read as markup. The document is set in a process of its own (`process`).

Measured, in seconds of one core: a log extract of 300 entries takes 0.15, of 1,000 0.3, of 4,000 1.1, and then the
process needs 270 megabytes and the file has 4. That is the longest (`extracts.PAPER_ROWS`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import font_source_sans_pro
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registret.kernel.refused import Refused
from registret.kernel.sweden import SWEDEN
from registret.web.typeset.characters import drawable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SECONDS: Final = 20
"""A document that takes longer is given up: gunicorn's workers and the fronts wait for 30."""

_WEB: Final = Path(__file__).parent.parent
# Started, not imported: the site does without Typst in its memory.
_PROCESS: Final = Path(__file__).with_name("process.py")
_FRAME: Final = _WEB / "templates" / "paper.typ"
_PICTURE: Final = '#set page(width: auto, height: auto, margin: 8pt)\n#image("picture.svg")'
_FONTS: Final = Path(font_source_sans_pro.__file__).parent / "files"
# Typst fetches the packages that a template names. Ours name none, and what is no proxy fetches none.
_ENVIRONMENT: Final = {"ALL_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9", "RUST_BACKTRACE": "0"}


class TakesTooLong(Refused, code="document.takes_too_long", status=503):
    """The document takes more time or memory than a request may. Nothing was made.

    A page says so, and what to do instead, whatever document it was.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around every document. `full_title`: of the file; `foot`: on each page, before `page_of`."""

    title: str
    full_title: str
    subtitle: str
    author: str
    language: str
    foot: str
    page_of: str


def frame(title: str, *, about: str, at: datetime) -> Frame:
    """In the active language. `about`: what the document is about, in its foot."""
    foot = (settings.REGISTRY_NAME, title, about, f"{at.astimezone(SWEDEN):%Y-%m-%d %H:%M}")
    return Frame(
        title=title,
        full_title=f"{title}, {settings.REGISTRY_NAME}",
        subtitle=f"{settings.REGISTRY_NAME}, {settings.CENTRAL_CONTROLLER}",
        author=settings.CENTRAL_CONTROLLER,
        language=get_language() or settings.LANGUAGE_CODE,
        foot=" · ".join(part for part in foot if part),
        page_of=_("sida %(n)s av %(all)s") % {"n": "{n}", "all": "{all}"},
    )


def typeset(template: str, page: DataclassInstance, *, at: datetime) -> bytes:
    """Return the PDF that `template` (`cases/log_extract.typ`) makes of `page`. Raises: TakesTooLong."""
    journey = template.partition("/")[0]
    main = _WEB / journey / "templates" / template
    files = {"main.typ": main.read_text(encoding="utf-8"), _FRAME.name: _FRAME.read_text(encoding="utf-8")}
    return compiled(files, page=drawable(asdict(page)), at=at)


def png_of(svg: str, *, at: datetime) -> bytes:
    """Return a picture as PNG. Its fonts are those of the documents. Raises: TakesTooLong."""
    return compiled({"main.typ": _PICTURE, "picture.svg": svg}, page={}, at=at, kind="png")


def compiled(files: dict[str, str], *, page: Any, at: datetime, kind: Literal["pdf", "png"] = "pdf") -> bytes:
    """Return what `main.typ` among the files makes, for which `page` is `sys.inputs.page`. Raises: TakesTooLong."""
    work = {"files": files, "page": json.dumps(page), "fonts": str(_FONTS), "at": int(at.timestamp()), "format": kind}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROCESS)],
            input=json.dumps(work).encode(),
            capture_output=True,
            env=_ENVIRONMENT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise TakesTooLong() from late
    if done.returncode < 0:
        raise TakesTooLong()
    if done.returncode:
        raise RuntimeError(f"typst refused: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
