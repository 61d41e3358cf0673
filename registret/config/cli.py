"""The command `registret`: the demo, the server, and one-off acts of an operator."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from typing import NoReturn

from registret.config import env, settings_file
from registret.config.env import SettingTrouble

DEMO_COMMANDS = {
    "demo": "Starts a whole country in a box, for one machine and nobody else",
    "demo-reset": "Deletes the demo's data",
    "demo-browser": "Opens a browser that holds one card of the demo",
    "demo-run": "Runs another command with the demo's settings: demo-run -- chores --dry-run",
}


OTHER_COMMANDS = {
    "push": "Sends a file of care episodes to a registry, as a record system does",
    "archive-wal": "Keeps a piece of PostgreSQL's write-ahead log, as PostgreSQL asks for",
}
"""Commands that others than the registry's operator run: they read no settings, and need no Django."""

WITHOUT_INSTALLATION = {"help", "check-definitions", "sbom"}
"""Commands that read no database, no key and no file that a setting names, unless it is set."""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registret.config.settings")
    try:
        _run(sys.argv[1:])
    except SettingTrouble as trouble:
        for line in str(trouble).splitlines():
            print(f"registret: {line}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _run(arguments: list[str]) -> None:
    if arguments and arguments[0] in DEMO_COMMANDS:
        _demo(arguments)
    if arguments in ([], ["help"], ["--help"], ["-h"]):
        _list_commands()
        return
    if arguments == ["--version"]:
        print(f"registret {version('registret')}")
        return
    if arguments[0] == "push":
        from registret.config.push import main as push

        sys.exit(push(arguments[1:]))
    if arguments[0] == "archive-wal":
        from registret.config.backup.base import main as archive

        sys.exit(archive(arguments[1:]))
    if arguments[0].replace("_", "-") in WITHOUT_INSTALLATION or {"--help", "-h"} & set(arguments):
        env.use_placeholders()
    else:
        settings_file.use(arguments[0].replace("_", "-"))
    _execute(arguments)


def _execute(arguments: list[str]) -> None:
    """One command, which is spelt with _ in files and with - everywhere else."""
    import django
    from django.core.management import BaseCommand, ManagementUtility

    from registret.config.sharing import reading

    class Registret(ManagementUtility):
        def fetch_command(self, subcommand: str) -> BaseCommand:
            with reading():
                return super().fetch_command(subcommand.replace("-", "_"))

    with reading():
        django.setup()
    Registret(["registret", *arguments]).execute()


def _demo(arguments: list[str]) -> NoReturn:
    # It makes its own settings before Django reads any, and its packages are not in production's lock.
    try:
        from registret.demo.main import run
    except ModuleNotFoundError as trouble:
        print(f"registret: {trouble.name} is missing: the demo needs requirements-demo.txt", file=sys.stderr)
        sys.exit(2)
    sys.exit(run(arguments, execute=_execute))


def _list_commands() -> None:
    env.use_placeholders()
    import django
    from django.core.management import find_commands, load_command_class

    from registret.config import management

    django.setup()
    folder = management.__path__[0]
    own = {name.replace("_", "-"): load_command_class("registret.config", name).help for name in find_commands(folder)}
    print("registret COMMAND …; `registret COMMAND --help` says what a command wants\n")
    for name, what in (DEMO_COMMANDS | OTHER_COMMANDS | own).items():
        print(f"  {name:16} {what.partition('. ')[0].removesuffix('.')}")
    print("\nDjango's own commands work too, migrate and check among them.")
    print("What there is to set: docs/settings.md")
