"""Every no and every event of the log has words, and is said somewhere."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from django.utils import translation

import registret
from registret.accounts.refusals import SessionCardOut, SessionCardRevoked, SessionIdle, SessionOver
from registret.kernel.refused import Refused, every_refusal
from registret.ledger.events import Event
from registret.mail.letters import LETTERS
from registret.mail.queries import Fate
from registret.web.help import errors
from registret.words.events import EVENTS
from registret.words.facts import FACT_VALUES, FACTS
from registret.words.letters import FATES
from registret.words.letters import LETTERS as LETTER_WORDS
from registret.words.programs import PROGRAMS
from registret.words.refusals import REFUSALS, REQUESTS, in_general

PACKAGE = Path(registret.__file__).parent
NOT_WORDS = [f for f in sorted(PACKAGE.rglob("*.py")) if "words" not in f.relative_to(PACKAGE).parts]


@cache
def refusals() -> dict[str, type[Refused]]:
    """All refusals of the package: every module is imported."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "registret."):
        if not module.name.endswith("wsgi") and ".migrations" not in module.name:
            importlib.import_module(module.name)
    return {code: cls for code, cls in every_refusal().items() if cls.__module__.startswith("registret.")}


@cache
def calls() -> tuple[ast.Call, ...]:
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in NOT_WORDS)
    return tuple(node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


# --- refusals --------------------------------------------------------------------------------------


def test_every_refusal_has_words_and_no_words_are_left_over() -> None:
    assert set(refusals()) == set(REFUSALS)


@pytest.mark.parametrize("code", sorted([*REFUSALS, *REQUESTS]))
def test_what_happened_and_what_to_do_is_said_in_both_languages(code: str) -> None:
    said = {}
    for language in ("sv", "en"):
        with translation.override(language):
            page = in_general(code)
            said[language] = (page.title, page.happened, *page.todo)
        assert all(text.strip() for text in said[language])
        assert page.todo, "what to do now is never left out"
    assert not set(said["sv"]) & set(said["en"])


@pytest.mark.parametrize("code", sorted([*REFUSALS, *REQUESTS]))
def test_every_refusal_has_a_help_page(code: str) -> None:
    assert errors.page(code) is not None
    assert errors.helper(code)


def test_every_refusal_is_made_somewhere() -> None:
    made = {name_of(call) for call in calls()}
    made |= {ast.unparse(call.args[0]) for call in calls() if name_of(call) == "conflict_as"}
    assert {cls.__name__ for cls in refusals().values()} - made == set()


def test_every_refusal_is_a_no_in_http_as_well() -> None:
    odd = {code: cls.status for code, cls in refusals().items() if not 400 <= cls.status < 500}
    assert odd.pop("confirmation.done") == 200, "what somebody did already is no failure"
    assert set(odd) == {
        *("idp.unavailable", "episode.form_changed", "disclosure.key_missing"),
        "document.takes_too_long",
        "patient.register_silent",
    }, "another server's fault, a setting that an operator must mend, and work that a server has no time for"


# --- events ----------------------------------------------------------------------------------------


def test_every_event_has_words() -> None:
    assert set(EVENTS) == set(Event)


def test_every_program_that_acts_has_a_name() -> None:
    named = [keyword(call, "program") for call in calls()]
    named += [call.args[0] for call in calls() if name_of(call) == "of_program" and call.args]
    programs = {value.value for value in named if isinstance(value, ast.Constant) and isinstance(value.value, str)}
    assert "visitor" in programs
    assert programs - set(PROGRAMS) == set()


def facts() -> Iterator[str]:
    """Names of facts that are written into the log."""
    for file in NOT_WORDS:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            values: list[ast.AST] = []
            if isinstance(node, ast.Call) and name_of(node) == "record":
                values = [v for v in [keyword(node, "facts")] if v is not None]
            elif isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "facts" and node.value:
                values = [node.value]
            for part in chain.from_iterable(map(ast.walk, values)):
                if isinstance(part, ast.Dict):
                    yield from (str(k.value) for k in part.keys if isinstance(k, ast.Constant))
    for cls in refusals().values():
        yield from (field.name for field in dataclasses.fields(cls))


def test_every_fact_of_an_entry_has_a_name() -> None:
    # `code` is shown as the title of the refusal.
    assert set(facts()) - set(FACTS) - {"code"} == set()


def test_every_reason_why_a_session_ends_has_words() -> None:
    ends = [keyword(call, "reason") for call in calls() if name_of(call) in {"_end", "end_sessions_of"}]
    reasons = {value.value for value in ends if isinstance(value, ast.Constant)}
    by_themselves = (SessionIdle, SessionOver, SessionCardOut, SessionCardRevoked)
    reasons |= {cls.code.removeprefix("session.") for cls in by_themselves}
    assert len(reasons) >= 6
    assert {reason for reason in reasons if ("reason", str(reason)) not in FACT_VALUES} == set()


def test_every_kind_of_letter_and_every_fate_has_words_for_the_support() -> None:
    assert set(LETTER_WORDS) == set(LETTERS)
    assert set(FATES) == set(Fate)


def test_no_event_names_a_person_in_its_code() -> None:
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", event) for event in EVENTS)
