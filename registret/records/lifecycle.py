"""The life of a step of an episode."""

from enum import StrEnum

from registret.kernel.life import Life


class StepState(StrEnum):
    PLANNED = "planned"
    """Nothing is written yet."""
    DRAFT = "draft"
    INCOMPLETE = "incomplete"
    """Laid aside: answers are waited for."""
    SIGNED = "signed"
    REOPENED = "reopened"
    """Signed once, opened with a reason."""


STEP_LIFE = Life(
    {
        (StepState.PLANNED, "write"): StepState.DRAFT,
        (StepState.DRAFT, "write"): StepState.DRAFT,
        (StepState.INCOMPLETE, "write"): StepState.INCOMPLETE,
        (StepState.REOPENED, "write"): StepState.REOPENED,
        (StepState.DRAFT, "lay_aside"): StepState.INCOMPLETE,
        (StepState.INCOMPLETE, "take_up"): StepState.DRAFT,
        (StepState.DRAFT, "sign"): StepState.SIGNED,
        (StepState.INCOMPLETE, "sign"): StepState.SIGNED,
        (StepState.REOPENED, "sign"): StepState.SIGNED,
        (StepState.SIGNED, "reopen"): StepState.REOPENED,
    }
)

WRITABLE = frozenset(state for state, act in STEP_LIFE.steps if act == "write")
