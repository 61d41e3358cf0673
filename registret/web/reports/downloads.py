"""What a page of an indicator gives to take along: its pictures, and its tables (`files`).

A picture has a style of its own, light, so that it looks alike in any program; as PNG it fits into slides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import wrap
from typing import Final

from django.http import HttpResponse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.access.refusals import NotFound
from registret.web.figures.pictures import EDGE
from registret.web.pieces import Link
from registret.web.typeset import png_of

_INK, _SOFT, _LINE, _EDGE, _GRAN, _SURFACE = "#17262b", "#4a5a60", "#dbd6ca", "#6c797e", "#0e5257", "#fff"
_REGION, _OK, _WARN = "#a85f00", "#24613a", "#744700"
STYLE: Final[Mapping[str, str]] = {
    "text": f"font:14px 'Liberation Sans',Arial,'Source Sans Pro',sans-serif;fill:{_SOFT};"
    f"paint-order:stroke;stroke:{_SURFACE};stroke-width:7px;stroke-linejoin:round",
    "path,polyline": f"fill:none;stroke:{_LINE}",
    ".e": "text-anchor:end",
    ".m": "text-anchor:middle",
    ".t-own": f"fill:{_GRAN};font-weight:600",
    ".t-reg": f"fill:{_REGION};font-weight:600",
    ".t-all": f"fill:{_INK};font-weight:600",
    ".c-band": f"fill:{_GRAN};opacity:.13",
    ".c-own": f"stroke:{_GRAN};stroke-width:3",
    ".c-reg": f"stroke:{_REGION};stroke-width:2",
    ".c-all": f"stroke:{_INK};stroke-width:2;stroke-dasharray:7 4",
    ".c-lim": f"stroke:{_EDGE};stroke-dasharray:2 4",
    ".c-in": f"stroke:{_EDGE};stroke-dasharray:6 4",
    ".c-wide": f"stroke:{_EDGE}",
    ".c-lead": f"stroke:{_SOFT}",
    ".c-bar": f"stroke:{_INK};stroke-width:2",
    ".b-own": f"fill:#e0eeec;stroke:{_GRAN};stroke-width:2",
    ".b-dot": f"fill:#eeebe3;stroke:{_EDGE}",
    ".b-high": f"fill:{_OK};opacity:.2",
    ".b-middle": f"fill:{_WARN};opacity:.15",
    ".solid": "stroke-width:3;stroke-dasharray:none",
    ".d-own": f"fill:{_GRAN};stroke:{_SURFACE};stroke-width:2",
    ".d-reg": f"fill:{_SURFACE};stroke:{_REGION};stroke-width:2",
    ".d-dot": f"fill:{_SURFACE};stroke:{_EDGE};stroke-width:2",
    ".d-all": f"fill:{_SURFACE};stroke:{_INK};stroke-width:2",
    ".d-out": f"fill:{_WARN};stroke:{_SURFACE}",
}
"""As `charts.css` dresses them in light."""
_SIZE: Final = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_ROW: Final = 19
_CAPTION_WIDTH: Final = 52
"""Characters of a line below a picture."""


def links_of(address: str, pictures: Mapping[str, SafeString]) -> Mapping[str, Sequence[Link]]:
    """By part of a page, its picture, if it has one, and its numbers. `address`: of the page. `pictures`: by part."""
    names = {
        "jamforelse": _("Jämförelsen"),
        "tratt": _("Tratten"),
        "kliniker": _("Klinikerna"),
        "tid": _("Kvartalen"),
        "grupper": _("Grupperna"),
    }
    found: dict[str, Sequence[Link]] = {}
    for part, name in names.items():
        drawn = [
            Link(_("%(what)s som bild (SVG)") % {"what": name}, f"{address}/{part}.svg"),
            Link(_("%(what)s som bild (PNG)") % {"what": name}, f"{address}/{part}.png"),
        ]
        numbers = Link(_("%(what)s som siffror (CSV)") % {"what": name}, f"{address}/{part}.csv")
        found[part] = (drawn if pictures.get(part) else []) + ([] if part == "tratt" else [numbers])
    return found


def picture_file(name: str, picture: SafeString | None, caption: str, *, kind: str, at: datetime) -> HttpResponse:
    """The picture of a page, to be saved as `name`, as `svg` or `png`. `caption` is its title, and stands below it.

    Raises: NotFound (the page has a sentence instead).
    """
    if not picture:
        raise NotFound()
    whole = _with_caption(picture, caption)
    if kind == "png":
        response = HttpResponse(png_of(whole, at=at), content_type="image/png")
    else:
        response = HttpResponse(whole, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _with_caption(picture: SafeString, caption: str) -> str:
    """The picture as a file of its own, a little taller."""
    rules = "".join(f"{what}{{{how}}}" for what, how in STYLE.items())
    lines = wrap(caption, _CAPTION_WIDTH, break_on_hyphens=False)
    width, height = (float(one) for one in _SIZE.findall(picture)[0])
    taller = f'viewBox="0 0 {width:g} {height + _ROW * len(lines) + 8:g}"'
    start, end, rest = _SIZE.sub(taller, picture, count=1).partition(">")
    below = "".join(
        f'<text x="{EDGE}" y="{height + _ROW * number:g}">{escape(line)}</text>' for number, line in enumerate(lines, 1)
    )
    named = f"<title>{escape(caption)}</title><style>{rules}</style>"
    return f'{start} xmlns="http://www.w3.org/2000/svg"{end}{named}{rest.removesuffix("</svg>")}{below}</svg>'
