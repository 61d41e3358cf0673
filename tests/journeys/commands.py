"""The operator's commands, one after another in one process: most do less than what it takes to start the program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

# What a command prints is caught; whatever else writes to the first descriptor must not be taken for an answer.
_ONE_BY_ONE = """
import contextlib, io, json, os, sys, traceback
import django
django.setup()
from django.db import connections
from registret.config.cli import main
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for words in sys.stdin:
    sys.argv, code = ["registret", *json.loads(words)], 0
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as complained:
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            code = traceback.print_exc() or 1
    # PostgreSQL does not copy a database that has open connections.
    connections.close_all()
    for connection in connections.all(initialized_only=True):
        connection.close_pool()
    print(json.dumps([code, said.getvalue(), complained.getvalue()]), file=answers, flush=True)
"""


class Operator:
    """A process with these settings that runs commands until it is closed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        command = [sys.executable, "-c", _ONE_BY_ONE]
        self._process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, words: Sequence[str]) -> tuple[int, str, str]:
        """The exit code of a command, what it printed, and what it complained of."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(words), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the process has ended: see above"
        code, said, complained = json.loads(answer)
        return code, said, complained

    def close(self) -> None:
        self._process.communicate()
