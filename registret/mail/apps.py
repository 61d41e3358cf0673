from collections.abc import Sequence

from django.apps import AppConfig
from django.core import checks
from django.core.exceptions import ImproperlyConfigured


class MailApp(AppConfig):
    name = "registret.mail"
    label = "mail"

    def ready(self) -> None:
        checks.register(_mail_server)


def _mail_server(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[checks.CheckMessage]:
    # Here, not above: it reads settings, and templates of the app.
    from registret.mail.smtp import MailServer

    try:
        MailServer.from_settings()
    except ImproperlyConfigured as trouble:
        return [checks.Error(str(trouble), id="mail.E001")]
    return []
