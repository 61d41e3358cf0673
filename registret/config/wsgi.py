"""The WSGI application: under the embedded listeners, gunicorn or any other server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler


def _checked() -> WSGIHandler:
    """Raises: NotReady (a view that nobody has decided about, or no static files): the server does not start."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registret.config.settings")
    made = get_wsgi_application()
    # Views and models can be imported only now.
    from registret.config import ready

    ready.check_gates()
    ready.check_static()
    return made


application = _checked()
