"""Templates are laid out for people who read them; pages are sent without the indentation."""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import app_directories

_INDENTATION = re.compile(r"(?<=\n) +")


class Loader(app_directories.Loader):
    """Reads HTML templates without what indents their lines, once: the cached loader keeps what it compiled.

    Lines stay lines, so that an error names the right one. Nothing that HTML shows depends on indentation: there is no
    `pre` in the templates, the content of a `textarea` stands on one line, and texts over several lines are `trimmed`.
    """

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return _INDENTATION.sub("", contents) if origin.name.endswith(".html") else contents
