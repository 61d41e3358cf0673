"""One environment for all tests, made before Django reads its settings."""

from __future__ import annotations

import signal

import django

from tests.environment import prepare

# Whatever runs the tests in the background may have Ctrl-C ignored; programs under test would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

prepare()
django.setup()
