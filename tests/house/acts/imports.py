"""Files of other systems: a mapping is saved, a file tried and brought in."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.exchange.history.importing import import_history
from registret.exchange.importing.results import Way
from registret.exchange.nkrr.suggesting import ask
from registret.kernel.by import By
from registret.records.reporting.deciding import ProposalDecision, decide, open_proposal
from registret.records.reporting.prefilling import AcceptedSuggestions, accept
from tests import cast
from tests.cast import ANNA, INFECTION
from tests.house.acts.told import Act, Told, patients
from tests.national_platform import national_platform
from tests.rooms.exchange.earlier import DECISION, line, told, written
from tests.rooms.exchange.journal_x import row
from tests.rooms.exchange.scene import INES, brought, saved
from tests.rooms.records.scene import DAY, HOUR, NOW, Ward, begun


def _ines(here: Ward) -> Actor:
    cast.appoint_by_program(INES, Role.IMPORTER, clinic_id=here.place.infection, at=NOW - 20 * DAY)
    return cast.actor(INES, at=NOW)


def mapping_saved(here: Ward) -> Told:
    saved(_ines(here))
    return Told(by=INES, clinic=here.place.infection)


def tried(here: Ward) -> Told:
    brought(_ines(here), row(), way=Way.TRY)
    return Told(by=INES, clinic=here.place.infection)


def brought_in(here: Ward) -> Told:
    brought(_ines(here), row())
    return Told(by=INES, clinic=here.place.infection)


def met(here: Ward) -> list[Told]:
    """A patient whom a row that is refused is about, and one whom a file that is only tried would change."""
    ines = _ines(here)
    brought(ines, row())
    brought(ines, row(Vårdtillfälle="X-2000"))
    brought(ines, row(Puls="99"), way=Way.TRY, at=NOW + HOUR)
    return [Told(by=INES, patients=patients(), clinic=here.place.infection)] * 2


def _proposed(here: Ward) -> str:
    """The episode for whose inclusion a file has another answer."""
    ines = _ines(here)
    episode = brought(ines, row()).rows[0].episode
    brought(ines, row(Förvärvad="VRI"), at=NOW + HOUR)
    return episode


def proposed(here: Ward) -> Told:
    _proposed(here)
    return Told(by=INES, patients=patients(), clinic=here.place.infection)


def proposal_decided(here: Ward) -> Told:
    about: dict[str, Any] = {"actor": here.anna, "episode": _proposed(here), "step": "inclusion", "at": NOW + HOUR}
    page, waiting = open_proposal(**about)
    said = ProposalDecision(number=waiting.id, base=page.step.version, accepted=frozenset({"acquired"}), reason="Rätt")
    decide(said=said, **about)
    return Told(by=ANNA, patients=patients(), clinic=here.place.infection)


def prefill_asked(here: Ward) -> Told:
    with national_platform():
        ask(actor=here.anna, episode=begun(here.anna), step="acute", at=NOW)
    return Told(by=ANNA, patients=patients(), clinic=here.place.infection)


def prefilled(here: Ward) -> Told:
    said = AcceptedSuggestions(written={"crp": ("212",)}, sources={}, correlation="1f0c")
    accept(actor=here.anna, episode=begun(here.anna), step="acute", said=said, at=NOW)
    return Told(by=ANNA, patients=patients(), clinic=here.place.infection)


def history_tried(here: Ward) -> Told:
    _history(dry_run=True)
    return Told(program="import-history")


def history_imported(here: Ward) -> Told:
    _history()
    return Told(program="import-history")


def patient_of_history(here: Ward) -> Told:
    number = _history()
    return Told(program="import-history", patients=patients(number), clinic=here.place.infection)


def _history(*, dry_run: bool = False) -> str:
    """The number of the patient whom it is about."""
    (one,) = told("pneumoni", 1, clinic=INFECTION)
    with TemporaryDirectory() as folder:
        file = written(Path(folder), line(one, clinic=INFECTION))
        import_history([file], decision=DECISION, dry_run=dry_run, by=By.of_program("import-history"), at=NOW)
    return one.number


ACTS: dict[str, Act] = {
    "history.tried": history_tried,
    "history.imported": history_imported,
    "patient.history_imported": patient_of_history,
    "mapping.saved": mapping_saved,
    "import.tried": tried,
    "import.run": brought_in,
    "patient.import_met": met,
    "step.proposed": proposed,
    "step.proposal_decided": proposal_decided,
    "step.prefill_asked": prefill_asked,
    "step.prefilled": prefilled,
}
