"""What the workers of one server share: the program, read before they part."""

from __future__ import annotations

import gc
import os
from importlib import import_module

import django
from django.conf import settings

from registret.config.env import SettingTrouble


def read_once() -> None:
    """Import all that pages need, in the process that the workers come from. No connection is opened, no thread begun,
    and nothing is looked at: each worker does that for itself (`config.wsgi`).

    With a setting that is wrong nothing is read: a worker says so in one line, and the server stops.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registret.config.settings")
    try:
        django.setup()
    except SettingTrouble:
        return
    for module in (settings.ROOT_URLCONF, settings.CARD_URLCONF, "registret.config.ready"):
        import_module(module)
    # The collector would write to what it visits, and each worker would have a copy again.
    gc.collect()
    gc.freeze()
