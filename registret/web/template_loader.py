"""Where templates lie, and how they are read: each in its journey's folder, and without its indentation."""

from __future__ import annotations

import re
from pathlib import Path

from django.template import Origin
from django.template.loaders import app_directories

_WEB = Path(__file__).parent
_FOLDERS = (*sorted(_WEB.glob("*/templates")), _WEB.parent / "demo" / "templates")
_INDENTATION = re.compile(r"(?<=\n) +")


class Loader(app_directories.Loader):
    """Finds `<journey>/<page>.html` beside the views of the journey, and what all journeys share in the app's folder.

    Reads HTML without what indents its lines, once: the cached loader keeps what it compiled.

    Lines stay lines, so that an error names the right one. Nothing that HTML shows depends on indentation: there is no
    `pre` in the templates, the content of a `textarea` stands on one line, and texts over several lines are `trimmed`.
    """

    def get_dirs(self) -> list[str | Path]:
        return [*super().get_dirs(), *_FOLDERS]

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return _INDENTATION.sub("", contents) if origin.name.endswith(".html") else contents
