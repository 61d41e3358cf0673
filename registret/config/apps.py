from django.apps import AppConfig
from django.core import checks


class ConfigApp(AppConfig):
    name = "registret.config"
    label = "config"

    def ready(self) -> None:
        checks.register(_installation, "registret", deploy=True)


def _installation(app_configs: object, **options: object) -> list[checks.CheckMessage]:
    """`registret check --deploy` says what `registret doctor` would, of this machine and the database."""
    # What it takes to look at everything is nothing that a server needs.
    from registret.config.doctor import database, here
    from registret.config.doctor.examining import Diagnosis, findings

    found = findings((*here.CHECKS, *database.CHECKS))
    return [
        checks.Error(f"{one.name}: {one.told}", id="registret.E001") for one in found if one.verdict is Diagnosis.WRONG
    ]
