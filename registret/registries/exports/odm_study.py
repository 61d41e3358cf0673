"""The versions of a form as a study in CDISC ODM 1.3.2: a step is a study event with one form, a section a group.

Source: CDISC Operational Data Model 1.3.2, Study, MetaDataVersion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from registret.registries.exports.odm import element, in_english, texted, translated
from registret.registries.exports.odm_items import code_lists, items_of_patient, items_of_step, items_of_steps, units
from registret.registries.forms import Form, FormScore, FormSection, FormStep, Question
from registret.registries.vocabulary import Words

LANGUAGE: Final = "registret"
"""The context of formal expressions: the language of conditions and scores, `docs/definitions.md`."""
PATIENT: Final = "patient"
"""The group of what is known of the patient, in the first step."""


def as_study(forms: Sequence[Form], *, registry: str) -> Element:
    """`forms`: all versions of one form. `registry`: its name."""
    form = forms[-1]
    about = element(
        "GlobalVariables",
        texted("StudyName", form.register.name.sv),
        texted("StudyDescription", f"{registry}: {form.register.name.sv}"),
        texted("ProtocolName", form.code),
    )
    return element(
        "Study", about, element("BasicDefinitions", *units(forms)), *(_version(one) for one in forms), OID=form.code
    )


def version_oid(form: Form) -> str:
    return f"{form.code}:{form.version}"


def _version(form: Form) -> Element:
    return element(
        "MetaDataVersion",
        element(
            "Protocol", *(_ref("StudyEvent", f"step:{step.code}", n) for n, step in enumerate(form.steps, start=1))
        ),
        *(_event(step) for step in form.steps),
        *(_form(form, step) for step in form.steps),
        *(group for step in form.steps for group in _groups(form, step)),
        *items_of_patient(),
        *(item for step in form.steps for item in items_of_step(form, step)),
        *code_lists(form),
        *(_condition(question) for step in form.steps for question in step.questions if question.shown_if),
        *(_method(score) for step in form.steps for score in step.scores),
        OID=version_oid(form),
        Name=f"{form.register.name.sv} {form.version}",
        Description=f"SHA-256 {form.digest}",
    )


def _event(step: FormStep) -> Element:
    return element(
        "StudyEventDef",
        _ref("Form", f"form:{step.code}", 1),
        OID=f"step:{step.code}",
        Name=step.name.sv,
        Repeating="No",
        Type="Scheduled",
    )


def _form(form: Form, step: FormStep) -> Element:
    groups = (_ref("ItemGroup", group.attrib["OID"], n) for n, group in enumerate(_groups(form, step), start=1))
    return element("FormDef", *groups, OID=f"form:{step.code}", Name=step.name.sv, Repeating="No")


def _groups(form: Form, step: FormStep) -> Iterator[Element]:
    """In the order of the form: the patient, what the step itself is, its sections, what is computed."""
    if step is form.inclusion:
        yield _group(PATIENT, Words(sv="Patienten", en="The patient"), _refs(items_of_patient()))
    yield _group(f"about:{step.code}", step.name, _refs(items_of_steps(step)))
    for section in step.sections:
        yield _section(step, section)
    if step.scores:
        refs = [_item(score.code, n, MethodOID=f"method:{score.code}") for n, score in enumerate(step.scores, start=1)]
        yield _group(f"scores:{step.code}", Words(sv="Beräknat", en="Computed"), refs)


def _refs(items: Sequence[Element]) -> list[Element]:
    return [_item(item.attrib["OID"], n) for n, item in enumerate(items, start=1)]


def _section(step: FormStep, section: FormSection) -> Element:
    refs = [_question(question, n) for n, question in enumerate(section.questions, start=1)]
    return _group(f"section:{step.code}.{section.code}", section.name, refs, intro=section.intro)


def _group(oid: str, name: Words, refs: Sequence[Element], intro: Words | None = None) -> Element:
    return element(
        "ItemGroupDef", translated("Description", intro or name), *refs, OID=oid, Name=name.sv, Repeating="No"
    )


def _question(question: Question, number: int) -> Element:
    shown = f"condition:{question.code}" if question.shown_if else None
    is_mandatory = question.variable.required and not question.shown_if
    return _item(question.code, number, is_mandatory=is_mandatory, CollectionExceptionConditionOID=shown)


def _item(code: str, number: int, *, is_mandatory: bool = False, **more: str | None) -> Element:
    mandatory = "Yes" if is_mandatory else "No"
    return element("ItemRef", ItemOID=code, OrderNumber=str(number), Mandatory=mandatory, **more)


def _condition(question: Question) -> Element:
    """When the question is not asked, which is the other way round than in a definition."""
    shown = question.shown_if.text if question.shown_if else ""
    return element(
        "ConditionDef",
        in_english("Description", f"Not asked unless: {shown}"),
        texted("FormalExpression", f"not ({shown})", Context=LANGUAGE),
        OID=f"condition:{question.code}",
        Name=question.code,
    )


def _method(score: FormScore) -> Element:
    """The numbers of a value set have a licence of their own, so they stay here."""
    formula = None if score.value_set else texted("FormalExpression", score.formula.text, Context=LANGUAGE)
    said = score.source if isinstance(score.source, Words) else Words(sv=score.source, en=score.source)
    return element(
        "MethodDef",
        translated("Description", said),
        formula,
        OID=f"method:{score.code}",
        Name=f"{score.name.sv}, {score.version}",
        Type="Computation",
    )


def _ref(kind: str, oid: str, number: int) -> Element:
    made = element(f"{kind}Ref", OrderNumber=str(number), Mandatory="Yes")
    made.set(f"{kind}OID", oid)
    return made
