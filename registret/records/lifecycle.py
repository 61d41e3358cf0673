"""The lives of a step of an episode, of a disclosure for research, and of a question of the office."""

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
    CLOSED = "closed"
    """Not to be done any more: the patient has died."""


class ClosedWhy(StrEnum):
    """Who says that the patient has died."""

    REGISTER = "register"
    """The population register."""
    ANSWER = "answer"
    """An answer in a form."""


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
        (StepState.PLANNED, "close"): StepState.CLOSED,
        (StepState.DRAFT, "close"): StepState.CLOSED,
        (StepState.INCOMPLETE, "close"): StepState.CLOSED,
        (StepState.CLOSED, "plan"): StepState.PLANNED,
        (StepState.CLOSED, "take_up"): StepState.DRAFT,
    }
)

CLOSABLE = frozenset(state for state, act in STEP_LIFE.steps if act == "close")
WRITABLE = frozenset(state for state, act in STEP_LIFE.steps if act == "write")
UNFINISHED = (StepState.PLANNED, StepState.DRAFT, StepState.INCOMPLETE, StepState.REOPENED)
"""In which something is left to do."""


class EpisodeState(StrEnum):
    """What an episode waits for. One may be in several, for each of its steps says its own."""

    BEGUN = "begun"
    """A step is a draft, or unlocked."""
    FLAGGED = "flagged"
    """A step has broken rules: it cannot be signed."""
    LAID_ASIDE = "laid_aside"
    TO_BEGIN = "to_begin"
    """The next step is not begun and has no day to wait for."""
    DUE = "due"
    """The time of a follow-up has come."""
    AWAITING = "awaiting"
    """The next step is a follow-up that is not begun, whether its day has come or not."""
    DONE = "done"
    """No step is left to do."""


class DisclosureState(StrEnum):
    PREPARED = "prepared"
    """One case handler has written down what is wanted; another decides."""
    DECIDED = "decided"
    """The file can be fetched, until its last day."""
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    """The last day is over, or it was closed before."""


DISCLOSURE_LIFE = Life(
    {
        (DisclosureState.PREPARED, "decide"): DisclosureState.DECIDED,
        (DisclosureState.PREPARED, "withdraw"): DisclosureState.WITHDRAWN,
        (DisclosureState.DECIDED, "fetch"): DisclosureState.DECIDED,
        (DisclosureState.DECIDED, "close"): DisclosureState.CLOSED,
    }
)


class QueryState(StrEnum):
    """How far a question of the office about an answer has come."""

    WAITING = "waiting"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Nobody answered in time."""


class QueryOutcome(StrEnum):
    """What the clinic says of the answer that was asked about."""

    CORRECTED = "corrected"
    RIGHT = "right"
    UNKNOWN = "unknown"
    """What is right cannot be known any more."""


QUERY_LIFE = Life(
    {
        (QueryState.WAITING, "answer"): QueryState.ANSWERED,
        (QueryState.WAITING, "withdraw"): QueryState.WITHDRAWN,
        (QueryState.WAITING, "lapse"): QueryState.LAPSED,
    }
)
