from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import got_request_exception


class WebApp(AppConfig):
    name = "registret.web"
    label = "web"

    def ready(self) -> None:
        # What it stands on can be imported only now.
        from registret.web.fault import tell

        got_request_exception.connect(tell, dispatch_uid="registret.web.unexpected")
