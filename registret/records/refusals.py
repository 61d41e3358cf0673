"""Why not, about patients and episodes. No fact here names a patient by number or name."""

from __future__ import annotations

from datetime import datetime

from registret.kernel.refused import Refused


class NumberImpossible(Refused, code="patient.number_impossible", status=422):
    """Not a number that any patient has. `number_fault`: a `NumberFault`."""

    number_fault: str


class BirthDateNeeded(Refused, code="patient.birth_date_needed", status=422):
    """A reserve number says nothing reliable: birth date and sex are asked for."""


class OptedOut(Refused, code="patient.opted_out", status=409):
    """Patienten har avböjt: nothing is registered under this number."""


class RegisterSilent(Refused, code="patient.register_silent", status=503):
    """The population register does not answer, and what was to be done needs to know whether a person lives, or is
    protected."""


class ReasonNeeded(Refused, code="patient.reason_needed"):
    """The patient's identity is protected: opening asks for a reason, which the log keeps. `patient`: system id."""

    patient: str


class NotTheSame(Refused, code="patient.not_the_same", status=409):
    """The two cannot be one person as far as their numbers tell, or it is not the actor's to say."""


class NumberTaken(Refused, code="patient.number_taken", status=409):
    """The number is another patient's (system id `patient`): the two are merged, or the number is wrong."""

    patient: str


class NotAsShown(Refused, code="patient.not_as_shown", status=409):
    """The number no longer leads to the patient who was shown, but to `patient` (system id), or to nobody."""

    patient: str = ""


class AlsoElsewhere(Refused, code="patient.also_elsewhere", status=409):
    """Not all of the patient's episodes are the actor's to see: who it is is said in a patient's case."""


class TakenElsewhere(Refused, code="patient.taken_elsewhere", status=409):
    """The number is another patient's, not all of whose episodes the actor sees, or of a person who has opted out;
    which of them is not told. What can be done is done in a case."""


class NumberUnchanged(Refused, code="patient.number_unchanged", status=422):
    """The patient has that number already."""


class NothingToMerge(Refused, code="patient.nothing_to_merge", status=409):
    """No other patient has or had the number (any more)."""


class NobodyHere(Refused, code="case.nobody", status=404):
    """A case about a person who is not in the registry."""


class TooLongForPaper(Refused, code="case.too_long_for_paper", status=409):
    """An extract of so many rows takes too long to be drawn; as JSON it is whole."""

    rows: int


class NothingSoOld(Refused, code="retention.nothing_so_old", status=409):
    """No episode of the sub-registry is older than it keeps them."""


class AlreadyDeciding(Refused, code="retention.already", status=409):
    """An earlier decision to destroy is being carried out."""


class KeptUntil(Refused, code="retention.kept", status=409):
    """A decision keeps all of the sub-registry until `day`."""

    day: str


class OwnDisclosure(Refused, code="disclosure.own"):
    """Who prepares a disclosure for research does not also decide it."""


class PreparerGone(Refused, code="disclosure.preparer_gone", status=409):
    """The preparer of the disclosure is no case handler any more."""


class NothingToDisclose(Refused, code="disclosure.nothing", status=409):
    """No signed step of anybody fits what was asked for."""


class DisclosureLapsed(Refused, code="disclosure.lapsed", status=409):
    """Nobody has decided the disclosure in time: what was looked at then may be something else now."""


class NotFetched(Refused, code="disclosure.not_fetched", status=409):
    """No file of the disclosure has left the registry, so there is nobody to lead back to."""


class NotDecided(Refused, code="disclosure.not_decided", status=409):
    """The disclosure waits for a decision, or was withdrawn: nothing leaves the registry by it."""


class DisclosureClosed(Refused, code="disclosure.closed", status=409):
    """The last day for fetching the file is over, or the disclosure was closed before."""


class ResearchKeyMissing(Refused, code="disclosure.key_missing", status=503):
    """The pseudonyms were made under a key that this installation does not know (any more)."""


class CriteriaNotMet(Refused, code="episode.not_included", status=422):
    """The answers to the inclusion questions say that the episode does not belong in the sub-registry."""


class PerhapsDouble(Refused, code="episode.perhaps_double", status=409):
    """There are episodes near in time, so many of the own care provider."""

    own: int


class NotOpenForEntry(Refused, code="episode.not_open"):
    """Not a sub-registry that the person reports to."""


class ClosedForEntry(Refused, code="episode.closed"):
    """The person may read and correct what was reported to the sub-registry, and begin nothing new."""


class FormChanged(Refused, code="episode.form_changed", status=503):
    """The files of a form that is in use are not those it was begun with: nothing is written until they are."""


class OfAnotherClinic(Refused, code="step.of_another_clinic"):
    """Only the clinic that has the step writes in it."""


class CannotSign(Refused, code="step.cannot_sign", status=422):
    """Something that must be answered is not, or a rule is broken."""

    lacking: int
    broken: int


class WrittenSince(Refused, code="step.written_since", status=409):
    """The step was changed after the page was fetched: look again before signing."""

    by: str
    at: datetime


class ProposalChanged(Refused, code="step.proposal_changed", status=409):
    """The step, or what a file proposes for it, has changed since the page was fetched."""


class ProposalImpossible(Refused, code="step.proposal_impossible", status=409):
    """An answer that was accepted is none that the step takes now."""


class NothingLeaves(Refused, code="patient.nothing_leaves", status=409):
    """Nobody with this number has opted out and waits to be destroyed: it is done, taken back, or never was."""


class OwnOptOut(Refused, code="patient.own_opt_out"):
    """The second person who confirms an opt-out is not the first."""


class QueryWaits(Refused, code="query.waits", status=409):
    """The office has asked about this answer already, and waits."""


class NotCorrected(Refused, code="query.not_corrected", status=409):
    """The answer that a clinic says is corrected has not been changed and signed since the office asked."""
