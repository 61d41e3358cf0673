"""What a project asks for: which parts of which episodes, and how much that is.

Everything here is counted inside `all_providers` or `snapshot_of_all`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from registret.kernel.sweden import midnight
from registret.records.lifecycle import StepState
from registret.records.models import Step
from registret.registries.forms import Form, Question
from registret.registries.queries import catalogue
from registret.registries.vocabulary import RegistryState, VariableType

ABOUT: Final[Mapping[str, str]] = {
    "patient": "Pseudonym of the patient, in this disclosure only",
    "episode": "Pseudonym of the care episode, in this disclosure only",
    "clinic": "Pseudonym of the clinic that the step belongs to, in this disclosure only",
    "age": "Whole years when the episode began; 90+ stands for 90 and more",
    "sex": "female, male or unknown",
    "version": "Version of the form, as in codebook.csv",
}
"""The columns before the variables, with the clinic only if it was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedSection:
    """A section of a step, by the names of its newest version."""

    code: str
    step: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is asked for: of episodes that began from `first_day` to `last_day`, these `parts` (`step/section`).

    Once it is decided: what was signed `as_of` then, by the versions of the form that there were then (`digests`, by
    their numbers), so that nothing comes along that nobody has decided about."""

    sub_registry: str
    first_day: date
    last_day: date
    parts: frozenset[str]
    full_dates: bool
    clinics: bool = True
    as_of: datetime | None = None
    digests: Mapping[str, str] | None = None

    @property
    def forms(self) -> tuple[Form, ...]:
        known = forms(self.sub_registry)
        if self.digests is None:
            return known
        return tuple(form for form in known if self.digests.get(str(form.version)) == form.digest)

    @property
    def about(self) -> dict[str, str]:
        """`ABOUT`, as it is in this file."""
        left_out = set() if self.clinics else {"clinic"}
        said = {name: text for name, text in ABOUT.items() if name not in left_out}
        return said | {"age": "Whole years when the episode began"} if self.full_dates else said

    @property
    def steps(self) -> tuple[str, ...]:
        """Codes of the steps with a part that is asked for, in the order of the form."""
        wanted = {part.partition("/")[0] for part in self.parts}
        return tuple(dict.fromkeys(s.code for form in self.forms for s in form.steps if s.code in wanted))

    def questions(self, form: Form, step: str) -> tuple[Question, ...]:
        """Questions whose answers are given out: never free text."""
        return tuple(one for one in self._chosen(form, step) if one.type is not VariableType.TEXT)

    def columns(self, step: str) -> tuple[str, ...]:
        """Codes of the variables of a step, of all versions."""
        found = (one.code for form in self.forms for one in self.questions(form, step))
        return tuple(dict.fromkeys(found))

    @property
    def can_close(self) -> bool:
        """Whether a death can close one of the steps: those that are taken later."""
        later = {step.code for form in self.forms for step in form.steps if step.due is not None}
        return not later.isdisjoint(self.steps)

    @property
    def free_text(self) -> tuple[str, ...]:
        """Codes of the variables that are left out because they are free text."""
        all_of_them = (one for form in self.forms for step in self.steps for one in self._chosen(form, step))
        return tuple(dict.fromkeys(one.code for one in all_of_them if one.type is VariableType.TEXT))

    def _chosen(self, form: Form, step: str) -> Iterator[Question]:
        for one in form.steps:
            if one.code == step:
                yield from (q for q in one.questions if f"{step}/{q.section}" in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many patients, episodes and steps a selection has now, and what is left out of it.

    Left out: `protected_…`, of patients with protected identity; `unsigned`, steps that are begun and not signed;
    `later`, steps that were signed after the decision, or with a version of the form that it is not about. `culled`:
    steps that are included without their answers to research questions, which were destroyed for their age.
    """

    patients: int
    episodes: int
    steps: int
    protected_patients: int
    protected_steps: int
    unsigned: int
    culled: int
    later: int


def forms(sub_registry: str) -> tuple[Form, ...]:
    """Return all versions of the form that were ever in force, oldest first."""
    known = catalogue()
    return tuple(
        known.forms[code, version]
        for code, version in sorted(known.forms)
        if code == sub_registry and known.registers[code, version].state is not RegistryState.DRAFT
    )


def parts_of(sub_registry: str) -> tuple[SelectedSection, ...]:
    """Return the parts that can be asked for, in the order of the form."""
    found: dict[str, SelectedSection] = {}
    for form in forms(sub_registry):
        for step in form.steps:
            for section in step.sections:
                code = f"{step.code}/{section.code}"
                found[code] = SelectedSection(code=code, step=str(step.name), name=str(section.name))
    return tuple(found.values())


def signed(selection: Selection) -> QuerySet[Step]:
    """Return the steps that are given out."""
    return _signed(selection).filter(_decided(selection), episode__patient__is_protected=False)


def extent(selection: Selection) -> Extent:
    """Count what the selection has now."""
    own = signed(selection).aggregate(
        patients=Count("episode__patient_id", distinct=True),
        episodes=Count("episode_id", distinct=True),
        steps=Count("id"),
        culled=Count("id", filter=Q(research_gone_at__isnull=False)),
    )
    others = (
        _signed(selection)
        .filter(episode__patient__is_protected=True)
        .aggregate(patients=Count("episode__patient_id", distinct=True), steps=Count("id"))
    )
    later = _signed(selection).exclude(_decided(selection)).filter(episode__patient__is_protected=False)
    begun = all_steps(selection).filter(episode__patient__is_protected=False)
    return Extent(
        patients=own["patients"],
        episodes=own["episodes"],
        steps=own["steps"],
        protected_patients=others["patients"],
        protected_steps=others["steps"],
        culled=own["culled"],
        unsigned=begun.exclude(state__in=[StepState.SIGNED, StepState.PLANNED, StepState.CLOSED]).count(),
        later=later.count(),
    )


def all_steps(selection: Selection) -> QuerySet[Step]:
    return Step.objects.filter(
        code__in=selection.steps,
        episode__sub_registry=selection.sub_registry,
        episode__began_at__gte=midnight(selection.first_day),
        episode__began_at__lt=midnight(selection.last_day + timedelta(days=1)),
    )


def _signed(selection: Selection) -> QuerySet[Step]:
    return all_steps(selection).filter(state=StepState.SIGNED)


def _decided(selection: Selection) -> Q:
    """Return a filter for the signed steps that the decision is about."""
    known = Q(episode__version__in=[form.version for form in selection.forms])
    return known & Q(signed_at__lte=selection.as_of) if selection.as_of else known
