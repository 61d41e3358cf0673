"""The life of an export: ordered, made by a worker, fetched once."""

from __future__ import annotations

from enum import StrEnum

from registret.kernel.life import Life


class ExportState(StrEnum):
    ORDERED = "ordered"
    MAKING = "making"
    READY = "ready"
    FETCHED = "fetched"
    ENDED = "ended"


class ExportEnd(StrEnum):
    """Why there is no file, or none any more."""

    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Nobody fetched it in time."""
    PATIENT_GONE = "patient_gone"
    """A patient in it has opted out, got a protected identity, or is another patient now."""
    RIGHT_ENDED = "right_ended"
    """The person who ordered it may not have it any more."""
    TOO_LARGE = "too_large"
    FAILED = "failed"


EXPORT_LIFE = Life(
    {
        (ExportState.ORDERED, "start"): ExportState.MAKING,
        # The worker that made it has stopped: another begins again.
        (ExportState.MAKING, "start"): ExportState.MAKING,
        (ExportState.MAKING, "finish"): ExportState.READY,
        (ExportState.READY, "fetch"): ExportState.FETCHED,
        (ExportState.ORDERED, "end"): ExportState.ENDED,
        (ExportState.MAKING, "end"): ExportState.ENDED,
        (ExportState.READY, "end"): ExportState.ENDED,
    }
)
