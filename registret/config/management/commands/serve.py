"""`registret serve`: the site, the card door and the workers in one process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

from registret.chores.running import begin_heartbeats, close_database, workers
from registret.config import ready, ready_database, ready_front
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady
from registret.config.sharing import reading
from registret.revocation.trust import revocation, trust
from registret.serving import Door, Listener, ServingTrouble, serve


def _get_ready() -> None:
    """Raises: NotReady."""
    ready_front.check_no_front()
    ready.check_gates()
    ready.check_trust()
    ready.check_definitions()
    ready.check_mail()
    ready.check_opt_out_file()
    ready.check_provider()
    ready_database.check_database()
    ready.check_forms_in_use()
    # Now, so that the first login need not wait for it.
    revocation().warm()
    ready.collect_static()


def _site() -> Listener:
    return Listener(
        host=settings.LISTEN_ADDRESS,
        port=settings.LISTEN_SITE_PORT,
        certificate=settings.SITE_CERTIFICATE.path,
        key=settings.SITE_KEY.path,
        routers=settings.ROUTERS,
    )


def _door() -> Door:
    return Door(
        host=settings.LISTEN_ADDRESS,
        port=settings.LISTEN_CARD_PORT,
        certificate=settings.CARD_CERTIFICATE.path,
        key=settings.CARD_KEY.path,
        issuers=tuple(trust().names()),
        routers=settings.ROUTERS,
    )


class Command(Program):
    help = "Serves the site and the card hosts over HTTPS and sends the letters, until SIGTERM or Ctrl-C."
    says = "registret: "
    # For a caller in the same process: `call_command("serve", on_ready=...)`.
    stealth_options = ("on_ready",)

    def handle(self, *args: Any, on_ready: Callable[[], object] | None = None, **options: Any) -> None:
        try:
            with reading():
                _get_ready()
                # Not imported before: it refuses to be, without static files or with a view that has no gate.
                from registret.config.wsgi import application

            begin_heartbeats()
            serve(
                application=application,
                card_application=application,
                site=_site(),
                door=_door(),
                site_origin=settings.SITE_ORIGIN,
                workers=workers(),
                on_ready=lambda site_port, card_port: on_ready() if on_ready else self._say(site_port, card_port),
            )
        except (NotReady, ServingTrouble) as trouble:
            self.stop(trouble)
        finally:
            close_database()

    def _say(self, site_port: int, card_port: int) -> None:
        where = f"{settings.LISTEN_ADDRESS} port {site_port}, its card hosts on port {card_port}"
        self.stdout.write(f"registret: {settings.SITE_ORIGIN} is served on {where}")
        self.stdout.flush()
