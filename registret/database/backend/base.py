"""The connection that Django makes for each thread."""

from __future__ import annotations

import select
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool, PoolTimeout

from registret.database.backend.breaker import Breaker
from registret.database.gone import first_line

breaker: Final = Breaker()
"""Of this process."""


class DatabaseGone(psycopg.OperationalError):
    """It did not answer a moment ago, and was not asked again."""


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Raises: psycopg.OperationalError; its subclass DatabaseGone at once."""
        if not breaker.may_try():
            raise DatabaseGone("the database did not answer a moment ago")
        try:
            made = self._living(conn_params)
        except psycopg.OperationalError as trouble:
            # All connections in use is no sign that the database is gone.
            if not (isinstance(trouble, PoolTimeout) and self._is_full()):
                breaker.fails(first_line(trouble))
            raise
        breaker.works()
        return made

    def _living(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection of the pool that the server has not closed meanwhile."""
        while not _is_alive(made := super().get_new_connection(conn_params)):
            made.close()
            self.pool.putconn(made)  # type: ignore[attr-defined]  # the stubs lack it
        return made

    def _is_full(self) -> bool:
        stats = self.pool.get_stats()  # type: ignore[attr-defined]  # the stubs lack it
        return bool(stats["pool_size"] >= stats["pool_max"])


def _is_alive(connection: Any) -> bool:
    """A server that goes away closes its connections, so one with nothing to read is there. To ask it, as
    CONN_HEALTH_CHECKS does, costs each request a statement."""
    ready = select.poll()
    ready.register(connection.fileno(), select.POLLIN)
    if not ready.poll(0):
        return True
    try:
        # It may also have told that one of its settings has changed.
        ConnectionPool.check_connection(connection)
    except psycopg.OperationalError:
        return False
    return True
