"""Holds what clients were told against what the database and the mail server have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from registret.demo.mailbox import CaughtLetter
from tests.chaos.journal import Act, Outcome

Ask = Callable[[str], Sequence[tuple[Any, ...]]]
"""Asks the database, as one who sees every row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an act leaves behind. `question` names for each trace the subject of the act and the trace itself.

    `is_told`: the answer to the client named the trace.
    """

    name: str
    of: str
    question: str
    is_told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`what`: lost, doubled, or done though refused. `round`: of the act that shows it."""

    what: str
    evidence: str
    subject: str
    round: int


EVIDENCE: Final = (
    Evidence(
        name="session",
        of="login",
        question="SELECT hsa_id, encode(key_digest, 'hex') FROM accounts_session",
        is_told=True,
    ),
    Evidence(
        name="log entry of the login",
        of="login",
        question="SELECT by_hsa_id, id::text FROM ledger_entry WHERE event IN ('login.done', 'login.refused')",
    ),
    Evidence(name="account", of="registration", question="SELECT hsa_id, id::text FROM accounts_account"),
    Evidence(
        name="application",
        of="registration",
        question="SELECT p.hsa_id, a.id::text FROM access_application a JOIN accounts_account p ON p.id = a.account_id",
    ),
    Evidence(
        name="letter in the outbox",
        of="registration",
        question="SELECT p.hsa_id, l.id::text FROM mail_letter l JOIN accounts_account p ON p.id = l.about_account_id"
        " WHERE l.sent_at IS NOT NULL AND l.kind = 'confirm_email'",
    ),
    Evidence(
        name="log entry of the registration",
        of="registration",
        question="SELECT by_hsa_id, id::text FROM ledger_entry WHERE event = 'account.registered'",
    ),
    Evidence(
        name="episode",
        of="episode",
        question="SELECT n.text, e.system_id FROM records_episode e JOIN records_number n USING (patient_id)",
        is_told=True,
    ),
    Evidence(
        name="log entry of the episode",
        of="episode",
        question="SELECT n.text, l.id::text FROM ledger_entry l"
        " JOIN records_number n ON n.patient_id = l.about_patient_id WHERE l.event = 'episode.begun'",
    ),
    Evidence(
        name="signature",
        of="signature",
        question="SELECT e.system_id, r.id::text FROM records_revision r JOIN records_step s ON s.id = r.step_id"
        " JOIN records_episode e ON e.id = s.episode_id"
        " WHERE r.kind = 'sign' AND s.code = 'acute' AND s.state = 'signed'",
    ),
    Evidence(
        name="log entry of the signature",
        of="signature",
        question="SELECT facts->>'episode', id::text FROM ledger_entry"
        " WHERE event = 'step.signed' AND facts->>'step' = 'acute'",
    ),
    Evidence(name="opt-out", of="opt-out", question="SELECT mark, id::text FROM records_optout"),
)
ADDRESSES: Final = (
    "SELECT p.hsa_id, l.message_id FROM mail_letter l JOIN accounts_account p ON p.id = l.about_account_id"
    " WHERE l.kind = 'confirm_email'"
)


def findings(
    acts: Sequence[Act], ask: Ask, letters: Iterable[CaughtLetter], marks: Iterable[str] | None = None
) -> list[Finding]:
    """Everything that is not as clients were told. Letters count once for each Message-ID (see `repeated`). `marks`: of
    those who opted out, as the file beside the backups has them."""
    found = []
    for evidence in EVIDENCE:
        found += _compared(evidence, acts, _traces(ask(evidence.question)))
    arrived = {letter.message_id for letter in letters}
    delivered = Evidence(name="letter that arrived", of="registration", question=ADDRESSES)
    rows = [row for row in ask(ADDRESSES) if row[1] in arrived]
    found += _compared(delivered, acts, _traces(rows))
    if marks is not None:
        kept = Evidence(name="mark in the file", of="opt-out", question="")
        found += _compared(kept, acts, _traces((mark, mark) for mark in set(marks)))
    return found


def unknown_but_done(acts: Sequence[Act], ask: Ask) -> Counter[int]:
    """By round, how many acts whose clients got no answer have come to be all the same."""
    done: Counter[int] = Counter()
    for evidence in {one.of: one for one in reversed(EVIDENCE)}.values():
        traces = _traces(ask(evidence.question))
        for subject, own in _by_subject(evidence, acts).items():
            more = len(traces.get(subject, ())) - sum(act.outcome is Outcome.ACKNOWLEDGED for act in own)
            unknown = [act.round for act in own if act.outcome is Outcome.UNKNOWN]
            done.update(unknown[: max(0, more)])
    return done


def repeated(letters: Iterable[CaughtLetter]) -> dict[str, list[CaughtLetter]]:
    """By Message-ID, the letters that arrived more than once, oldest first."""
    by_id: dict[str, list[CaughtLetter]] = defaultdict(list)
    for letter in sorted(letters, key=lambda letter: letter.at):
        by_id[letter.message_id].append(letter)
    return {message: same for message, same in by_id.items() if len(same) > 1}


def _traces(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[str]]:
    traces: dict[str, list[str]] = defaultdict(list)
    for subject, trace in rows:
        traces[subject].append(trace)
    return traces


def _compared(evidence: Evidence, acts: Iterable[Act], traces: Mapping[str, Sequence[str]]) -> list[Finding]:
    found = []
    for subject, own in _by_subject(evidence, acts).items():
        there = traces.get(subject, ())
        wrong = _lost(evidence, own, there) or _too_many(own, there)
        found += [Finding(what=what, evidence=evidence.name, subject=subject, round=round) for what, round in wrong]
    return found


def _by_subject(evidence: Evidence, acts: Iterable[Act]) -> dict[str, list[Act]]:
    by_subject: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if act.kind == evidence.of:
            by_subject[act.subject].append(act)
    return by_subject


def _lost(evidence: Evidence, own: Sequence[Act], there: Sequence[str]) -> list[tuple[str, int]]:
    acknowledged = [act for act in own if act.outcome is Outcome.ACKNOWLEDGED]
    if evidence.is_told:
        return [("lost", act.round) for act in acknowledged if act.told not in there]
    return [("lost", act.round) for act in acknowledged[len(there) :]]


def _too_many(own: Sequence[Act], there: Sequence[str]) -> list[tuple[str, int]]:
    counted = Counter(act.outcome for act in own)
    done, maybe = counted[Outcome.ACKNOWLEDGED], counted[Outcome.UNKNOWN]
    more = len(there) - done - maybe
    what = "doubled" if done or maybe else "done though refused"
    return [(what, own[-1].round)] * max(0, more)
