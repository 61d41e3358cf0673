"""The WSGI application: under the embedded listeners, gunicorn or any other server."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from django.core.wsgi import get_wsgi_application
from django.db import Error

from registret.config.env import SettingTrouble

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler


# gunicorn takes it for "the application cannot be loaded" and stops, instead of trying again for ever.
_CANNOT_LOAD = 4


def _checked() -> WSGIHandler:
    """Raises: SystemExit, after one line that says what is missing: the server does not start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registret.config.settings")
    try:
        made = get_wsgi_application()
    except SettingTrouble as trouble:
        _give_up(trouble)
    # Views and models can be imported only now.
    from registret.config.not_ready import NotReady

    try:
        _check()
    except NotReady as trouble:
        _give_up(trouble)
    return made


def _check() -> None:
    """Raises: NotReady."""
    from registret.config import ready, ready_database, ready_front

    ready.check_gates()
    ready.check_trust()
    ready.check_provider()
    ready.check_definitions()
    ready.check_opt_out_file()
    ready.check_static()
    ready_front.check_front()
    # A server may start before its database does; what is wrong with one that answers stops it.
    with suppress(Error):
        ready_database.check_fence()
        ready.check_forms_in_use()


def _give_up(trouble: Exception) -> NoReturn:
    for line in str(trouble).splitlines():
        print(f"registret: {line}", file=sys.stderr, flush=True)
    sys.exit(_CANNOT_LOAD)


application = _checked()
