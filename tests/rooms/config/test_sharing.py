"""What is read before gunicorn's workers part."""

from __future__ import annotations

import json
import os
import subprocess
import sys

LIBRARIES = (
    "authlib",
    "defusedxml",
    "email_validator",
    "httpx2",
    "joserfc",
    "python_calamine",
    "svg.elements",
    "typst",
    "xlsxwriter",
    "xmlschema",
)
"""What takes long to read and much room, and is for a few pages, or for installations with an identity provider."""
PROGRAM = """
import gc, json, sys, threading
from registret.config.sharing import read_once
read_once()
from django.db import connection
import registret.config.management.commands.serve
told = {
    "pages": "registret.web.urls" in sys.modules,
    "application": "registret.config.wsgi" in sys.modules,
    "threads": threading.active_count(),
    "connected": connection.connection is not None,
    "libraries": [name for name in sys.argv[1:] if name in sys.modules],
    "collects": gc.isenabled(),
    "kept": gc.get_freeze_count() > 100_000,
}
print(json.dumps(told))
"""


def test_the_program_is_read_and_nothing_else_is_begun() -> None:
    # Nothing answers at that address.
    environment = os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    command = [sys.executable, "-c", PROGRAM, *LIBRARIES]
    told = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)
    assert json.loads(told.stdout) == {
        "pages": True,
        "application": False,
        "threads": 1,
        "connected": False,
        "libraries": [],
        "collects": True,
        "kept": True,
    }


def test_a_setting_that_is_wrong_is_left_to_the_workers_to_tell() -> None:
    environment = os.environ | {"REGISTRET_SITE_PORT": "many"}
    program = "from registret.config.sharing import read_once; read_once()"
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False, text=True)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
