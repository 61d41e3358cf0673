"""Patientärenden in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.records.cases import CasePage, ReportedEpisodes
from registret.records.patient_rights.opting_out import LeavingRow
from registret.records.rows import PatientRow
from registret.web.card_time import CardTime
from registret.web.cases.forms import CaseForm, NumberForm
from registret.web.pieces import FactText, Note, Tag
from registret.web.templatetags.look import day, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesPage:
    form: CaseForm
    notes: Sequence[Note] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePerson:
    """A patient, and how much there is of whom."""

    facts: Sequence[FactText]
    kept: Sequence[ReportedEpisodes]
    system_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """A case that was opened. `person` None: nobody has the number, and `note` says why. `may_take_back`,
    `may_confirm`: the patient has opted out lately. `opting_out`: what would happen, empty if that was done."""

    form: CaseForm
    person: CasePerson | None
    note: Note | None
    may_take_back: bool
    may_confirm: bool
    opting_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutPage:
    """Asked before a patient is opted out. `unsure`: it was sent without the assurance; `button`: empty if it can't."""

    form: CaseForm
    unsure: bool
    warning: Note | None
    person: CasePerson | None
    note: Note | None
    button: str
    card_time: CardTime | None

    @property
    def failed(self) -> bool:
        return self.unsure or self.warning is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPage:
    """Another number for a patient. `other` has it: are they the same? `warning`: it is another than was shown."""

    form: NumberForm
    other: CasePerson | None
    warning: Note | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientNumberPage(NumberPage):
    """The same at the clinic, where all that is known of a patient is seen."""

    patient: PatientRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNumberPage(NumberPage):
    """The same in a case."""

    case_form: CaseForm
    person: CasePerson | None


def cases_page(
    form: CaseForm,
    *,
    hidden: int | None = None,
    destroyed: int | None = None,
    taken_back: bool = False,
    renumbered: bool = False,
) -> CasesPage:
    """`hidden`, `destroyed`: how many episodes, if that was done just now."""
    told = []
    if hidden is not None:
        told.append(_hidden(hidden))
    if destroyed is not None:
        done = ngettext("Klart. %(n)s vårdepisod raderades.", "Klart. %(n)s vårdepisoder raderades.", destroyed)
        told.append(done % {"n": destroyed})
    if taken_back:
        told.append(_("Avböjandet är taget tillbaka. Patienten finns som förut, och numret är inte spärrat."))
    if renumbered:
        told.append(_("Klart. Det nya numret leder till patienten."))
    return CasesPage(form=form, notes=[Note("ok", text, "status") for text in told])


def _hidden(episodes: int) -> str:
    return ngettext(
        "Avböjandet gäller: inget syns längre, och numret är spärrat. %(n)s vårdepisod raderas om ett dygn, "
        "eller när en annan handläggare bekräftar. Till dess går det att ångra.",
        "Avböjandet gäller: inget syns längre, och numret är spärrat. %(n)s vårdepisoder raderas om ett dygn, "
        "eller när en annan handläggare bekräftar. Till dess går det att ångra.",
        episodes,
    ) % {"n": episodes}


def case_page(form: CaseForm, found: CasePage, leaving: LeavingRow | None, *, actor: Actor) -> OpenedCase:
    return OpenedCase(
        form=form,
        person=person_of(found, form),
        note=None if found.patient else Note("info", _leaves(leaving) if leaving else _nobody(found)),
        may_take_back=leaving is not None,
        may_confirm=leaving is not None and leaving.by_account_id != actor.account_id,
        opting_out="" if found.opted_out else _opting_out(found),
    )


def opt_out_page(form: CaseForm, found: CasePage, *, unsure: bool, changed: bool, card_time: CardTime) -> OptOutPage:
    return OptOutPage(
        form=form,
        unsure=unsure,
        warning=not_as_shown(changed),
        person=person_of(found, form),
        note=None if found.patient else Note("info", _nobody(found) if found.opted_out else _blocked()),
        button="" if found.opted_out or not card_time.left else _button(found),
        card_time=None if found.opted_out else card_time,
    )


def person_of(found: CasePage, form: CaseForm) -> CasePerson | None:
    """The patient of a case."""
    patient = found.patient
    if patient is None:
        return None
    died = [FactText(_("Avliden"), [day(patient.died_on)])] if patient.died_on else []
    case = FactText(_("Ärende"), [str(form.case.case_number)], css="id")
    return CasePerson(facts=[*_identity(patient), *died, case], kept=found.kept, system_id=patient.system_id)


def patient_at_clinic(patient: PatientRow, *, episodes: int) -> CasePerson:
    """A patient all of whom the clinic sees."""
    facts = [*_identity(patient), FactText(_("Vårdepisoder"), [str(episodes)])]
    return CasePerson(facts=facts, kept=(), system_id=patient.system_id)


def not_as_shown(changed: bool) -> Note | None:
    text = _(
        "Numret leder nu till en annan patient än den som visades, eller så har två slagits ihop. Inget har ändrats. "
        "Kontrollera igen."
    )
    return Note("warn", text, "alert") if changed else None


def _identity(patient: PatientRow) -> list[FactText]:
    protected = Tag(_("skyddad identitet"), "warn", "warn") if patient.is_protected else None
    unknown = "" if patient.name else _("okänt för registret")
    return [
        FactText(_("Namn"), [patient.name] if patient.name else [], unknown, protected),
        FactText(_("Nummer"), [patient.number.shown], css="id nb"),
        FactText(_("Id i registret"), [patient.system_id], css="id"),
    ]


def _nobody(found: CasePage) -> str:
    if found.opted_out:
        return _("Patienten har avböjt. Inget finns kvar, och inget registreras under numret.")
    return _("Ingen i registret har eller har haft numret. Det går ändå att avböja: då spärras numret.")


def _blocked() -> str:
    return _("Ingen i registret har eller har haft numret. Det spärras.")


def _leaves(leaving: LeavingRow) -> str:
    return _(
        "Patienten har avböjt. %(name)s registrerade det %(when)s. Inget syns längre, och numret är spärrat. Allt "
        "raderas %(due)s, eller när en annan handläggare bekräftar."
    ) % {"name": leaving.by_name, "when": moment(leaving.at), "due": moment(leaving.due_at)}


def _opting_out(found: CasePage) -> str:
    if found.patient is None:
        return _("Numret spärras, så att inget registreras under det.")
    return _(
        "Allt om patienten döljs genast hos alla vårdgivare, och numren spärras. Efter ett dygn, eller när en annan "
        "handläggare bekräftar, raderas det. Ta fram utdragen först, om patienten vill ha dem."
    )


def _button(found: CasePage) -> str:
    if found.patient is None:
        return _("Spärra numret")
    return ngettext(
        "Dölj %(n)s vårdepisod, och spärra numret", "Dölj %(n)s vårdepisoder, och spärra numret", found.episodes
    ) % {"n": found.episodes}
