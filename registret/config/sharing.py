"""The program is read: without the garbage collector, and once for the workers of one server."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import django
from django.conf import settings

from registret.config.env import SettingTrouble


@contextmanager
def reading() -> Iterator[None]:
    """Import and read what stays as long as the process. The garbage collector would look through it again and again
    and find nothing; it takes an eighth of a start. It leaves alone afterwards what was read."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def read_once() -> None:
    """Import all that pages need, in the process that the workers come from. No connection is opened, no thread begun,
    and nothing is looked at: each worker does that for itself (`config.wsgi`).

    With a setting that is wrong nothing is read: a worker says so in one line, and the server stops.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registret.config.settings")
    # What the collector visits it writes to: each worker would have a copy again.
    with reading():
        try:
            django.setup()
        except SettingTrouble:
            return
        for module in (
            settings.ROOT_URLCONF,
            settings.CARD_URLCONF,
            "registret.web.middleware",
            "registret.config.ready",
        ):
            import_module(module)
        gc.collect()
