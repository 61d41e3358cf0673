from __future__ import annotations

import logging
import sys
import traceback

from django.apps import AppConfig
from django.core.signals import got_request_exception
from django.http import HttpRequest

log = logging.getLogger("registret.web")


class Web(AppConfig):
    name = "registret.web"
    label = "web"

    def ready(self) -> None:
        got_request_exception.connect(log_unexpected, dispatch_uid="registret.web.unexpected")


def log_unexpected(sender: object, request: HttpRequest | None = None, **kwargs: object) -> None:
    """What an operator needs to mend an error: where and of which kind. Its text and the address may name people."""
    kind, _, where = sys.exc_info()
    match = request.resolver_match if request is not None else None
    log.error(
        "unexpected %s in view %s\n%s",
        kind.__name__ if kind else "error",
        match.view_name if match else "-",
        "".join(traceback.format_tb(where)).rstrip(),
    )
