"""The command `registret`: the demo, the server, and one-off acts of an operator."""

from __future__ import annotations

import os
import sys

from registret.config.env import SettingTrouble

DEMO_COMMANDS = {"demo", "demo-reset", "demo-browser"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registret.config.settings")
    arguments = sys.argv[1:]
    try:
        if arguments and arguments[0] in DEMO_COMMANDS:
            # The demo makes its own settings before Django reads any.
            from registret.demo.main import run

            sys.exit(run(arguments))
        from django.core.management import execute_from_command_line

        if arguments:
            arguments[0] = arguments[0].replace("-", "_") if arguments[0][0] != "-" else arguments[0]
        execute_from_command_line(["registret", *arguments])
    except SettingTrouble as trouble:
        print(f"registret: {trouble}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
