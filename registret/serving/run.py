"""One process: the main site, the card door and the workers."""

from __future__ import annotations

import errno
import logging
import resource
import socket
import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import FilteringLogObserver, LogLevel, LogLevelFilterPredicate, STDLibLogObserver, globalLogBeginner

from registret.serving.announced import AnnouncedFactory
from registret.serving.card_door import door_front
from registret.serving.http import Front
from registret.serving.listener import Door, Listener, ServingTrouble
from registret.serving.site import site_front
from registret.serving.tls import Connections, door_connections, site_connections
from registret.serving.wire import WireFactory
from registret.serving.wsgi import Threads

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_log = logging.getLogger(__name__)

# Together under five seconds: for answers under way, then for threads.
_ANSWERS, _THREADS = 2.5, 1.5


class Background(Protocol):
    """Work on a thread of its own, beside the listeners."""

    @property
    def name(self) -> str: ...

    def start(self) -> None: ...

    def stop(self) -> None:
        """Ask it to stop. Does not wait."""

    def join(self, seconds: float) -> bool:
        """Wait for the end, at most so long; return whether it came."""


def serve(
    *,
    application: WSGIApplication,
    card_application: WSGIApplication,
    site: Listener,
    door: Door,
    site_origin: str = "",
    workers: Sequence[Background] = (),
    on_ready: Callable[[int, int], object],
) -> None:
    """Serve until SIGTERM or SIGINT. To be called once in a process, in its main thread.

    Plain HTTP on either port is sent to `site_origin`; without one it is not answered.

    Both ports are bound before anything else happens. `on_ready(site_port, door_port)` is called when both
    answer. On a signal no new connection is taken, answers under way are finished, and within five seconds
    this function returns.

    Raises:
        ServingTrouble: a port, a certificate or a key cannot be used; nothing was started.
    """
    with _bound(site.host, site.port) as site_socket, _bound(door.host, door.port) as door_socket:
        site_tls, door_tls = site_connections(site), door_connections(door)
        # Importing it makes the reactor of the process.
        from twisted.internet import reactor

        house = _House(reactor, workers=workers, site_origin=site_origin)
        at_site = site_front(site, application, reactor=reactor, threads=house.threads(site, name="site"))
        at_door = door_front(door, card_application, reactor=reactor, threads=house.threads(door, name="card-door"))
        _bridge_logs()
        _make_room(site.limits.connections + door.limits.connections)
        site_port = house.open(site_socket, site_tls, at_site, site.routers)
        door_port = house.open(door_socket, door_tls, at_door, door.routers)
    house.run(lambda: on_ready(site_port, door_port))


class _House:
    """What was started, and how it is stopped again."""

    def __init__(self, reactor: Any, *, workers: Sequence[Background], site_origin: str) -> None:
        self._reactor = reactor
        self._site_origin = site_origin
        self._workers = workers
        self._fronts: list[Front] = []
        self._threads: list[Threads] = []
        self._ports: list[Any] = []

    def threads(self, listener: Listener | Door, *, name: str) -> Threads:
        limits = listener.limits
        found = Threads(name=name, working=limits.threads, waiting=limits.slow_readers)
        self._threads.append(found)
        return found

    def open(self, listening: socket.socket, tls: Connections, front: Front, routers: frozenset[str]) -> int:
        self._fronts.append(front)
        wires: Any = WireFactory(tls, False, front, self._reactor, site=self._site_origin)
        factory = AnnouncedFactory(wires, routers=routers, reactor=self._reactor) if routers else wires
        self._ports.append(self._reactor.adoptStreamPort(listening.fileno(), listening.family, factory))
        return int(listening.getsockname()[1])

    def run(self, on_ready: Callable[[], object]) -> None:
        for threads in self._threads:
            threads.start()
        for worker in self._workers:
            worker.start()
        self._reactor.addSystemEventTrigger("before", "shutdown", self._close)
        self._reactor.callWhenRunning(on_ready)
        self._reactor.run()
        self._wait_for_threads()

    def _close(self) -> Deferred[object]:
        _log.info("stopping")
        for worker in self._workers:
            worker.stop()
        for port in self._ports:
            port.stopListening()
        # consumeErrors: after the time-out each front's own Deferred is cancelled, and nobody else listens to it.
        leaving = gatherResults([front.close() for front in self._fronts], consumeErrors=True)
        empty: Deferred[object] = leaving.addTimeout(_ANSWERS, self._reactor)
        return empty.addErrback(lambda late: _log.warning("stopped before every answer was given"))

    def _wait_for_threads(self) -> None:
        end = time.monotonic() + _THREADS
        # ThreadPool.stop() waits without end for its threads; they are daemons and may be left behind.
        stoppers = [Thread(target=threads.stop, daemon=True) for threads in self._threads]
        for stopper in stoppers:
            stopper.start()
        for stopper in stoppers:
            stopper.join(max(0, end - time.monotonic()))
        for worker in self._workers:
            if not worker.join(max(0, end - time.monotonic())):
                _log.warning("worker %s was left behind at work", worker.name)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=1024)
    except socket.gaierror as e:
        raise ServingTrouble(f"{host} is no address of this machine: {e.strerror}") from e
    except OSError as e:
        raise ServingTrouble(_why(host, port, e)) from e
    listening.setblocking(False)
    return listening


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is in use: another program listens on {host}; stop it or choose another port"
        case errno.EACCES:
            return f"port {port} may not be opened by this user: choose one above 1023"
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine"
        case _:
            return f"port {port} on {host} cannot be opened: {error.strerror}"


def _bridge_logs() -> None:
    # Below warnings, Twisted logs who connected from where.
    serious: Any = LogLevelFilterPredicate(LogLevel.warn)
    python: Any = STDLibLogObserver(f"{__name__}.twisted")
    observer: Any = FilteringLogObserver(python, [serious])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def _make_room(connections: int) -> None:
    # Debian gives a process 1024 open files unless it asks for more.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 256
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
