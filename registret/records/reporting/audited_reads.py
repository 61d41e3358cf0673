"""Looking at patients. Every look is an act: what is shown and the entry that tells of it are one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from registret.access.actor import Actor
from registret.access.refusals import NotFound
from registret.access.roles import Permission
from registret.kernel.identifiers import NumberFault, NumberMalformed
from registret.kernel.sweden import day_of
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.rate_limits.services import Limit, take
from registret.records.data_queries.answering import waiting_of_step
from registret.records.identity.protected import give_reason, require_reason
from registret.records.logged import log_each, log_patient, log_step
from registret.records.numbers import PatientNumber
from registret.records.queries.episodes import episodes_of, episodes_of_patient
from registret.records.queries.patients import patient_numbered, patient_of, patients_named
from registret.records.queries.revisions import changes_since, history, others_in
from registret.records.queries.steps import step_page, version_of
from registret.records.reporting.work_lists import Work, waiting
from registret.records.rows import Other, PatientPage, PatientRow, RevisionRow, StepPage
from registret.records.scope import provider_scope

SYSTEM_ID_LENGTH: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """What a search came to. One of the three: a patient, a number that is nobody's here yet, or several by name.

    `more`: others have the name as well; `malformed`: why the text is no number.
    """

    patient: PatientRow | None = None
    number: PatientNumber | None = None
    named: tuple[PatientRow, ...] = ()
    more: bool = False
    malformed: NumberFault | None = None


NUMBERS_PER_PERSON: Final = Limit(what="patient_numbers", most=120, per=timedelta(hours=1))
"""Nobody meets more patients; a program that tries numbers does."""
NAMES_PER_PERSON: Final = Limit(what="patient_names", most=120, per=timedelta(hours=1))
"""The same for beginnings of names."""


def take_number(*, actor: Actor, at: datetime) -> None:
    """Count a number that was typed: any answer says something about it. Call it outside a transaction.

    Raises: TooMany.
    """
    take(limit=NUMBERS_PER_PERSON, subject=str(actor.account_id), at=at)


def search(*, actor: Actor, written: str, at: datetime) -> SearchResult:
    """By number (any that the patient has or had), by system id of patient or episode, or by the beginning of a name.

    Only among what the own care provider reported: whether others have the number does not show. A patient of protected
    identity is found by number only, and without a name.

    Whether a person has opted out is not told: only a user who begins an episode learns it.

    Raises: NotPermitted, TooMany.
    """
    text = written.strip()
    number, malformed = _number_in(text, at=at)
    if number is not None:
        take_number(actor=actor, at=at)
    elif not _is_system_id(text):
        take(limit=NAMES_PER_PERSON, subject=str(actor.account_id), at=at)
    with provider_scope(actor):
        if number is not None:
            how, found = "number", SearchResult(patient=patient_numbered(actor, number), number=number)
        elif _is_system_id(text):
            how, found = "system_id", SearchResult(patient=_by_system_id(actor, text.upper()))
        else:
            how, found = "name", _by_name(actor, text, malformed)
        hits = found.named or ((found.patient,) if found.patient else ())
        log_each(actor, Event.PATIENT_FOUND, [(patient.id, {"how": how}) for patient in hits], at=at)
        if not hits:
            log_patient(actor, Event.PATIENT_NOT_FOUND, None, at, how=how)
    return replace(found, patient=found.patient.masked) if found.patient else found


def _by_name(actor: Actor, text: str, malformed: NumberFault | None) -> SearchResult:
    """`malformed`: why the text is no number."""
    named, more = patients_named(actor, text) if len(text) >= 2 else ((), False)
    return SearchResult(named=named, more=more, malformed=malformed)


def _number_in(text: str, *, at: datetime) -> tuple[PatientNumber | None, NumberFault | None]:
    """The number, or why it is none."""
    try:
        return PatientNumber.parse(text, today=day_of(at)), None
    except NumberMalformed as no:
        return None, no.fault


def open_patient(*, actor: Actor, system_id: str, reason: str = "", at: datetime) -> PatientPage:
    """A patient with the episodes of the own care provider.

    Raises: NotPermitted, NotFound; ReasonNeeded (protected identity, and no reason, now or within the hour).
    """
    with provider_scope(actor):
        patient = patient_of(actor, system_id)
        if reason.strip():
            give_reason(actor, patient, at=at)
        require_reason(actor, patient, at=at)
        episodes = episodes_of_patient(actor, patient.id)
        said = {"reason": reason.strip()} if reason.strip() else {}
        log_patient(actor, Event.PATIENT_OPENED, patient.id, at, **said)
        reported = actor.seat.sub_registries_for(Permission.REPORT)
        may_report = any(one.sub_registry in reported for one in episodes)
        return PatientPage(patient=patient, episodes=episodes, may_report=may_report)


def open_step(*, actor: Actor, episode: str, step: str, at: datetime) -> StepPage:
    """One step of an episode. Raises: NotPermitted, NotFound, ReasonNeeded."""
    with provider_scope(actor):
        page, _ = step_page(actor, episode=episode, step=step, at=at)
        require_reason(actor, page.patient, at=at)
        log_step(actor, Event.STEP_OPENED, page, at)
        if not page.may_report or page.step.clinic_id != actor.seat.clinic_id:
            return page
        return replace(page, queries=waiting_of_step(actor, episode=episode, step=step))


def open_number(*, actor: Actor, episode: str, step: str, at: datetime) -> StepPage:
    """The same, to show the patient's whole number with it. Raises: NotPermitted, NotFound, ReasonNeeded."""
    with provider_scope(actor):
        page, _ = step_page(actor, episode=episode, step=step, at=at)
        require_reason(actor, page.patient, at=at)
        log_patient(actor, Event.PATIENT_OPENED, page.patient.id, at)
        return page


def open_news(
    *, actor: Actor, episode: str, step: str, base: int, at: datetime
) -> tuple[StepPage, Mapping[str, Other]] | None:
    """What others have changed in a step since the page of version `base` was fetched, for the one who writes in it.

    None, if nothing has changed: nothing is shown, and there is no entry.

    Raises: NotPermitted, NotFound, ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        if version_of(actor, episode=episode, step=step) == base:
            return None
        page, row = step_page(actor, episode=episode, step=step, at=at)
        require_reason(actor, page.patient, used=False, at=at)
        log_step(actor, Event.STEP_FOLLOWED, page, at)
        return page, others_in(changes_since(row, base))


def open_history(*, actor: Actor, episode: str, step: str, at: datetime) -> tuple[StepPage, tuple[RevisionRow, ...]]:
    """Who changed what in a step, newest first. Raises: NotPermitted, NotFound, ReasonNeeded."""
    with provider_scope(actor):
        page, _ = step_page(actor, episode=episode, step=step, at=at)
        require_reason(actor, page.patient, at=at)
        log_step(actor, Event.STEP_HISTORY_OPENED, page, at)
        return page, history(actor=actor, episode=episode, step=step, at=at)


def print_episode(*, actor: Actor, episode: str, at: datetime) -> tuple[StepPage, ...]:
    """All steps of an episode, for paper. Raises: NotPermitted, NotFound, ReasonNeeded."""
    with provider_scope(actor):
        first = episodes_of(actor).filter(system_id=episode).values_list("steps__code", flat=True)
        pages = tuple(step_page(actor, episode=episode, step=code, at=at)[0] for code in first if code)
        order = {row.code: i for page in pages[:1] for i, row in enumerate(page.episode.steps)}
        for page in pages[:1]:
            require_reason(actor, page.patient, at=at)
            log_patient(actor, Event.EPISODE_PRINTED, page.patient.id, at, episode=page.episode.system_id)
        return tuple(sorted(pages, key=lambda page: order[page.step.code]))


def work(*, actor: Actor, at: datetime) -> Work:
    """What waits at the own clinic, in one entry of the log that says whom the lists showed.

    Raises: NotPermitted.
    """
    with provider_scope(actor, Permission.REPORT):
        found = waiting(actor, at=at)
        lists = (found.due, found.drafts, found.to_continue, found.laid_aside, found.proposed)
        patients = [row.patient_id for one in lists for row in one.rows] + [row.patient_id for row in found.asked]
        log_list(actor, Event.WORK_LISTED, patients, at=at)
        return found


def log_list(actor: Actor, event: Event, patient_ids: Sequence[int], *, at: datetime) -> None:
    """Append the one entry of a list: which patients it showed, one id for each row. None for an empty list.

    Call it in the transaction that reads the rows. Add the event to `oversight.extracts.READS` and `LISTS`.
    """
    if patient_ids:
        record(
            event=event,
            by=actor.by,
            at=at,
            shown_patient_ids=patient_ids,
            clinic_id=actor.seat.clinic_id,
            facts={"rows": len(patient_ids)},
        )


def _by_system_id(actor: Actor, text: str) -> PatientRow | None:
    """Of a patient, or of an episode (`E…`)."""
    if text.startswith("E"):
        text = episodes_of(actor).filter(system_id=text).values_list("patient__system_id", flat=True).first() or text
    with suppress(NotFound):
        found = patient_of(actor, text)
        return None if found.is_protected else found
    return None


def _is_system_id(text: str) -> bool:
    return len(text) == SYSTEM_ID_LENGTH and text[:1].upper() in {"P", "E"} and text.isalnum()
