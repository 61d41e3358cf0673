"""Faults during load lose nothing, and the checker that says so finds what is lost or doubled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection

from registret.accounts.models import Session
from registret.demo.mailbox import CaughtLetter
from registret.kernel.secret import fingerprint
from registret.mail.models import Letter
from registret.records.models import Episode, Revision
from registret.records.reporting import signing, writing
from registret.records.scope import all_providers, deletion_allowed
from tests import cast
from tests.cast import ANNA, CECILIA
from tests.chaos.checker import Finding, findings, unknown_but_done
from tests.chaos.faults import CALM, FAULTS
from tests.chaos.journal import Act, Outcome
from tests.chaos.report import Report, Round
from tests.rooms.records.scene import ACUTE, NOW, TOLVAN, Ward, begun, number, ward

ROOT: Final = Path(__file__).parents[2]
FEW: Final = ("node killed", "PostgreSQL stopped at once", "answers to COMMIT lost", "mail server keeps them unsaid")


@pytest.fixture(scope="module")
def here(module_db: None) -> Ward:
    return ward()


@pytest.fixture
def told(here: Ward) -> list[Act]:
    """Cecilia logs in; a newcomer registers, and the letter is sent; Anna begins an episode and signs. All is told."""
    key = cast.log_in(CECILIA, at=NOW)
    Session.objects.filter(hsa_id=CECILIA.card.hsa_id).exclude(key_digest=fingerprint(key)).delete()
    nils = cast.person("Nils", "Nord", "SE2321009991-E00N1N1")
    cast.register(nils, here.place.infection, confirmed=False, at=NOW)
    Letter.objects.filter(to_address=nils.email.text).update(sent_at=NOW, attempts=1, attempted_at=NOW)
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    return [
        _act("session", CECILIA.hsa_id, fingerprint(key).hex()),
        _act("registration", nils.hsa_id, "/nastan-klart"),
        _act("episode", number(TOLVAN).text, episode),
        _act("signature", episode, "klart=signerat"),
    ]


def test_if_all_is_as_it_was_told_there_is_no_complaint(told: list[Act]) -> None:
    assert _complaints(told) == set()


def test_an_acknowledged_episode_that_is_gone_is_lost_and_so_is_its_signature(told: list[Act]) -> None:
    with all_providers(), deletion_allowed():
        Episode.objects.all().delete()
    assert {("lost", "episode"), ("lost", "signature")} <= _complaints(told)


def test_an_acknowledged_signature_that_is_gone_is_lost(told: list[Act]) -> None:
    with all_providers(), deletion_allowed():
        Revision.objects.filter(kind="sign", step__code="acute").delete()
    assert _complaints(told) == {("lost", "signature")}


def test_an_acknowledged_login_without_a_session_is_lost(told: list[Act]) -> None:
    Session.objects.filter(hsa_id=CECILIA.card.hsa_id).delete()
    assert _complaints(told) == {("lost", "session")}


def test_another_session_than_the_one_that_was_told_is_none(told: list[Act]) -> None:
    assert ("lost", "session") in _complaints([replace(told[0], told="0" * 64)])


def test_an_act_that_left_nothing_is_missed_in_the_log_as_well(told: list[Act]) -> None:
    found = findings([_act("signature", "E0000000", "klart=signerat")], _ask, ())
    assert {one.evidence for one in found} == {"signature", "log entry of the signature"}


def test_more_sessions_than_logins_are_doubled(told: list[Act]) -> None:
    cast.log_in(CECILIA, at=NOW)
    assert ("doubled", "session") in _complaints(told)


def test_a_login_without_an_answer_may_have_come_to_something(told: list[Act]) -> None:
    unknown = replace(told[0], outcome=Outcome.UNKNOWN, told="")
    assert _complaints([unknown]) == set()
    assert unknown_but_done([unknown], _ask) == {0: 1}
    Session.objects.filter(hsa_id=CECILIA.card.hsa_id).delete()
    assert _complaints([unknown]) == set()
    assert unknown_but_done([unknown], _ask) == {}


def test_what_was_refused_and_is_there_all_the_same_is_found(told: list[Act]) -> None:
    refused = [replace(act, outcome=Outcome.REFUSED, told="422") for act in told if act.kind == "episode"]
    assert ("done though refused", "episode") in _complaints(refused)


def test_a_letter_that_was_sent_and_did_not_arrive_is_lost(told: list[Act]) -> None:
    assert _complaints(told, letters=()) == {("lost", "letter that arrived")}


def test_a_letter_may_come_twice_only_where_it_cannot_be_helped() -> None:
    letters = [_caught("<1@registret.localhost>", NOW + timedelta(seconds=n)) for n in (1, 2)]
    for fault in FAULTS:
        report = _report(Round(fault=fault, began=NOW), letters=letters)
        assert bool(report.faults()) is not fault.repeats, fault.name


def test_a_report_complains_of_each_finding_and_of_programs_that_ended() -> None:
    lost = Finding(what="lost", evidence="episode", subject="191212121212", round=0)
    assert _report(Round(fault=CALM, began=NOW), found=[lost]).faults() == [
        "lost: episode of 191212121212, round 0 (none)"
    ]
    assert _report(Round(fault=CALM, began=NOW, ended=("worker one",))).faults() == [
        "ended by itself: worker one, round 0 (none)"
    ]
    assert _report(Round(fault=CALM, began=NOW)).faults() == []


@pytest.mark.timeout(600)
def test_faults_during_load_lose_and_double_nothing() -> None:
    # It starts a database of its own, which is there to be stopped.
    own = {name: value for name, value in os.environ.items() if not name.startswith(("REGISTRET_", "DATABASE_URL"))}
    command = [sys.executable, "-m", "tests.chaos", "--rounds", str(len(FEW)), "--only", *FEW]
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in FEW:
        assert f"| {name} | 1 |" in done.stdout


def _act(kind: str, subject: str, told: str) -> Act:
    return Act(kind=kind.replace("session", "login"), subject=subject, round=0, outcome=Outcome.ACKNOWLEDGED, told=told)


def _complaints(acts: Sequence[Act], letters: Sequence[CaughtLetter] | None = None) -> set[tuple[str, str]]:
    """Without those about the log, to which the country has written as well."""
    if letters is None:
        letters = [_caught(message, NOW) for message in Letter.objects.values_list("message_id", flat=True)]
    found = findings(acts, _ask, letters)
    return {(one.what, one.evidence) for one in found if not one.evidence.startswith("log entry")}


def _ask(question: str) -> Sequence[tuple[Any, ...]]:
    with all_providers(), connection.cursor() as cursor:
        cursor.execute(question)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _caught(message_id: str, at: datetime) -> CaughtLetter:
    return CaughtLetter(name="", at=at, to=ANNA.email.text, subject="", message_id=message_id, text="", html="")


def _report(one: Round, *, found: Sequence[Finding] = (), letters: Sequence[CaughtLetter] = ()) -> Report:
    by_id = {letters[0].message_id: letters} if letters else {}
    return Report(rounds=[one], acts=[], seen={}, findings=found, done=Counter(), repeated=by_id, log="")
