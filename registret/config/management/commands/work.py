"""`registret work`: the workers alone, beside an installation whose pages another server serves."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any

from registret.chores.running import begin_heartbeats, close_database, workers
from registret.config import ready, ready_database
from registret.config.management.decided import Program
from registret.config.not_ready import NotReady

# Letters on their way are handed over within this many seconds, or sent again under the same Message-ID later.
_PATIENCE = 4.0


class Command(Program):
    help = (
        "Sends the letters, keeps revocation lists fresh and forgets what is old, until SIGTERM or Ctrl-C. "
        "`registret serve` does so itself."
    )
    says = "registret: "

    def handle(self, *args: Any, **options: Any) -> None:
        told_to_stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told_to_stop.set())
        try:
            ready.check_trust()
            ready.check_mail()
            ready.check_opt_out_file()
            ready_database.check_database()
            begin_heartbeats()
            running = workers()
            for worker in running:
                worker.start()
            self.stdout.write("registret: at work")
            self.stdout.flush()
            told_to_stop.wait()
            for worker in running:
                worker.stop()
            for worker in running:
                worker.join(_PATIENCE)
        except NotReady as trouble:
            self.stop(trouble)
        finally:
            close_database()
