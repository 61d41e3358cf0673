"""`registret demo` and its like: a country in a box, for one machine and for nobody else."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sys
from collections.abc import Callable
from typing import Final

from registret.demo.browser import BrowserTrouble, CardBrowser
from registret.demo.people import cast
from registret.demo.place import PREFIX, DemoTrouble, Place
from registret.demo.postgres import PostgresTrouble, remove
from registret.demo.reader import PIN
from registret.demo.start import settings_of, start

# They make settings of their own. `serve` would be a second demo.
_OF_THE_DEMO: Final = {"demo", "demo-browser", "demo-reset", "demo-run", "serve"}


def run(arguments: list[str], *, execute: Callable[[list[str]], None]) -> int:
    """Does what the command line says and returns the exit code. Trouble becomes one line on stderr. `execute` runs
    another command, once there are settings."""
    wanted = _parser().parse_args(arguments)
    try:
        place = Place.here()
        match wanted.command:
            case "demo":
                start(place)
            case "demo-reset":
                _reset(place)
            case "demo-browser":
                _browser(place, wanted.card, pin=wanted.pin == "yes")
            case "demo-run":
                _run(place, wanted.words, execute)
    except (DemoTrouble, PostgresTrouble, BrowserTrouble) as trouble:
        return _refused(str(trouble))
    except OSError as trouble:
        if trouble.filename is None:
            raise
        return _refused(f"{trouble.filename}: {trouble.strerror} ({PREFIX}DEMO_FOLDER names another folder)")
    return 0


def _reset(place: Place) -> None:
    if not place.folder.exists():
        print(f"Det finns ingen demo att ta bort ({place.folder}).")
        return
    with place.held():
        # First what refuses if the database is in use.
        remove(place.database)
        shutil.rmtree(place.folder)
    print(f"Demons databas, utfärdare, kort och mejl är borttagna ({place.folder}). `make demo` börjar om från början.")
    if "DATABASE_URL" in os.environ:
        print("Databasen som DATABASE_URL pekar ut är orörd.")


def _browser(place: Place, card: str, *, pin: bool) -> None:
    if card == "?":
        print(f"Kort (CARD=…):{_cards()}")
        return
    offered = cast.BROWSERS.get(card)
    if offered is None:
        raise DemoTrouble(f"det finns inget kort som heter {card}. CARD är något av:{_cards()}")
    running = place.running()
    if running is None:
        raise DemoTrouble("the demo is not running: start it with `make demo` in another terminal")
    if not _answers(running.site_port):
        raise DemoTrouble(f"the demo is starting at {running.site}: wait until it says that it is there")
    browser = CardBrowser(cards=[place.cards / name for name in offered.files], web_root=place.web_root, pin=pin)
    print(f"{offered.what[0].upper()}{offered.what[1:]}. Stäng webbläsaren när du är klar.", flush=True)
    if pin:
        print(f"Kortets PIN-kod är {PIN}.", flush=True)
    if sys.stdin.isatty():
        print("Tryck Enter här för att ta ut kortet ur läsaren, och Enter igen för att sätta i det.", flush=True)
    else:
        print("Kör kommandot i en terminal om du vill ta ut kortet ur läsaren: där räcker Enter.", flush=True)
    browser.open(running.site, commands=sys.stdin if sys.stdin.isatty() else None)


def _run(place: Place, words: list[str], execute: Callable[[list[str]], None]) -> None:
    words = words[1:] if words[:1] == ["--"] else words
    if not words or words[0] in _OF_THE_DEMO:
        raise DemoTrouble("which command? For example: registret demo-run -- chores --dry-run")
    with settings_of(place):
        execute(words)


def _cards() -> str:
    return "".join(f"\n  {name:17} {found.what}" for name, found in cast.BROWSERS.items())


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="registret")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="start the demo")
    commands.add_parser("demo-reset", help="delete the demo's data")
    browser = commands.add_parser("demo-browser", help="open a browser that holds one demo card")
    browser.add_argument("--card", default="reporter", help=", ".join(cast.BROWSERS))
    browser.add_argument("--pin", default="no", choices=("no", "yes"), help="yes: the card asks for a PIN (SoftHSM2)")
    other = commands.add_parser("demo-run", help="run another command with the demo's settings")
    other.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND …", help="such as: chores --dry-run")
    return parser


def _refused(why: str) -> int:
    print(f"registret: {why}", file=sys.stderr)
    return 1
