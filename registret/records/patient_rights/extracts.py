"""Registerutdrag: all that the registry has about one person, in words, as one document.

The document is made for the person who asked and is not kept. That it was made is logged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import Final

from registret.access.actor import Actor
from registret.ledger.events import Event
from registret.ledger.services import record
from registret.places.queries import ClinicRow, clinics
from registret.records.cases import Case, patient_of_case
from registret.records.models import DataQuery, DisclosureFetch, Episode, Merge, Number, Proposal, Revision, Step
from registret.records.numbers import PatientNumber
from registret.records.patient_rights.in_words import (
    AnswerInWords,
    ChangeInWords,
    DataRecipient,
    EpisodeInWords,
    KeptInWords,
    Merged,
    NumberHeld,
    ProposalInWords,
    QueryInWords,
    RegistryExtract,
    ResultInWords,
    RevisionInWords,
    StepInWords,
)
from registret.records.queries.steps import known_of
from registret.records.refusals import TooLongForPaper
from registret.records.retention.ages import kept_for
from registret.records.rows import PatientRow
from registret.registries.answers import Answer, AnswerBroken, Stored, restored
from registret.registries.assessing import ScoreNow, assess
from registret.registries.forms import Form
from registret.registries.queries import form_of, name_of
from registret.registries.saying import computed, computed_by, said
from registret.words.data_queries import query_outcome_name, query_state_name
from registret.words.extracts import act_name, number_kind, sex_name, step_state_name
from registret.words.roles import role_name, roles_with_words

PAPER_ROWS: Final = 4_000
"""An extract with more rows is not drawn: it would keep a request for more than a second (see `web.typeset`)."""


def registry_extract(*, actor: Actor, case: Case, form: str, at: datetime) -> RegistryExtract:
    """All about the person who has or had the number, of all care providers. `form`: as what, for the log.

    Raises: NotPermitted, TooMany, NobodyHere; TooLongForPaper (as "pdf").
    """
    with patient_of_case(actor=actor, case=case, at=at) as found:
        made = _extract(case, found.patient, found.merged, at=at)
        event, facts = event_of(Event.EXTRACT_MADE, made.rows, form=form), {"case": made.case_number, "form": form}
        record(event=event, by=actor.by, at=at, about_patient_id=found.patient.id, facts=facts)
    check_length(made.rows, form=form)
    return made


def _extract(case: Case, patient: PatientRow, merged: Collection[int], *, at: datetime) -> RegistryExtract:
    numbers = Number.objects.select_related("patient").filter(patient_id=patient.id).order_by("-until", "-since")
    row = numbers[0].patient
    return RegistryExtract(
        case_number=case.case_number.text,
        at=at,
        patient=patient,
        sex=sex_name(patient.sex),
        created_at=row.created_at,
        looked_up_at=row.looked_up_at,
        register_protects=row.register_protects,
        numbers=tuple(_number(one) for one in numbers),
        merged=tuple(
            Merged(gone=m.gone, at=m.at, by_name=m.by_name, reason=m.reason)
            for m in Merge.objects.filter(patient_id=patient.id).order_by("id")
        ),
        episodes=_episodes(patient),
        recipients=_recipients({patient.id, *merged}),
        kept=_kept(patient.id),
    )


def event_of(made: Event, rows: int, *, form: str) -> Event:
    """What the log is told of an extract of so many rows: `made`, or that the case was opened if it is too long. How
    long it is was a look, and stays in the log."""
    return Event.CASE_OPENED if _is_too_long(rows, form) else made


def check_length(rows: int, *, form: str) -> None:
    """After the transaction that told the log. Raises: TooLongForPaper."""
    if _is_too_long(rows, form):
        raise TooLongForPaper(rows=rows)


def _is_too_long(rows: int, form: str) -> bool:
    return form == "pdf" and rows > PAPER_ROWS


def _number(found: Number) -> NumberHeld:
    return NumberHeld(
        number=PatientNumber(found.text, found.kind),
        kind=number_kind(found.kind),
        since=found.since,
        until=found.until,
    )


def _episodes(patient: PatientRow) -> tuple[EpisodeInWords, ...]:
    """Six queries, however many there are."""
    episodes = list(Episode.objects.filter(patient_id=patient.id).order_by("began_at", "id"))
    steps: dict[int, list[Step]] = defaultdict(list)
    wanted = Step.objects.filter(episode__patient_id=patient.id).order_by("id")
    for step in wanted.prefetch_related("data_queries", "proposals"):
        steps[step.episode_id].append(step)
    revisions: dict[int, list[Revision]] = defaultdict(list)
    for revision in Revision.objects.filter(step__episode__patient_id=patient.id).order_by("number"):
        revisions[revision.step_id].append(revision)
    places = clinics(_clinic_ids(episodes, steps.values(), revisions.values()))
    return tuple(_episode(patient, episode, steps[episode.id], revisions, places) for episode in episodes)


def _recipients(patient_ids: Collection[int]) -> tuple[DataRecipient, ...]:
    found = DisclosureFetch.objects.select_related("disclosure").filter(
        what=DisclosureFetch.What.FILE, who__overlap=list(patient_ids)
    )
    return tuple(
        DataRecipient(
            organisation=one.disclosure.recipient_organisation,
            project=one.disclosure.project,
            approval=one.disclosure.approval,
            fetched_at=one.at,
        )
        for one in found.order_by("at", "id")
    )


def _kept(patient_id: int) -> tuple[KeptInWords, ...]:
    codes = set(Episode.objects.filter(patient_id=patient_id).values_list("sub_registry", flat=True))
    return tuple(
        KeptInWords(sub_registry=name_of(code), whole=years.whole, research=years.research)
        for code, years in kept_for().items()
        if code in codes
    )


def _clinic_ids(
    episodes: Iterable[Episode], steps: Iterable[Iterable[Step]], revisions: Iterable[Iterable[Revision]]
) -> set[int]:
    found = {episode.clinic_id for episode in episodes}
    found |= {step.clinic_id for some in steps for step in some}
    by = (revision.by_clinic_id for some in revisions for revision in some)
    return found | {clinic_id for clinic_id in by if clinic_id is not None}


def _episode(
    patient: PatientRow,
    found: Episode,
    steps: Sequence[Step],
    revisions: Mapping[int, list[Revision]],
    places: Mapping[int, ClinicRow],
) -> EpisodeInWords:
    form = form_of(found.sub_registry, found.version)
    known = known_of(patient, found.began_at)
    answers = {step.code: _answers(form, step) for step in steps}
    scores = {one.code: assess(form, one.code, answers=answers, patient=known).scores for one in steps if one.answers}
    return EpisodeInWords(
        system_id=found.system_id,
        sub_registry=name_of(found.sub_registry),
        care_provider=places[found.clinic_id].care_provider,
        unit=places[found.clinic_id].title,
        began_at=found.began_at,
        created_at=found.created_at,
        created_by_name=found.created_by_name,
        source=found.source,
        source_id=found.source_id,
        steps=tuple(_step(form, one, scores.get(one.code, ()), revisions.get(one.id, []), places) for one in steps),
    )


def _step(
    form: Form,
    found: Step,
    scores: Iterable[ScoreNow],
    revisions: Iterable[Revision],
    places: Mapping[int, ClinicRow],
) -> StepInWords:
    order = {code: place for place, code in enumerate(form.questions)}
    answered = sorted(found.answers, key=lambda code: order.get(code, len(order)))
    return StepInWords(
        code=found.code,
        name=str(form.step(found.code).name),
        state=step_state_name(found.state),
        unit=places[found.clinic_id].title,
        signed_at=found.signed_at,
        signed_by_name=found.signed_by_name,
        research_gone_at=found.research_gone_at,
        answers=tuple(_answer(form, code, found.answers[code]) for code in answered),
        computed=tuple(result_in_words(now) for now in scores),
        revisions=tuple(_revision(form, revision, places) for revision in revisions),
        queries=tuple(_query(form, one) for one in sorted(found.data_queries.all(), key=attrgetter("id"))),
        proposals=tuple(_proposal(form, one) for one in sorted(found.proposals.all(), key=attrgetter("id"))),
    )


def _answer(form: Form, code: str, kept: Stored | None) -> AnswerInWords:
    return AnswerInWords(code=code, question=_label(form, code), kept=kept, answer=_stored(form, code, kept))


def _revision(form: Form, found: Revision, places: Mapping[int, ClinicRow]) -> RevisionInWords:
    return RevisionInWords(
        number=found.number,
        act=act_name(found.kind),
        at=found.at,
        by_name=found.by_name,
        by_role=", ".join(role_name(code) for code in found.by_role.split(",") if code in roles_with_words()),
        unit=places[found.by_clinic_id].title
        if found.by_clinic_id is not None and found.by_clinic_id in places
        else "",
        reason=found.reason,
        changes=tuple(
            ChangeInWords(question=_label(form, code), before=_stored(form, code, old), after=_stored(form, code, new))
            for code, (old, new) in found.changes.items()
        ),
    )


def _query(form: Form, found: DataQuery) -> QueryInWords:
    return QueryInWords(
        question=_label(form, found.variable),
        text=found.text,
        asked_at=found.asked_at,
        asked_by_name=found.asked_by_name,
        state=query_state_name(found.state),
        outcome=query_outcome_name(found.outcome),
        answer=found.answer,
        ended_at=found.ended_at,
        ended_by_name=found.ended_by_name,
    )


def _proposal(form: Form, found: Proposal) -> ProposalInWords:
    return ProposalInWords(
        source=found.source,
        at=found.at,
        by_name=found.by_name,
        answers=tuple(_answer(form, code, told) for code, told in found.answers.items()),
        accepted=tuple(_label(form, code) for code in found.accepted),
        reason=found.reason,
        ended_at=found.ended_at,
        ended_by_name=found.ended_by_name,
    )


def result_in_words(now: ScoreNow) -> ResultInWords:
    """With what it was computed by, where the number alone would say too little."""
    unit = str(now.score.unit or "") if now.value is not None else ""
    words = ", ".join(text for text in (f"{computed(now)} {unit}".strip(), now.reading, computed_by(now)) if text)
    return ResultInWords(code=now.score.code, name=str(now.score.name), value=now.value, words=words)


def _answers(form: Form, found: Step) -> dict[str, Answer]:
    """Those that fit the form."""
    kept = {}
    for code, stored in found.answers.items():
        with suppress(KeyError, AnswerBroken, ValueError, ArithmeticError):
            kept[code] = restored(form.questions[code], stored)
    return kept


def _label(form: Form, code: str) -> str:
    question = form.questions.get(code)
    return str(question.variable.label) if question else code


def _stored(form: Form, code: str, stored: Stored | None) -> str:
    """What was kept, in words. What no longer fits its form is shown as it is: nothing is left out."""
    if stored is None:
        return ""
    try:
        return said(form.questions[code], restored(form.questions[code], stored))
    except (KeyError, AnswerBroken, ValueError, ArithmeticError):
        return str(stored)
