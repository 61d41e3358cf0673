"""Why not, about patients and episodes. No fact here names a patient by number or name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NumberImpossible(Refused):
    """Not a number that any patient has. `number_fault`: a `NumberFault`."""

    code: ClassVar[str] = "patient.number_impossible"
    status: ClassVar[int] = 422
    number_fault: str


@dataclass(kw_only=True, eq=False)
class BirthDateNeeded(Refused):
    """A reserve number says nothing reliable: birth date and sex are asked for."""

    code: ClassVar[str] = "patient.birth_date_needed"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class OptedOut(Refused):
    """Patienten har avböjt: nothing is registered under this number."""

    code: ClassVar[str] = "patient.opted_out"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class ReasonNeeded(Refused):
    """The patient's identity is protected: opening asks for a reason, which the log keeps. `patient`: system id."""

    code: ClassVar[str] = "patient.reason_needed"
    status: ClassVar[int] = 403
    patient: str


@dataclass(kw_only=True, eq=False)
class NotTheSame(Refused):
    """The two cannot be one person as far as their numbers tell, or it is not the actor's to say."""

    code: ClassVar[str] = "patient.not_the_same"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NumberTaken(Refused):
    """The number is another patient's (system id `patient`): the two are merged, or the number is wrong."""

    code: ClassVar[str] = "patient.number_taken"
    status: ClassVar[int] = 409
    patient: str


@dataclass(kw_only=True, eq=False)
class NotAsShown(Refused):
    """The number no longer leads to the patient who was shown, but to `patient` (system id), or to nobody."""

    code: ClassVar[str] = "patient.not_as_shown"
    status: ClassVar[int] = 409
    patient: str = ""


@dataclass(kw_only=True, eq=False)
class AlsoElsewhere(Refused):
    """Not all of the patient's episodes are the actor's to see: who it is is said in a patient's case."""

    code: ClassVar[str] = "patient.also_elsewhere"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class TakenElsewhere(Refused):
    """The number is another patient's, not all of whose episodes the actor sees, or of somebody who has opted out;
    which of them is not told. What can be done is done in a case."""

    code: ClassVar[str] = "patient.taken_elsewhere"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NumberUnchanged(Refused):
    """The patient has that number already."""

    code: ClassVar[str] = "patient.number_unchanged"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class NothingToMerge(Refused):
    """No other patient has or had the number (any more)."""

    code: ClassVar[str] = "patient.nothing_to_merge"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NobodyHere(Refused):
    """A case about somebody who is not in the registry."""

    code: ClassVar[str] = "case.nobody"
    status: ClassVar[int] = 404


@dataclass(kw_only=True, eq=False)
class TooLongForPaper(Refused):
    """An extract of so many rows takes too long to be drawn; as JSON it is whole."""

    code: ClassVar[str] = "case.too_long_for_paper"
    status: ClassVar[int] = 409
    rows: int


@dataclass(kw_only=True, eq=False)
class NothingSoOld(Refused):
    """No episode of the sub-registry is older than it keeps them."""

    code: ClassVar[str] = "retention.nothing_so_old"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class AlreadyDeciding(Refused):
    """An earlier decision to destroy is being carried out."""

    code: ClassVar[str] = "retention.already"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class KeptUntil(Refused):
    """A decision keeps all of the sub-registry until `day`."""

    code: ClassVar[str] = "retention.kept"
    status: ClassVar[int] = 409
    day: str


@dataclass(kw_only=True, eq=False)
class OwnDisclosure(Refused):
    """Who prepares a disclosure for research does not also decide it."""

    code: ClassVar[str] = "disclosure.own"
    status: ClassVar[int] = 403


@dataclass(kw_only=True, eq=False)
class PreparerGone(Refused):
    """The preparer of the disclosure is no case handler any more."""

    code: ClassVar[str] = "disclosure.preparer_gone"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NothingToDisclose(Refused):
    """No signed step of anybody fits what was asked for."""

    code: ClassVar[str] = "disclosure.nothing"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class DisclosureLapsed(Refused):
    """Nobody has decided the disclosure in time: what was looked at then may be something else now."""

    code: ClassVar[str] = "disclosure.lapsed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NotFetched(Refused):
    """No file of the disclosure has left the registry, so there is nobody to lead back to."""

    code: ClassVar[str] = "disclosure.not_fetched"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class NotDecided(Refused):
    """The disclosure waits for a decision, or was withdrawn: nothing leaves the registry by it."""

    code: ClassVar[str] = "disclosure.not_decided"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class DisclosureClosed(Refused):
    """The last day for fetching the file is over, or the disclosure was closed before."""

    code: ClassVar[str] = "disclosure.closed"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class ResearchKeyMissing(Refused):
    """The pseudonyms were made under a key that this installation does not know (any more)."""

    code: ClassVar[str] = "disclosure.key_missing"
    status: ClassVar[int] = 503


@dataclass(kw_only=True, eq=False)
class NotIncluded(Refused):
    """The answers to the inclusion questions say that the episode does not belong in the sub-registry."""

    code: ClassVar[str] = "episode.not_included"
    status: ClassVar[int] = 422


@dataclass(kw_only=True, eq=False)
class PerhapsDouble(Refused):
    """There are episodes near in time, so many of the own care provider."""

    code: ClassVar[str] = "episode.perhaps_double"
    status: ClassVar[int] = 409
    own: int


@dataclass(kw_only=True, eq=False)
class NotOpenForEntry(Refused):
    """Not a sub-registry that the person reports to."""

    code: ClassVar[str] = "episode.not_open"
    status: ClassVar[int] = 403


@dataclass(kw_only=True, eq=False)
class ClosedForEntry(Refused):
    """The person may read and correct what was reported to the sub-registry, and begin nothing new."""

    code: ClassVar[str] = "episode.closed"
    status: ClassVar[int] = 403


@dataclass(kw_only=True, eq=False)
class FormChanged(Refused):
    """The files of a form that is in use are not those it was begun with: nothing is written until they are."""

    code: ClassVar[str] = "episode.form_changed"
    status: ClassVar[int] = 503


@dataclass(kw_only=True, eq=False)
class OfAnotherClinic(Refused):
    """Only the clinic that has the step writes in it."""

    code: ClassVar[str] = "step.of_another_clinic"
    status: ClassVar[int] = 403


@dataclass(kw_only=True, eq=False)
class CannotSign(Refused):
    """Something that must be answered is not, or a rule is broken."""

    code: ClassVar[str] = "step.cannot_sign"
    status: ClassVar[int] = 422
    lacking: int
    broken: int


@dataclass(kw_only=True, eq=False)
class WrittenSince(Refused):
    """Somebody wrote in the step after the page was fetched: look again before signing."""

    code: ClassVar[str] = "step.written_since"
    status: ClassVar[int] = 409
    by: str
    at: datetime


@dataclass(kw_only=True, eq=False)
class NothingLeaves(Refused):
    """Nobody with this number has opted out and waits to be destroyed: it is done, taken back, or never was."""

    code: ClassVar[str] = "patient.nothing_leaves"
    status: ClassVar[int] = 409


@dataclass(kw_only=True, eq=False)
class OwnOptOut(Refused):
    """The second person who confirms an opt-out is not the first."""

    code: ClassVar[str] = "patient.own_opt_out"
