"""How the program's messages look: for people or as JSON, in Swedish time with its offset in every process."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import datetime
from typing import Any, Final

from registret.kernel.sweden import SWEDEN

FORMATS: Final = ("plain", "json")
"""Of REGISTRET_LOG_FORMAT."""

_NAMES_NOBODY: Final = (ImportError, SyntaxError)
"""Errors whose text is about the program alone."""


class PlainLine(logging.Formatter):
    """`2026-11-28 11:14:03.123+01:00 INFO registret.chores …`, and below it where an exception was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_moment(record, ' ')} {record.levelname} {record.name} {record.getMessage()}"
        return "\n".join([line, *_exception(record)])


class JsonLine(logging.Formatter):
    """One object, on one line. `reference`: what the user was shown, if the message is about a request."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": _moment(record, "T"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if reference := getattr(record, "reference", None):
            said["reference"] = reference
        if exception := _exception(record):
            said["exception"] = "\n".join(exception)
        return json.dumps(said, ensure_ascii=False)


def configuration(form: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`, of every process: gunicorn's own messages go the same way."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonLine if form == "json" else PlainLine}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
            # Addresses carry single-use codes and belong in no log.
            "django.request": {"level": "CRITICAL"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.security": {"level": "ERROR"},
            "httpx2": {"level": "WARNING"},
        },
    }


def _moment(record: logging.LogRecord, separator: str) -> str:
    return datetime.fromtimestamp(record.created, SWEDEN).isoformat(separator, "milliseconds")


def _exception(record: logging.LogRecord) -> list[str]:
    trouble = record.exc_info[1] if record.exc_info else None
    return [] if trouble is None else _traced(trouble)


def _traced(trouble: BaseException) -> list[str]:
    """Where it was raised, its kind, and before it what caused it. Its text may name people: a database quotes the row
    that it refused."""
    cause = trouble.__cause__ or (None if trouble.__suppress_context__ else trouble.__context__)
    frames = "".join(traceback.format_tb(trouble.__traceback__)).splitlines()
    text = f": {trouble}" if isinstance(trouble, _NAMES_NOBODY) else ""
    return [*(_traced(cause) if cause else []), *frames, type(trouble).__qualname__ + text]
