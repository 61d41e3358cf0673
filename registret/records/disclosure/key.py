"""The key that leads from the pseudonyms of a disclosure back to patients.

It leaves the registry by an operator's command, in the name of two people, and is in no file and on no page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registret.access.checks import existing, two_names
from registret.kernel.by import By
from registret.ledger.events import Event
from registret.records.disclosure.fetching import log_each_patient
from registret.records.disclosure.scope import log_disclosure, pseudonyms_of
from registret.records.models import Disclosure, DisclosureFetch, Merge, Number, Patient
from registret.records.refusals import NotDecided, NotFetched
from registret.records.scope import snapshot_of_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Pseudonyms and numbers, sorted by pseudonym. `left_out`: patients whose identity is protected by now.

    Two pseudonyms have the same number if the patients were merged after the file was fetched.
    """

    pairs: tuple[tuple[str, str], ...]
    left_out: int


def take_key(*, number: int, decided_by: tuple[str, str], by: By, at: datetime) -> Key:
    """Return the key of a disclosure: the number in force of each patient in a file that was fetched.

    It can be taken after the last day too: a project may have to find a patient again for as long as it goes on.

    Raises: NotFound, NotDecided, NotFetched, PrincipalsMissing, ResearchKeyMissing.
    """
    names = two_names(decided_by)
    with snapshot_of_all():
        found = existing(Disclosure.objects.filter(id=number).first())
        fetched, pseudonyms = _fetched(found), pseudonyms_of(found)
        now = _now(fetched)
        numbers = _numbers(now.values())
        log_each_patient(dict.fromkeys(sorted(numbers)), Event.PATIENT_KEY_TAKEN, number, by=by, at=at)
        DisclosureFetch.objects.create(
            disclosure=found, what=DisclosureFetch.What.KEY, patients=len(numbers), at=at, by_name=names
        )
        log_disclosure(Event.DISCLOSURE_KEY_TAKEN, found, by=by, at=at, patients=len(numbers), decided_by=names)
        pairs = [(pseudonyms.patient(then), numbers[patient]) for then, patient in now.items() if patient in numbers]
        protected = Patient.objects.filter(id__in=now.values(), is_protected=True).count()
        return Key(pairs=tuple(sorted(pairs)), left_out=protected)


def _fetched(found: Disclosure) -> frozenset[int]:
    """Return the patients in any file of it. Raises: NotDecided, NotFetched."""
    if found.decided_at is None:
        raise NotDecided()
    files = found.fetches.filter(what=DisclosureFetch.What.FILE).values_list("who", flat=True)
    if not files:
        raise NotFetched()
    return frozenset().union(*files)


def _numbers(patients: Collection[int]) -> dict[int, str]:
    """Return the number in force of each patient whose identity is not protected."""
    found = Number.objects.filter(patient_id__in=patients, patient__is_protected=False, until=None)
    return dict(found.values_list("patient_id", "text"))


def _now(fetched: frozenset[int]) -> dict[int, int]:
    """Return the patient that each of these is by now: another one if the two were merged."""
    merged = dict(Merge.objects.filter(gone_id__in=fetched).values_list("gone_id", "patient_id"))
    return {then: merged.get(then, then) for then in fetched}
