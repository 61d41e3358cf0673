"""svg.py, which is read when the first picture is drawn: its hundreds of classes take 60 ms of a start.

from registret.web.figures.drawing import svg
"""

from __future__ import annotations

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import svg

__all__ = ["svg"]


def _read_when_used(name: str) -> ModuleType:
    """A module that is executed when something in it is first named: the recipe of `importlib`'s documentation.

    Raises: ModuleNotFoundError.
    """
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name=name)
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    svg = _read_when_used("svg")
