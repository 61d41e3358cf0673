"""What is broken, for how long it stays so, and how it is mended."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import psutil

from tests.chaos import mounts
from tests.chaos.ca import Lie
from tests.chaos.mail import Mood
from tests.chaos.place import NODES, WORKERS, Place, eventually
from tests.chaos.promotion import Standby

LOST: Final = 0.25
"""Of the answers to COMMIT. A request has several, most of them before it comes to what was asked for."""

Mend = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`begin` breaks something and returns what mends it.

    `repeats`: a letter that is being handed over meanwhile may be sent again, under the same Message-ID. Where a mail
    server took a letter and the sender cannot write that down, nothing else is possible that loses none.
    `is_possible`: whether this machine has what it takes: mounts of its own (`tests.chaos.mounts`), a C compiler.
    """

    name: str
    begin: Callable[[Place, random.Random], Mend]
    repeats: bool = False
    is_possible: Callable[[], bool] = lambda: True


def _has_compiler() -> bool:
    return shutil.which("cc") is not None


def _killed(names: tuple[str, ...]) -> Callable[[Place, random.Random], Mend]:
    def begin(place: Place, chance: random.Random) -> Mend:
        name = chance.choice(names)
        place.kill(name)
        return lambda: place.start_one(name)

    return begin


def _frozen(names: tuple[str, ...]) -> Callable[[Place, random.Random], Mend]:
    def begin(place: Place, chance: random.Random) -> Mend:
        process = place.running[chance.choice(names)]
        process.send_signal(signal.SIGSTOP)
        return lambda: process.send_signal(signal.SIGCONT)

    return begin


def _database_stopped(number: signal.Signals) -> Callable[[Place, random.Random], Mend]:
    def begin(place: Place, chance: random.Random) -> Mend:
        place.stop_database(number)
        return place.start_database

    return begin


def _connection_killed(place: Place, chance: random.Random) -> Mend:
    """PostgreSQL then ends all others as well, and recovers."""
    with suppress(psutil.NoSuchProcess):
        chance.choice(place.database()[1:]).kill()
    return lambda: None


def _database_frozen(place: Place, chance: random.Random) -> Mend:
    stopped = place.database()
    for process in stopped:
        with suppress(psutil.NoSuchProcess):
            process.suspend()

    def mend() -> None:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()

    return mend


def _cut_off(names: tuple[str, ...]) -> Callable[[Place, random.Random], Mend]:
    def begin(place: Place, chance: random.Random) -> Mend:
        way = place.ways[chance.choice(names)]
        way.cut()
        return way.mend

    return begin


def _silent(place: Place, chance: random.Random) -> Mend:
    way = place.ways[chance.choice(NODES)]
    way.hush()
    return way.mend


def _silent_and_cut(place: Place, chance: random.Random) -> Mend:
    """What was held back never arrives."""
    way = place.ways[chance.choice(NODES)]
    way.hush()

    def mend() -> None:
        way.cut()
        way.mend()

    return mend


def _answers_lost(place: Place, chance: random.Random) -> Mend:
    ways = [place.ways[name] for name in NODES + WORKERS]
    for way in ways:
        way.loses_answers = LOST

    def mend() -> None:
        for way in ways:
            way.mend()

    return mend


def _mail_server(mood: Mood) -> Callable[[Place, random.Random], Mend]:
    def begin(place: Place, chance: random.Random) -> Mend:
        moody = place.moody
        assert moody is not None
        moody.mood = mood

        def mend() -> None:
            moody.mood = Mood.WELL

        return mend

    return begin


def _mail_refused(place: Place, chance: random.Random) -> Mend:
    moody = place.moody
    assert moody is not None
    moody.refuse_with = chance.choice(["451 4.2.2 Mailbox full", "421 4.3.2 Closing"])

    def mend() -> None:
        moody.refuse_with = None

    return mend


def _mail_server_gone(place: Place, chance: random.Random) -> Mend:
    assert place.moody is not None
    place.moody.stop()
    return place.moody.start


def _disk_full(place: Place, chance: random.Random) -> Mend:
    assert place.disk is not None
    place.disk.fill()

    def mend() -> None:
        assert place.disk is not None
        place.disk.empty()
        if not place.has_database():
            place.start_database()

    return mend


def _disk_of_marks_full(place: Place, chance: random.Random) -> Mend:
    assert place.disk_of_marks is not None
    place.disk_of_marks.fill()
    return place.disk_of_marks.empty


def _names_gone(place: Place, chance: random.Random) -> Mend:
    assert place.names is not None
    place.names.forget()
    return place.names.know


def _clock_wrong(ahead: int) -> Callable[[Place, random.Random], Mend]:
    def begin(place: Place, chance: random.Random) -> Mend:
        name = chance.choice(NODES)
        place.kill(name)
        place.start_one(name, ahead=ahead)

        def mend() -> None:
            place.kill(name)
            place.start_one(name)

        return mend

    return begin


def _ca(lie: Lie) -> Callable[[Place, random.Random], Mend]:
    """The list is fetched meanwhile, and no answer about a card is kept. What is known must go on to decide."""

    def begin(place: Place, chance: random.Random) -> Mend:
        ca = place.ca
        assert ca is not None
        ca.lie = lie
        place.change_database("DELETE FROM revocation_keptanswer")
        assert not place.fetch_lists(), f"a list that is {lie} was taken"

        def mend() -> None:
            ca.lie = Lie.NONE
            assert place.fetch_lists(), "the list is not taken again"

        return mend

    return begin


def _promoted(place: Place, chance: random.Random) -> Mend:
    server = place.server
    assert server is not None
    standby = Standby(server, "registret")
    eventually(lambda: standby.follows(server))
    place.signal_database(signal.SIGKILL)
    return lambda: place.fall_over(standby)


FAULTS: Final = (
    Fault(name="node killed", begin=_killed(NODES), repeats=True),
    Fault(name="worker killed", begin=_killed(WORKERS), repeats=True),
    Fault(name="node frozen", begin=_frozen(NODES)),
    Fault(name="worker frozen", begin=_frozen(WORKERS)),
    Fault(name="node's clock an hour ahead", begin=_clock_wrong(3600), repeats=True, is_possible=_has_compiler),
    Fault(name="node's clock an hour behind", begin=_clock_wrong(-3600), repeats=True, is_possible=_has_compiler),
    Fault(name="PostgreSQL stopped", begin=_database_stopped(signal.SIGINT), repeats=True),
    Fault(name="PostgreSQL stopped at once", begin=_database_stopped(signal.SIGQUIT), repeats=True),
    Fault(name="PostgreSQL dead, its standby promoted", begin=_promoted, repeats=True),
    Fault(name="process of PostgreSQL killed", begin=_connection_killed, repeats=True),
    Fault(name="PostgreSQL frozen", begin=_database_frozen, repeats=True),
    Fault(name="node cut off from PostgreSQL", begin=_cut_off(NODES), repeats=True),
    Fault(name="worker cut off from PostgreSQL", begin=_cut_off(WORKERS), repeats=True),
    Fault(name="node's network silent", begin=_silent, repeats=True),
    Fault(name="node's network silent, then cut", begin=_silent_and_cut, repeats=True),
    Fault(name="answers to COMMIT lost", begin=_answers_lost, repeats=True),
    Fault(name="mail server hangs", begin=_mail_server(Mood.HANGS)),
    Fault(name="mail server refuses", begin=_mail_refused),
    Fault(name="mail server drops letters", begin=_mail_server(Mood.DROPS)),
    Fault(name="mail server keeps them unsaid", begin=_mail_server(Mood.KEEPS_AND_DROPS), repeats=True),
    Fault(name="mail server gone", begin=_mail_server_gone, repeats=True),
    *(Fault(name=f"revocation {lie}", begin=_ca(lie)) for lie in Lie if lie is not Lie.NONE),
    Fault(name="disk of PostgreSQL full", begin=_disk_full, repeats=True, is_possible=mounts.are_own),
    Fault(name="disk of the opt-outs' marks full", begin=_disk_of_marks_full, is_possible=mounts.are_own),
    Fault(name="names not found", begin=_names_gone, repeats=True, is_possible=mounts.are_own),
)
CALM: Final = Fault(name="none", begin=lambda place, chance: lambda: None)
ENDING: Final = Fault(name="stopped at the end", begin=lambda place, chance: lambda: None, repeats=True)


def drawn(rounds: int, among: Sequence[Fault], chance: random.Random) -> list[Fault]:
    """Each fault as often as the others, give or take one, in a random order."""
    found: list[Fault] = []
    while len(found) < rounds:
        found += chance.sample(among, len(among))
    return found[:rounds]
