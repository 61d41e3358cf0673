"""Acts on episodes: begin, write, lay aside, sign, reopen, move. Each one transaction, with its revision and entry."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from registret.access.actor import Actor
from registret.access.grants.participation import left_out
from registret.access.refusals import NotFound, NotPermitted
from registret.access.roles import Permission
from registret.kernel.secret import CODE_ALPHABET
from registret.kernel.sweden import SWEDEN, day_of, months_later
from registret.ledger.services import Fact, record
from registret.places.queries import clinic as clinic_row
from registret.records.deaths import settle
from registret.records.identity.population import population_register
from registret.records.identity.protected import require_reason
from registret.records.lifecycle import STEP_LIFE, StepState
from registret.records.locks import lock_numbers
from registret.records.models import Episode, FormVersion, Number, Patient, Revision, Step
from registret.records.numbers import PatientNumber, Sex, age_on
from registret.records.queries import (
    answers_of,
    changes_since,
    doubles_of,
    episodes_of,
    is_blocked,
    known_of,
    others_in,
    patient_id_of,
    patient_numbered,
    patient_of,
    step_page,
)
from registret.records.refusals import (
    BirthDateNeeded,
    CannotSign,
    ClosedForEntry,
    FormChanged,
    NotAsShown,
    NotIncluded,
    NotOpenForEntry,
    OfAnotherClinic,
    OptedOut,
    PerhapsDouble,
    WrittenSince,
)
from registret.records.revisions import revise, set_next
from registret.records.rows import Doubles, Other, PatientRow, StepPage
from registret.records.scope import all_providers, clinic_of, provider_scope
from registret.registries.answers import Answer, AnswerBroken, Fault, FormFault, Stored, read
from registret.registries.assessing import Assessment, KnownOfPatient, assess, opens_on
from registret.registries.forms import Form
from registret.registries.queries import form_in_force, form_of

Written = Mapping[str, Sequence[str]]
"""By variable, what a form brought: one text, or several for several choices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatient:
    """Whom an episode is begun for. `birth_date` and `sex` are asked for if the number is a reserve number; `name` and
    `is_protected` are what is kept of a patient that the actor sees already, `system_id` says which one: if the number
    leads to another by now, nothing is begun, and `shown` is how pages say who it is.
    """

    number: PatientNumber
    birth_date: date | None = None
    sex: Sex | None = None
    name: str = ""
    is_protected: bool = False
    system_id: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What the inclusion questions come to. `faults`: answers that cannot be; they stop everything."""

    faults: Mapping[str, Fault]
    assessment: Assessment
    doubles: Doubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Somebody else changed the answer after the page was fetched: theirs stays."""

    code: str
    mine: tuple[str, ...]
    theirs: Answer | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of what was written. `others`: by variable, who changed answers since the page was fetched."""

    page: StepPage
    faults: Mapping[str, Fault]
    conflicts: tuple[Conflict, ...]
    others: Mapping[str, Other] = field(default_factory=dict)


def known_patient(*, actor: Actor, system_id: str, at: datetime) -> NewPatient:
    """A patient that the actor sees, for a further episode: a look, for who it is shows.

    Raises: NotFound, NotPermitted, ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        found = patient_of(actor, system_id)
        require_reason(actor, found, at=at)
        record(event="patient.opened", by=actor.by, at=at, about_patient_id=found.id, clinic_id=actor.seat.clinic_id)
    return new_episode_of(found)


def new_episode_of(patient: PatientRow) -> NewPatient:
    """For a further episode of a patient whom the actor was just shown."""
    return NewPatient(
        number=patient.number,
        birth_date=patient.birth_date,
        sex=patient.sex,
        name=patient.name,
        is_protected=patient.is_protected,
        system_id=patient.system_id,
        shown=patient.shown,
    )


def intake(*, actor: Actor, who: NewPatient, sub_registry: str, written: Written, at: datetime) -> Intake:
    """Look at the inclusion questions before anything is begun. Doubles of the own care provider show, and the log is
    told about whom. Of others, and of an opt-out, nothing is said before somebody is registered: a number that is only
    tried reveals nothing.

    Raises: NotPermitted, NotOpenForEntry, BirthDateNeeded, ReasonNeeded, NotAsShown.
    """
    found, patient_id = _intake(actor, who, sub_registry, written, at)
    found = replace(found, doubles=replace(found.doubles, elsewhere=False))
    if found.doubles:
        record(
            event="patient.doubles_shown",
            by=actor.by,
            at=at,
            about_patient_id=patient_id,
            clinic_id=actor.seat.clinic_id,
            facts={"sub_registry": sub_registry},
        )
    return found


def inclusions(
    *, actor: Actor, number: PatientNumber, who: NewPatient | None, sub_registries: Iterable[str], at: datetime
) -> dict[str, Assessment]:
    """The inclusion questions of open sub-registries before any is answered, by code. `who`: None as long as birth date
    and sex are not known. Whether there are doubles, or the patient has opted out, is not asked: it would not show.

    Raises: ReasonNeeded.
    """
    _require_reason(actor, number, at=at)
    nobody = KnownOfPatient(birth_date=None, sex=Sex.UNKNOWN.value, died_on=None, age=None)
    known = _known(who, at) if who is not None else nobody
    forms = [form for code in sub_registries if (form := form_in_force(code)) is not None]
    return {
        form.code: assess(form, form.inclusion.code, answers={form.inclusion.code: {}}, patient=known, today=day_of(at))
        for form in forms
    }


def _intake(
    actor: Actor, who: NewPatient, sub_registry: str, written: Written, at: datetime
) -> tuple[Intake, int | None]:
    """And the id of the patient, if there is one of the number."""
    form = _form_for(actor, sub_registry)
    _require_reason(actor, who.number, at=at)
    answers, faults = _read(form, form.inclusion.code, written, at=at)
    began_at = _anchor(form, answers) or at
    known = _known(who, began_at)
    with all_providers():
        patient_id = patient_id_of(who.number)
        if (
            who.system_id
            and not Patient.objects.filter(system_id=who.system_id, numbers__text=who.number.text).exists()
        ):
            raise NotAsShown()
        doubles = (
            doubles_of(actor, patient_id=patient_id, sub_registry=sub_registry, began_at=began_at, within=_within(form))
            if patient_id is not None
            else Doubles(own=(), elsewhere=False)
        )
    assessment = assess(form, form.inclusion.code, answers={form.inclusion.code: answers}, patient=known)
    return Intake(faults=faults, assessment=assessment, doubles=doubles), patient_id


def begin(
    *,
    actor: Actor,
    who: NewPatient,
    sub_registry: str,
    written: Written,
    is_no_double: bool,
    at: datetime,
) -> str:
    """A new episode, with the patient if there is none of this number yet; answers its system id.

    Raises: NotPermitted, NotOpenForEntry, OptedOut, BirthDateNeeded, ReasonNeeded, NotIncluded, FormChanged;
        NotAsShown (the number leads to another patient by now); PerhapsDouble (and nobody said `is_no_double`).
    """
    form = _form_for(actor, sub_registry)
    answers, _ = _read(form, form.inclusion.code, written, at=at)
    began_at = _anchor(form, answers)
    with transaction.atomic():
        # Before doubles are looked for: two who begin the same episode at one moment come one after the other.
        lock_numbers(who.number.text)
        _require_not_blocked(who.number)
        found, _ = _intake(actor, who, sub_registry, written, at)
        if found.faults or not found.assessment.can_be_signed or began_at is None:
            raise NotIncluded()
        if found.doubles.own and not is_no_double:
            raise PerhapsDouble(own=len(found.doubles.own))
        use(form, at=at)
        patient_id = _patient(who, at=at)
        with provider_scope(actor, Permission.REPORT) as provider:
            return _begin(actor, provider, patient_id, form, answers, began_at, at)


def near_elsewhere(*, actor: Actor, episode: str, at: datetime) -> bool:
    """Whether another care provider has an episode of this sub-registry near in time, for who has just begun one. If so
    the log is told about whom.

    Raises: NotFound, NotPermitted.
    """
    with provider_scope(actor, Permission.REPORT):
        row = episodes_of(actor, Permission.REPORT).filter(system_id=episode).first()
    if row is None:
        raise NotFound()
    within = _within(form_of(row.sub_registry, row.version))
    with all_providers():
        near = doubles_of(
            actor, patient_id=row.patient_id, sub_registry=row.sub_registry, began_at=row.began_at, within=within
        )
        if near.elsewhere:
            record(
                event="patient.doubles_shown",
                by=actor.by,
                at=at,
                about_patient_id=row.patient_id,
                clinic_id=actor.seat.clinic_id,
                facts={"sub_registry": row.sub_registry},
            )
    return near.elsewhere


def write(*, actor: Actor, episode: str, step: str, base: int, written: Written, at: datetime) -> Outcome:
    """Saves answers. `base`: the version that the page showed. What somebody else changed since is not overwritten.

    Faults of form are not saved, the other answers are.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible (signed), FormChanged.
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        _require_writable(actor, row, "write")
        _require_unchanged(page.form)
        since = changes_since(row, base)
        answers, faults = _read(page.form, step, written, at=at, arrived_at=page.arrived_at)
        early = answers.keys() & page.assessment.locked.keys()
        answers = {code: answer for code, answer in answers.items() if code not in early}
        faults |= dict.fromkeys(early, FormFault.NOT_YET)
        changes, conflicts = _merge(page.form, row, since, written, answers, faults)
        if changes:
            row.state = STEP_LIFE.after(StepState(row.state), "write")
            _change(actor, page, row, changes, kind=Revision.Kind.WRITE, reason="", at=at)
            tell(actor, "step.written", page, at, {"answers": len(changes)})
        else:
            # What is answered shows the step all the same: also what others wrote, and whose it is.
            tell(actor, "step.opened", page, at, {})
        now, _ = step_page(actor, episode=episode, step=step, at=at)
        others = {code: other for code, other in others_in(since).items() if code not in changes}
        return Outcome(page=now, faults=faults, conflicts=conflicts, others=others)


def lay_aside(*, actor: Actor, episode: str, step: str, at: datetime) -> None:
    """Answers are waited for. Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible."""
    _turn(actor, episode, step, "lay_aside", Revision.Kind.LAY_ASIDE, "step.laid_aside", reason="", at=at)


def take_up(*, actor: Actor, episode: str, step: str, at: datetime) -> None:
    """Back from where it was laid, or to be filled in though the patient has died.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible.
    """
    _turn(actor, episode, step, "take_up", Revision.Kind.TAKE_UP, "step.taken_up", reason="", at=at)


def reopen(*, actor: Actor, episode: str, step: str, reason: str, at: datetime) -> None:
    """Lås upp: a signed step can be corrected, for a reason that stays.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible; ValueError (no reason).
    """
    if not reason.strip():
        raise ValueError("reopening has a reason")
    _turn(actor, episode, step, "reopen", Revision.Kind.REOPEN, "step.reopened", reason=reason.strip(), at=at)


def sign(*, actor: Actor, episode: str, step: str, base: int, at: datetime) -> None:
    """The step is complete and right, says the actor. Answers to questions that are no longer asked are taken away.

    Raises: NotFound, NotPermitted, ReasonNeeded, OfAnotherClinic, NotPossible, CannotSign, FormChanged; WrittenSince
        (somebody wrote after the page was fetched: nobody signs what they have not seen).
    """
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        _require_writable(actor, row, "sign")
        _require_unchanged(page.form)
        if row.version != base and row.saved_at is not None:
            raise WrittenSince(by=row.saved_by_name, at=row.saved_at)
        if not page.assessment.can_be_signed:
            raise CannotSign(lacking=len(page.assessment.lacking), broken=len(page.assessment.broken))
        counted = page.assessment.shown - page.assessment.locked.keys()
        hidden = {code: (stored, None) for code, stored in row.answers.items() if code not in counted}
        _put_name(actor, page, row, hidden, at=at)
        tell(actor, "step.signed", page, at, {})


def move(*, actor: Actor, episode: str, step: str, clinic_id: int, reason: str, at: datetime) -> None:
    """Another clinic of the care provider goes on with the step: given away, or fetched by those who have it next.

    Raises: NotFound (also a clinic of another provider), NotPermitted, ReasonNeeded, OfAnotherClinic (neither end is
        the actor's).
    """
    with provider_scope(actor, Permission.REPORT) as provider:
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        there = clinic_row(clinic_id)
        if there is None or there.care_provider_id != provider or not there.is_open or row.clinic_id == clinic_id:
            raise NotFound()
        if actor.seat.clinic_id not in {row.clinic_id, clinic_id}:
            raise OfAnotherClinic()
        before, row.clinic_id = row.clinic_id, clinic_id
        row.is_moved = clinic_id != page.episode.clinic_id
        revise(actor, row, {}, kind=Revision.Kind.MOVE, reason=reason.strip(), at=at)
        row.save(update_fields=["clinic", "is_moved", "version"])
        tell(actor, "step.moved", page, at, {"from_clinic": before, "to_clinic": clinic_id})


def new_system_id(letter: str) -> str:
    """`P` or `E` and eight characters that people can read out: says nothing, and a mistyped one is hardly another."""
    return letter + "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


_ANCHOR_WITHOUT_TIME: Final = timedelta(hours=12)


def _form_for(actor: Actor, sub_registry: str) -> Form:
    """Raises: NotPermitted, NotOpenForEntry, ClosedForEntry."""
    if actor.seat.clinic_id is None or not actor.may(Permission.REPORT):
        raise NotPermitted()
    form = form_in_force(sub_registry)
    reported = actor.seat.sub_registries_for(Permission.REPORT) - left_out(clinic_of(actor))
    if sub_registry not in reported:
        raise NotOpenForEntry()
    if form is None:
        raise ClosedForEntry()
    return form


def _require_not_blocked(number: PatientNumber) -> None:
    if is_blocked(number):
        raise OptedOut()


def _require_reason(actor: Actor, number: PatientNumber, *, at: datetime) -> None:
    """Whoever types the number of a patient of the own care provider is asked as if they had opened the patient.

    Raises: ReasonNeeded.
    """
    with provider_scope(actor, Permission.REPORT):
        found = patient_numbered(actor, number)
        if found is not None:
            require_reason(actor, found, at=at)


def _require_unchanged(form: Form) -> None:
    """A form that is in use stays as it is: an answer must mean tomorrow what it means today."""
    if not FormVersion.objects.filter(sub_registry=form.code, version=form.version, digest=form.digest).exists():
        raise FormChanged()


def use(form: Form, *, at: datetime) -> None:
    """The form is in use from now on: its files must not change. Raises: FormChanged."""
    FormVersion.objects.bulk_create(
        [FormVersion(sub_registry=form.code, version=form.version, digest=form.digest, used_at=at)],
        ignore_conflicts=True,
    )
    _require_unchanged(form)


def _known(who: NewPatient, began_at: datetime) -> KnownOfPatient:
    """Raises: BirthDateNeeded."""
    born, sex = who.number.birth_date or who.birth_date, who.number.sex or who.sex
    if born is None or sex is None:
        raise BirthDateNeeded()
    day = day_of(began_at)
    age = age_on(day, born=born)
    return KnownOfPatient(birth_date=born, sex=sex.value, died_on=None, age=age)


def _patient(who: NewPatient, *, at: datetime) -> int:
    """The patient of this number, new if there is none. The number is held, so two at one moment make one.

    Raises: BirthDateNeeded.
    """
    with all_providers():
        known = patient_id_of(who.number)
        if known is not None:
            return known
        person = population_register().person(who.number)
        born, sex = who.number.birth_date or who.birth_date, who.number.sex or who.sex
        if born is None or sex is None:
            raise BirthDateNeeded()
        patient = Patient.objects.create(
            system_id=new_system_id("P"),
            birth_date=born,
            sex=person.sex if person else sex,
            given_name=person.given_name if person else "",
            surname=person.surname if person else "",
            is_protected=bool(person and person.is_protected),
            register_protects=bool(person and person.is_protected),
            died_on=person.died_on if person else None,
            looked_up_at=at if person else None,
            created_at=at,
        )
        Number.objects.create(patient=patient, text=who.number.text, kind=who.number.kind, since=at)
        return patient.id


def _begin(
    actor: Actor,
    provider: int,
    patient_id: int,
    form: Form,
    answers: Mapping[str, Answer],
    began_at: datetime,
    at: datetime,
) -> str:
    clinic_id = clinic_of(actor)
    episode = Episode.objects.create(
        system_id=new_system_id("E"),
        patient_id=patient_id,
        sub_registry=form.code,
        version=form.version,
        care_provider_id=provider,
        clinic_id=clinic_id,
        began_at=began_at,
        created_at=at,
        created_by_id=actor.account_id,
        created_by_name=actor.name,
    )
    Step.objects.bulk_create(
        Step(episode=episode, care_provider_id=provider, clinic_id=clinic_id, code=step.code) for step in form.steps
    )
    page, row = step_page(actor, episode=episode.system_id, step=form.inclusion.code, lock=True, at=at)
    row.state = STEP_LIFE.after(StepState.PLANNED, "write")
    changes: dict[str, tuple[Stored | None, Stored | None]] = {code: (None, a.stored) for code, a in answers.items()}
    _change(actor, page, row, changes, kind=Revision.Kind.WRITE, reason="", at=at)
    # Its answers are what the episode was begun on: nothing is left to say about them.
    _put_name(actor, page, row, {}, at=at)
    tell(actor, "episode.begun", page, at, {})
    if page.is_dead:
        settle(patient_id, by=actor.by, actor=actor, at=at)
    return episode.system_id


def _put_name(
    actor: Actor, page: StepPage, row: Step, hidden: Mapping[str, tuple[Stored | None, None]], *, at: datetime
) -> None:
    row.state = STEP_LIFE.after(StepState(row.state), "sign")
    row.signed_at, row.signed_by_id, row.signed_by_name = at, actor.account_id, actor.name
    _change(actor, page, row, hidden, kind=Revision.Kind.SIGN, reason="", at=at)


def _turn(
    actor: Actor, episode: str, step: str, act: str, kind: Revision.Kind, event: str, *, reason: str, at: datetime
) -> None:
    with provider_scope(actor, Permission.REPORT):
        page, row = step_page(actor, episode=episode, step=step, lock=True, at=at)
        require_reason(actor, page.patient, at=at)
        _require_writable(actor, row, act)
        row.state = STEP_LIFE.after(StepState(row.state), act)
        row.closed_at, row.closed_why = None, ""
        if row.state == StepState.REOPENED:
            row.signed_at, row.signed_by_id, row.signed_by_name = None, None, ""
        _change(actor, page, row, {}, kind=kind, reason=reason, at=at)
        tell(actor, event, page, at, {"reason": reason} if reason else {})


def _require_writable(actor: Actor, row: Step, act: str) -> None:
    """Raises: OfAnotherClinic, NotPossible."""
    if row.clinic_id != actor.seat.clinic_id:
        raise OfAnotherClinic()
    STEP_LIFE.after(StepState(row.state), act)


def _read(
    form: Form, step: str, written: Written, *, at: datetime, arrived_at: datetime | None = None
) -> tuple[dict[str, Answer], dict[str, Fault]]:
    """Answers to questions of this step, and the faults of what is none. Other names are ignored."""
    answers: dict[str, Answer] = {}
    faults: dict[str, Fault] = {}
    for question in form.step(step).questions:
        if question.code not in written:
            continue
        try:
            answer = read(question, written[question.code], at=at, arrived_at=arrived_at)
        except AnswerBroken as broken:
            faults[question.code] = broken.fault
        else:
            if answer is not None:
                answers[question.code] = answer
    return answers, faults


def _merge(
    form: Form,
    row: Step,
    since: Mapping[str, tuple[Stored | None, Revision]],
    written: Written,
    answers: Mapping[str, Answer],
    faults: Mapping[str, Fault],
) -> tuple[dict[str, tuple[Stored | None, Stored | None]], tuple[Conflict, ...]]:
    """What to change, and what somebody else changed to something else since the page was fetched: also where a fault
    stands in the way, for whoever mends it would overwrite what they never saw."""
    changes: dict[str, tuple[Stored | None, Stored | None]] = {}
    conflicts = []
    for code in written:
        if code in faults:
            if code in since:
                conflicts.append((code, row.answers.get(code), since[code][1]))
            continue
        new = answers[code].stored if code in answers else None
        now = row.answers.get(code)
        at_base = since[code][0] if code in since else now
        if new in (at_base, now):
            continue
        if code in since:
            revision = since[code][1]
            conflicts.append((code, now, revision))
        else:
            changes[code] = (now, new)
    return changes, tuple(
        Conflict(
            code=code,
            mine=tuple(written[code]),
            theirs=answers_of(form, {code: now}).get(code) if now is not None else None,
            by_name=revision.by_name,
            at=revision.at,
        )
        for code, now, revision in conflicts
    )


def _change(
    actor: Actor,
    page: StepPage,
    row: Step,
    changes: Mapping[str, tuple[Stored | None, Stored | None]],
    *,
    kind: Revision.Kind,
    reason: str,
    at: datetime,
) -> None:
    """Answers, revision, and what follows from the answers: flags, the episode's beginning, when later steps come."""
    answers = {code: stored for code, stored in row.answers.items() if code not in changes}
    row.answers = answers | {code: new for code, (_, new) in changes.items() if new is not None}
    own = answers_of(page.form, row.answers)
    everything = dict(page.answers) | {row.code: own}
    began_at = _anchor(page.form, own) if row.code == page.form.inclusion.code else None
    if began_at is not None and began_at != page.episode.began_at:
        Episode.objects.filter(id=row.episode_id).update(began_at=began_at)
    known = known_of(page.patient, began_at or page.episode.began_at, told_died_on=page.told_died_on)
    now = assess(page.form, row.code, answers=everything, patient=known, today=day_of(at))
    row.flags, row.lacking = len(now.broken), len(now.lacking)
    said_dead, row.says_dead, row.died_on = row.says_dead, now.death, now.died_on
    row.saved_at, row.saved_by_id, row.saved_by_name = at, actor.account_id, actor.name
    row.next_since = None
    revise(actor, row, changes, kind=kind, reason=reason, at=at)
    row.save()
    _set_due(page.form, row, everything, changed=frozenset(changes))
    if kind in {Revision.Kind.SIGN, Revision.Kind.REOPEN}:
        set_next(page.form, row.episode_id, at=at)
    if row.says_dead != said_dead:
        settle(page.patient.id, by=actor.by, actor=actor, but=row.id, at=at)


def _set_due(form: Form, row: Step, answers: Mapping[str, Mapping[str, Answer]], *, changed: frozenset[str]) -> None:
    """Steps that are taken some months after an answer, and not before all that they must tell can be known."""
    told = {code: answer.value for some in answers.values() for code, answer in some.items()}
    for step in form.steps:
        if step.due is None:
            continue
        waited_for = [question for question in step.questions if question.variable.opens and question.variable.required]
        after = {question.variable.opens.after for question in waited_for if question.variable.opens}
        if not changed & {step.due.after, *after}:
            continue
        value = told.get(step.due.after)
        day = day_of(value) if isinstance(value, datetime) else value
        due_from = due_to = None
        if isinstance(day, date):
            opening = [opens_on(q, told.get(q.variable.opens.after)) for q in waited_for if q.variable.opens]
            due_from = max([months_later(day, step.due.months_from), *(one for one in opening if one)])
            due_to = max(months_later(day, step.due.months_to), due_from)
        Step.objects.filter(episode_id=row.episode_id, code=step.code).update(due_from=due_from, due_to=due_to)


def _anchor(form: Form, answers: Mapping[str, Answer]) -> datetime | None:
    """When the episode began. Of a day without a time of day, noon."""
    value = answers[form.anchor].value if form.anchor in answers else None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SWEDEN) + _ANCHOR_WITHOUT_TIME
    return None


def _within(form: Form) -> timedelta:
    return timedelta(days=form.register.doubles_within_days)


def tell(actor: Actor, event: str, page: StepPage, at: datetime, facts: Mapping[str, Fact]) -> None:
    """An entry about the patient whose step it is."""
    record(
        event=event,
        by=actor.by,
        at=at,
        about_patient_id=page.patient.id,
        clinic_id=actor.seat.clinic_id,
        facts={"episode": page.episode.system_id, "step": page.step.code, "sub_registry": page.form.code, **facts},
    )
