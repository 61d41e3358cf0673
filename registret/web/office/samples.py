"""Every letter with invented facts: to be read by the office before anyone gets one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from registret.access.roles import Role
from registret.kernel.sweden import day_of
from registret.mail.letters import LETTERS, Rendered, sample
from registret.words.roles import role_in_sentence

Context = Mapping[str, str | date]


def sample_letter(kind: str, *, language: str, at: datetime) -> Rendered:
    """Raises: KeyError: no such letter."""
    return sample(kind=kind, language=language, context=sample_facts(kind, language=language, at=at))


def sample_facts(kind: str, *, language: str, at: datetime) -> Context:
    """What this kind of letter must be given.

    Raises: KeyError: no such letter, or a fact that nobody has made an example of.
    """
    with translation.override(language):
        known = _known(at)
        # Where an example fits another letter less well.
        if kind == "appointed":
            known["role"] = role_in_sentence(Role.LOCAL_ADMINISTRATOR)
        if kind == "digest":
            known["number"] = "3"
        return {name: known[name] for name in LETTERS[kind].facts}


def _known(at: datetime) -> dict[str, str | date]:
    """An example of each fact, in the active language. The people and the clinic are made up."""
    day = day_of(at)
    return {
        "name": "Anna",
        "applicant": "Anna Berg",
        "person": "Anna Berg",
        "administrator": "Bertil Holm",
        "proposer": "Bertil Holm",
        "system": "Journal X",
        "office": "Doris Lund",
        "substitute": "Anna Berg",
        "left": "1",
        "first_day": day + timedelta(days=7),
        "clinic": "Infektionskliniken, Norrviks sjukhus",
        "place": "Infektionskliniken, Norrviks sjukhus",
        "role": role_in_sentence(Role.REPORTER),
        "reason": _("Du hör till medicinkliniken.\nAnsök där."),
        "question": _("Hur länge ska du arbeta hos oss?"),
        "new_address": "a•••••••@regionnorrvik.se",
        "hsa_id": "SE2321009991-E00K4T2",
        "number": "12",
        "kept": "34",
        "changed": "3",
        "ended": "2",
        "silent": "1",
        "valid_until": day + timedelta(days=700),
        "last_day": day + timedelta(days=30),
        "day": day + timedelta(days=14),
        "waiting_since": day - timedelta(days=3),
        "applied_at": day - timedelta(days=90),
        "oldest": day - timedelta(days=2),
    }
