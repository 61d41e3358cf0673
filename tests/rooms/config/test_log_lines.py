"""The program's messages: one line or one object each, Swedish time with its offset, and no personal data."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from registret.config.log_lines import JsonLine, PlainLine

ROOT = Path(__file__).parents[3]
SECRET = "19121212-1212"


def record(**more: object) -> logging.LogRecord:
    """Of an error that names a patient, raised because of another that does."""
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as cause:
            raise ValueError(f"number {SECRET}") from cause
    except ValueError:
        made = logging.LogRecord("registret.chores", logging.ERROR, __file__, 1, "worker %s failed", ("mail",), None)
        made.exc_info = sys.exc_info()
    made.__dict__.update(more)
    return made


def test_a_message_as_json_is_one_object_on_one_line() -> None:
    line = JsonLine().format(record(reference="K7F-2Q9M", created=1764328443.123))
    told = json.loads(line)
    assert "\n" not in line
    assert told.pop("exception").splitlines()[-1] == "ValueError"
    assert told == {
        "time": "2025-11-28T12:14:03.123+01:00",
        "level": "ERROR",
        "logger": "registret.chores",
        "process": os.getpid(),
        "message": "worker mail failed",
        "reference": "K7F-2Q9M",
    }


@pytest.mark.parametrize("form", [PlainLine(), JsonLine()])
def test_an_error_is_told_by_its_kinds_and_places_and_never_by_its_text(form: logging.Formatter) -> None:
    line = form.format(record())
    assert SECRET not in line
    assert line.index("KeyError") < line.index("ValueError")
    assert "test_log_lines.py" in line


def test_a_module_that_is_missing_is_named() -> None:
    made = record(exc_info=(ImportError, ImportError("No module named 'nowhere'"), None))
    assert PlainLine().format(made).endswith("\nImportError: No module named 'nowhere'")


def test_a_line_for_people_has_the_summer_and_winter_of_sweden() -> None:
    made = logging.LogRecord("registret.mail", logging.INFO, "", 1, "sent", None, None)
    made.created = 1782896400.0
    assert PlainLine().format(made) == "2026-07-01 11:00:00.000+02:00 INFO registret.mail sent"


@pytest.mark.process
def test_all_processes_of_gunicorn_write_alike_whatever_the_zone_of_the_machine(tmp_path: Path) -> None:
    """There are no static files: the worker says so and ends, and then the first process."""
    environment = os.environ | {
        "TZ": "Asia/Tokyo",
        "REGISTRET_LOG_FORMAT": "json",
        "REGISTRET_STATIC_ROOT": str(tmp_path / "static"),
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "registret.config.wsgi"]
    command += ["--bind", f"unix:{tmp_path}/app.sock", "--workers", "1"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    said = [line for line in ended.stderr.splitlines() if not line.startswith("registret: ")]
    told = [json.loads(line) for line in said]
    assert {"Booting worker with pid", "Listening at", "Shutting down"} <= {
        begin
        for begin in ("Booting worker with pid", "Listening at", "Shutting down")
        for one in told
        if one["message"].startswith(begin)
    }
    offsets = {datetime.fromisoformat(one["time"]).utcoffset() for one in told}
    assert offsets <= {timedelta(hours=1), timedelta(hours=2)}
    assert ended.stdout == ""
