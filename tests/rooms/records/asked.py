"""The office has asked, and the clinic answered: what tests of questions about answers share."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from registret.access.actor import Actor
from registret.records.data_queries import asking
from registret.records.data_queries.answering import QueryAnswer, answer
from registret.records.data_queries.asking import QueryWanted, ask
from registret.records.data_queries.text import QueryText
from registret.records.lifecycle import QueryOutcome, QueryState
from registret.records.models import DataQuery
from registret.records.reporting import audited_reads, moving, signing, writing
from registret.records.scope import leaving_patients
from tests import cast
from tests.cast import DORIS
from tests.rooms.records.scene import (
    ACUTE,
    HOUR,
    MINUTE,
    NOW,
    Ward,
    begun,
)

OLLE = cast.person("Olle", "Norr", "SE2321009991-E00O5N4")
"""Reports at the medical clinic of the same care provider."""
NEVER_WAS = "E7KHM3QXR"
TEXT = QueryText.parse("Andningsfrekvensen är hög. Stämmer den?")
LATER = NOW + HOUR


def doris(at: datetime = NOW) -> Actor:
    return cast.actor(DORIS, at=at)


def signed(here: Ward, **different: Any) -> str:
    """An episode whose acute step Anna has signed; answers its system id."""
    episode = begun(here.anna)
    step: dict[str, Any] = {"actor": here.anna, "episode": episode, "step": "acute"}
    writing.write(base=0, written={**ACUTE, **different}, at=NOW, **step)
    signing.sign(base=1, at=NOW, **step)
    return episode


def wanted(episode: str) -> QueryWanted:
    return QueryWanted(system_id=episode, sub_registry="pneumoni", step="acute", variable="respiratory_rate", text=TEXT)


def asked(episode: str, *, at: datetime = NOW, **different: Any) -> int:
    return ask(actor=doris(), wanted=replace(wanted(episode), **different), at=at)


def correct(here: Ward, episode: str, *, at: datetime = NOW + 30 * MINUTE) -> None:
    """In the usual way: unlocked with a reason, changed and signed."""
    step: dict[str, Any] = {"actor": here.anna, "episode": episode, "step": "acute"}
    signing.reopen(reason="Kansliet frågar", at=at, **step)
    done = writing.write(base=3, written={"respiratory_rate": ["23"]}, at=at, **step)
    signing.sign(base=done.page.step.version, at=at, **step)


def answered(
    here: Ward, episode: str, number: int, outcome: QueryOutcome = QueryOutcome.RIGHT, text: str = "", **who: Any
) -> None:
    said = QueryAnswer(outcome=outcome, text=QueryText.parse(text))
    told: dict[str, Any] = {"actor": here.anna, "at": LATER, **who}
    answer(episode=episode, step="acute", number=number, said=said, **told)


def at_the_clinic(actor: Actor, *, at: datetime = NOW) -> list[str]:
    """Of which episodes the work list has questions."""
    return [one.episode for one in audited_reads.work(actor=actor, at=at).asked]


def told_of_waiting(*, at: datetime = NOW) -> list[tuple[str, QueryState]]:
    return [(one.system_id, one.state) for one in asking.waiting_and_lapsed(actor=doris(at), at=at)]


def told_of_answers(*, at: datetime = LATER) -> list[tuple[QueryOutcome, str, str]]:
    return [(one.outcome, one.answer, one.by_name) for one in asking.answered(actor=doris(at), at=at)]


def rows() -> list[tuple[int | None, str, str]]:
    with leaving_patients():
        return list(DataQuery.objects.order_by("id").values_list("step_id", "text", "answer"))


def move_to(here: Ward, episode: str, clinic: int) -> None:
    moving.move(actor=here.anna, episode=episode, step="acute", clinic_id=clinic, reason="Fel klinik", at=NOW)
