"""CDISC ODM 1.3.2: the form as a study, and each episode as a subject, a line each, which the import reads.

An episode and not the patient is the subject: a patient may have several, and keys of subjects are often shown.
Source: CDISC Operational Data Model 1.3.2, ClinicalData.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import IO, Final
from xml.etree.ElementTree import Element, tostring

from registret.exchange.exporting.rows import BETWEEN, scores_of
from registret.kernel.sweden import SWEDEN
from registret.records.queries.exports import ExportedEpisode, ExportedStep
from registret.registries.answers import Answer
from registret.registries.exports.odm import element, texted
from registret.registries.exports.odm_names import MARK_LIST, MISSING_LIST, NAMESPACE
from registret.registries.exports.odm_study import PATIENT, as_study, version_oid
from registret.registries.forms import Form, FormScore
from registret.registries.language.evaluating import Value

VERSION: Final = "1.3.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class OdmHead:
    """What the file says of itself. `file`: its id."""

    file: str
    registry: str
    clinic: str
    at: datetime


def write(out: IO[bytes], episodes: Iterable[ExportedEpisode], *, forms: Sequence[Form], head: OdmHead) -> None:
    """`forms`: all versions of the form."""
    out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{_opened(_root(head))}\n'.encode())
    out.write(_line(as_study(forms, registry=head.registry)))
    for oid, found in groupby(episodes, key=lambda one: version_oid(one.form)):
        clinical = element("ClinicalData", StudyOID=forms[-1].code, MetaDataVersionOID=oid)
        out.write(f"{_opened(clinical)}\n".encode())
        for episode in found:
            out.write(_line(_subject(episode)))
        out.write(b"</ClinicalData>\n")
    out.write(b"</ODM>\n")


def _root(head: OdmHead) -> Element:
    return element(
        "ODM",
        xmlns=NAMESPACE,
        ODMVersion=VERSION,
        FileType="Snapshot",
        FileOID=head.file,
        CreationDateTime=_text(head.at),
        SourceSystem=head.registry,
        Originator=head.clinic,
    )


def _opened(empty: Element) -> str:
    return tostring(empty, encoding="unicode").removesuffix(" />") + ">"


def _line(whole: Element) -> bytes:
    return tostring(whole, encoding="unicode").encode() + b"\n"


def _subject(episode: ExportedEpisode) -> Element:
    scores = scores_of(episode)
    events = (_event(episode, step, scores) for step in episode.steps)
    return element("SubjectData", *events, SubjectKey=episode.system_id)


def _event(episode: ExportedEpisode, step: ExportedStep, scores: dict[str, Decimal]) -> Element:
    form = element("FormData", *_groups(episode, step, scores), FormOID=f"form:{step.code}")
    return element("StudyEventData", form, StudyEventOID=f"step:{step.code}")


def _groups(episode: ExportedEpisode, step: ExportedStep, scores: dict[str, Decimal]) -> Iterator[Element]:
    asked = episode.form.step(step.code)
    if step.code == episode.form.inclusion.code:
        yield _group(PATIENT, _of_patient(episode))
    yield _group(f"about:{step.code}", _of_step(step))
    for section in asked.sections:
        codes = [question.code for question in section.questions if question.code in step.answers]
        if codes:
            yield _group(f"section:{step.code}.{section.code}", (_answer(code, step.answers[code]) for code in codes))
    if computed := [_score(score, scores[score.code]) for score in asked.scores if score.code in scores]:
        yield _group(f"scores:{step.code}", computed)


def _group(oid: str, items: Iterable[Element]) -> Element:
    return element("ItemGroupData", *items, ItemGroupOID=oid)


def _of_patient(episode: ExportedEpisode) -> Iterator[Element]:
    patient = episode.patient
    if patient.numbers:
        yield _item("number", patient.numbers[0].shown)
    if patient.birth_date is not None:
        yield _item("birth_date", _text(patient.birth_date))
    yield _item("sex", patient.sex.value)


def _of_step(step: ExportedStep) -> Iterator[Element]:
    yield _item(f"{step.code}.state", step.state.value)
    if step.signed_at is not None:
        yield _item(f"{step.code}.signed_at", _text(step.signed_at))
        yield _item(f"{step.code}.signed_by", step.signed_by_name)


def _answer(code: str, answer: Answer) -> Element:
    if answer.missing is not None:
        return element("ItemData", _flag(MISSING_LIST, answer.missing.value), ItemOID=code, IsNull="Yes")
    mark = _flag(MARK_LIST, answer.mark.value) if answer.mark else None
    return _item(code, _text(answer.value), mark)


def _score(score: FormScore, value: Decimal) -> Element:
    return _item(score.code, ("true" if value == 1 else "false") if score.is_yes_or_no else _text(value))


def _item(code: str, value: str, flag: Element | None = None) -> Element:
    return element("ItemData", flag, ItemOID=code, Value=value)


def _flag(code_list: str, value: str) -> Element:
    return element("Annotation", element("Flag", texted("FlagValue", value, CodeListOID=code_list)), SeqNum="1")


def _text(value: Value) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case frozenset():
            return BETWEEN.join(sorted(value))
        case datetime():
            return value.astimezone(SWEDEN).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
    return str(value)
