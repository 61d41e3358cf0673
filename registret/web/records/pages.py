"""What the pages of patients and episodes show beside the fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.grants.participation import left_out
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.places.queries import clinics, open_clinics
from registret.records.lifecycle import ClosedWhy, StepState
from registret.records.numbers import Sex
from registret.records.reporting.versions import Preview, newer_form
from registret.records.reporting.writing import WriteOutcome
from registret.records.rows import EpisodeRow, Other, RevisionRow, StepPage, StepRow
from registret.registries.answers import written
from registret.registries.assessing import Assessment, ScoreNow
from registret.registries.comparing import QuestionChange
from registret.registries.forms import Form, Question
from registret.registries.queries import form_in_force, form_of, sub_registries
from registret.registries.saying import computed, said
from registret.registries.vocabulary import Block, RegistryState
from registret.web.records.fields import Part, Trouble, odd_of, overtaken, parts_of, stops_of, title_of, troubles_of
from registret.web.records.reading import read
from registret.words.days import clock_in_words, day_in_words
from registret.words.extracts import act_name
from registret.words.labels import asked

_FEW_SCORES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreShown:
    """A score in words. `is_counted`: there is something to read, a value or what is wrong with the times that it is
    computed of. `is_word`: the value is yes, no or unknown, and no number. `parts`: what is shown with it, one
    row each."""

    code: str
    name: str
    is_counted: bool
    value: str
    is_word: bool
    unit: str
    reading: str
    help: str
    source: str
    parts: tuple[ScoreShown, ...] = ()

    @property
    def line(self) -> str:
        """`3, hög risk`, or why there is no value."""
        unit = f" {self.unit}" if self.unit else ""
        reading = f", {self.reading.lower()}" if self.reading else ""
        return f"{self.value}{unit}{reading}" if self.is_counted else self.value


def sex_name(sex: Sex) -> str:
    """In the active language."""
    return {Sex.FEMALE: _("Kvinna"), Sex.MALE: _("Man"), Sex.UNKNOWN: _("Okänt kön")}[sex]


def state_name(state: StepState) -> str:
    return {
        StepState.PLANNED: _("ej påbörjad"),
        StepState.DRAFT: _("utkast"),
        StepState.INCOMPLETE: _("ofullständig"),
        StepState.SIGNED: _("signerad"),
        StepState.REOPENED: _("upplåst"),
        StepState.CLOSED: _("stängd"),
    }[state]


def score_shown(now: ScoreNow) -> ScoreShown:
    score = now.score
    return ScoreShown(
        code=score.code,
        name=str(score.name),
        is_counted=now.value is not None or now.is_backwards,
        value=computed(now),
        is_word=score.is_yes_or_no or (now.value is None and not now.is_open),
        unit=str(score.unit or "") if now.value is not None else "",
        reading=now.reading or _why_not(now),
        help=str(score.help or ""),
        source=_("Definition %(version)s. %(source)s") % {"version": score.version, "source": score.source},
    )


def scores_shown(scores: Sequence[ScoreNow]) -> list[ScoreShown]:
    """Each by itself, with its parts below it; these without its name before their own."""

    def part(now: ScoreNow, whole: ScoreNow) -> ScoreShown:
        found = score_shown(now)
        name = found.name.removeprefix(f"{whole.score.name}, ")
        return replace(found, name=name[:1].upper() + name[1:])

    return [
        replace(
            score_shown(whole),
            parts=tuple(part(now, whole) for now in scores if now.score.part_of == whole.score.code),
        )
        for whole in scores
        if whole.score.part_of is None
    ]


def _why_not(now: ScoreNow) -> str:
    """Why there is no value, if there is none."""
    if now.value is not None:
        return ""
    if now.is_open:
        return _("Räknas när alla delar är besvarade.")
    if now.is_backwards:
        return _("Tiden slutar innan den börjar.")
    return _("Gäller inte här.") if now.is_skipped else _("Någon del är okänd.")


def patient_context(page: StepPage) -> dict[str, Any]:
    """Of a page about a step: whose it is."""
    return {
        "page": page,
        "p": page.patient,
        "e": page.episode,
        "age": page.patient.age_at(day_of(page.episode.began_at)),
        "step_name": str(page.form_step.name),
    }


def step_context(
    page: StepPage, *, parts: Sequence[Part], outcome: WriteOutcome | None = None, signing: bool = False
) -> dict[str, Any]:
    """One step with its fields. `signing`: it was tried, and all that stops it is told in one place."""
    broken = broken_shown(page.assessment)
    troubles = troubles_of(parts, broken=[Trouble(code=b["code"], text=b["text"]) for b in broken] if signing else [])
    to_look_at = _to_look_at(page) if signing and not troubles else ()
    steps = steps_shown(page.episode)
    sections = () if page.is_writable else read(page)
    on_page = [one.code for one in (parts if page.is_writable else sections)]
    return patient_context(page) | {
        "step": page.step,
        "form_step": page.form_step,
        "steps": steps,
        "go_on": _to_go_on_with(page, steps),
        "due": due_in_words(page),
        "closed_why": _closed_why(page),
        "later": _later(steps),
        "parts": [part for part in parts if part.code in on_page],
        "read": sections,
        "scores": scores_shown(page.assessment.scores),
        "scores_after": _where_scores_stand(page, on_page),
        "newer": newer_form(page.form),
        "broken": [] if signing else broken,
        "to_do": to_do(page.assessment),
        "next": next_to_do(page),
        "not_saved": _not_saved(parts),
        "troubles": troubles or to_look_at,
        "troubles_title": _("Stämmer det här? Rätta, eller signera igen.") if to_look_at else title_of(troubles),
        "seen": " ".join(sorted(remarks(page.assessment))) if to_look_at else "",
        "conflicts": outcome.conflicts if outcome else (),
        "tab": "records",
    }


def remarks(assessment: Assessment) -> set[str]:
    """Codes of the rules that do not hold and stop no signature: they are asked about once, when it is tried."""
    return {rule.code for rule in assessment.odd}


def _to_look_at(page: StepPage) -> tuple[Trouble, ...]:
    """What those rules ask, each at the first of its questions that is on the page."""
    here = {question.code for question in page.form_step.questions}
    found = {str(rule.message): next((c for c in rule.about if c in here), "") for rule in page.assessment.odd}
    return tuple(Trouble(code=code, text=text) for text, code in found.items())


def due_in_words(page: StepPage) -> str:
    """When a step is to be done that is not done at once; empty for the others."""
    due, row = page.form_step.due, page.step
    if due is None or row.state in {StepState.SIGNED, StepState.CLOSED}:
        return ""
    if row.due_from is not None and row.due_to is not None:
        days = {"first": day_in_words(row.due_from), "last": day_in_words(row.due_to)}
        return _("Görs från %(first)s, senast %(last)s.") % days
    after = {
        "least": due.months_from,
        "most": due.months_to,
        "after": str(page.form.questions[due.after].variable.label),
    }
    return _("Görs %(least)s–%(most)s månader efter ”%(after)s”.") % after


def _closed_why(page: StepPage) -> str:
    """Why a step is not to be done any more; empty if it is."""
    if page.step.closed_at is None:
        return ""
    if page.step.closed_why is ClosedWhy.REGISTER and page.patient.died_on is not None:
        died = {"day": day_in_words(page.patient.died_on)}
        return _("Steget är stängt: patienten avled %(day)s enligt folkbokföringen.") % died
    return _("Steget är stängt: patienten har avlidit enligt ett svar i ett formulär.")


def _to_go_on_with(page: StepPage, steps: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """After signing: the first step that is not signed, if the same clinic has it and no day is to be waited for."""
    done = {StepState.SIGNED, StepState.CLOSED}
    following = next((one for one in steps if one["row"].state not in done), None)
    if following is None or following["row"].clinic_id != page.step.clinic_id or following["row"].due_from is not None:
        return None
    return following


def _later(steps: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The next step that has a day to wait for and is not done."""
    done = {StepState.SIGNED, StepState.CLOSED}
    waiting = (one for one in steps if one["row"].state not in done and one["row"].due_from is not None)
    return next(waiting, None)


def _not_saved(parts: Sequence[Part]) -> list[str]:
    return [f.code for part in parts for f in part.fields if f.is_shown and f.fault and not f.is_unanswered]


def _where_scores_stand(page: StepPage, on_page: Sequence[str]) -> str:
    """After which section, for those who read one column: a few after what the first is counted from, many last."""
    scores, sections = page.assessment.scores, [one for one in page.form_step.sections if one.code in on_page]
    if not sections:
        return ""
    core = [one for one in sections if one.block is Block.CORE] or list(sections)
    if len(scores) > _FEW_SCORES:
        return core[-1].code
    needed = scores[0].score.formula.names if scores else frozenset()
    holding = [one for one in core if needed & {question.code for question in one.questions}]
    return (holding or core[:1])[-1].code


def broken_shown(assessment: Assessment) -> list[dict[str, str]]:
    """Rules that stop signing, once for each sentence."""
    found = {str(rule.message): rule.about[0] for rule in assessment.broken}
    return [{"text": text, "code": code} for text, code in found.items()]


def to_do(assessment: Assessment) -> str:
    """What is left before the step can be signed: `1 att rätta, 8 frågor kvar`."""
    broken, lacking = len(broken_shown(assessment)), len(assessment.lacking)
    told = []
    if broken:
        told.append(_("%(n)s att rätta") % {"n": broken})
    if lacking:
        told.append(ngettext("%(n)s fråga kvar", "%(n)s frågor kvar", lacking) % {"n": lacking})
    opens = [day for day in assessment.locked.values() if day is not None]
    if opens:
        told.append(_("kan signeras från %(day)s") % {"day": day_in_words(max(opens))})
    return ", ".join(told) or _("Klar att signera")


def next_to_do(page: StepPage) -> str:
    """The question that is to be mended or answered next, in the order of the form; empty if none is."""
    wrong = {code for rule in page.assessment.broken for code in rule.about} | set(page.assessment.lacking)
    return next((question.code for question in page.form_step.questions if question.code in wrong), "")


def steps_shown(episode: EpisodeRow) -> list[dict[str, Any]]:
    form = form_of(episode.sub_registry, episode.version)
    return [
        {"code": row.code, "name": str(form.step(row.code).name), "row": row, "state_name": state_name(row.state)}
        for row in episode.steps
    ]


def live(outcome: WriteOutcome, faults: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """What the browser is told after it saved or asked: what is asked now, what is odd, what scores come to."""
    page = outcome.page
    questions = {question.code: question for question in page.form_step.questions}
    parts = parts_of(page.form_step, answers=page.answers[page.step.code], assessment=page.assessment, at=at)
    return {
        "version": page.step.version,
        "saved": clock_in_words(page.step.saved_at or at),
        "shown": sorted(page.assessment.shown),
        "stops": {code: stops_of(question, page.assessment) for code, question in questions.items()},
        "odd": {code: odd_of(question, page.assessment) for code, question in questions.items()},
        "faults": faults,
        "conflicts": [conflict.code for conflict in outcome.conflicts],
        "others": {
            code: _other(page, questions[code], outcome.others[code]) for code in questions if code in outcome.others
        },
        "closed": _closed(page),
        "scores": {now.score.code: _score(score_shown(now)) for now in page.assessment.scores},
        "left": {part.code: part.left for part in parts},
        "done": [part.code for part in parts if part.is_done],
        "told": {part.code: part.told for part in parts if part.is_optional},
        "to_do": to_do(page.assessment),
        "next": next_to_do(page),
    }


def refused_live(
    context: Mapping[str, Any], outcome: WriteOutcome, faults: Mapping[str, str], at: datetime
) -> dict[str, Any]:
    """As `live`, of a form that was sent and not accepted: with the summary of what is to be mended and answered."""
    unanswered = {f.code: f.fault for part in context["parts"] for f in part.fields if f.is_unanswered}
    return live(outcome, faults, at) | {
        "unanswered": unanswered,
        "title": context["troubles_title"],
        "seen": context["seen"],
        "troubles": [{"code": t.code, "text": t.text, "left": t.is_unanswered} for t in context["troubles"]],
    }


def history_context(page: StepPage, revisions: Sequence[RevisionRow]) -> list[dict[str, Any]]:
    places = clinics({row.by_clinic_id for row in revisions if row.by_clinic_id is not None})
    order = {code: place for place, code in enumerate(page.form.questions)}
    shown = []
    for row in revisions:
        changes = [
            {
                "label": str(change.question.variable.label),
                "old": said(change.question, change.old),
                "new": said(change.question, change.new),
            }
            for change in sorted(row.changes, key=lambda change: order.get(change.question.code, len(order)))
        ]
        shown.append(
            {
                "row": row,
                "what": act_name(row.kind),
                "clinic": places[row.by_clinic_id].title
                if row.by_clinic_id is not None and row.by_clinic_id in places
                else "",
                "changed": [change for change in changes if change["old"]],
                "first": [change for change in changes if not change["old"]],
            }
        )
    return shown


def version_context(found: Preview) -> dict[str, Any]:
    """What becomes of the variables that changed, and which answers do not come along."""
    names = {
        QuestionChange.CHANGED: _("ändrad"),
        QuestionChange.NEW: _("ny"),
        QuestionChange.GONE: _("borttagen"),
    }
    return patient_context(found.page) | {
        "new": found.new,
        "rows": [
            {"label": str(question.variable.label), "what": names[d.change]}
            for d in found.differences
            if d.change in names and (question := d.new or d.old) is not None
        ],
        "lost": [
            {"label": str(lost.question.variable.label), "answer": said(lost.question, lost.answer)}
            for lost in found.lost
        ],
    }


def episodes_context(episodes: Sequence[EpisodeRow], *, at: datetime) -> list[dict[str, Any]]:
    """With what each step waits for on the day of `at`."""
    places = clinics({episode.clinic_id for episode in episodes})
    return [
        {
            "row": e,
            "clinic": places[e.clinic_id].title,
            "steps": [one | {"state_name": _waits_for(one["row"], today=day_of(at))} for one in steps_shown(e)],
        }
        for e in episodes
    ]


def _waits_for(row: StepRow, *, today: date) -> str:
    """How far a step has come; of a follow-up that is not begun, when it is to be done."""
    if row.state is not StepState.PLANNED or row.due_from is None or row.due_to is None:
        return state_name(row.state)
    if row.due_from > today:
        return _("väntar, från %(day)s") % {"day": day_in_words(row.due_from)}
    return _("att göra, senast %(day)s") % {"day": day_in_words(row.due_to)}


def registries_to_report(actor: Actor) -> list[Any]:
    """Those that are open, that the actor reports to, and that the clinic takes part in."""
    mine = actor.seat.sub_registries_for(Permission.REPORT) - left_out(actor.seat.clinic_id or 0)
    return [one for one in sub_registries() if one.state is RegistryState.OPEN and one.code in mine]


def closed_to_report(actor: Actor) -> list[Any]:
    """Those that are closed for entry, in which the actor may still correct what was reported."""
    mine = actor.seat.sub_registries_for(Permission.REPORT)
    return [one for one in sub_registries() if one.state is RegistryState.CLOSED and one.code in mine]


def forms_to_report(actor: Actor) -> list[Form]:
    """The forms in force of those."""
    found = [form_in_force(one.code) for one in registries_to_report(actor)]
    return [form for form in found if form is not None]


def clinics_of_provider(actor: Actor) -> list[Any]:
    """Open clinics that a step can be moved to."""
    found = open_clinics(first_of_organisation=actor.seat.organisation_number)
    return [row for row in found if row.care_provider_id == actor.seat.care_provider_id]


def _score(shown: ScoreShown) -> dict[str, Any]:
    return {
        "value": shown.value,
        "counted": shown.is_counted,
        "word": shown.is_word,
        "unit": shown.unit,
        "reading": shown.reading,
    }


def _other(page: StepPage, question: Question, other: Other) -> dict[str, Any]:
    """An answer that somebody else changed: what a field is filled with, and what is said of it there. `clash`: if the
    field holds something else that is not saved."""
    theirs = page.answers[page.step.code].get(question.code)
    said_of_it = {"name": other.by_name, "clock": clock_in_words(other.at)}
    return {
        "texts": list(written(question, theirs)),
        "label": asked(str(question.variable.label)),
        "changed": _("Ändrat av %(name)s kl. %(clock)s.") % said_of_it,
        "clash": overtaken(question, theirs, other.by_name),
    }


def _closed(page: StepPage) -> str:
    """Why nothing more can be written, if somebody else has seen to that."""
    if page.is_writable:
        return ""
    if page.step.state is StepState.CLOSED:
        return _("Patienten har avlidit, och steget är stängt. Ladda om sidan.")
    if page.step.state is StepState.SIGNED:
        return _("%(name)s har signerat. Ladda om sidan.") % {"name": page.step.signed_by_name}
    return _("Steget har flyttats till en annan klinik. Ladda om sidan.")
