"""`registret research-key`: who is who in a disclosure, in the name of two, and nowhere but on standard output."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.records.disclosure import deciding, fetching, preparing
from registret.records.disclosure.rows import DisclosureWish
from registret.records.ethics_approval import Approval
from tests.parallel import committed
from tests.rooms.records.scene import HENNING, TOLVAN, begun, case, handler, log, ward

__all__ = ["committed"]

DECIDED = ["--decided-by", "Sven Styrelse", "--decided-by", "Tove Tvåa"]


@pytest.fixture
def number(committed: None) -> int:
    """A disclosure that Greta has prepared now: of Tolvan, whom Anna has registered."""
    begun(ward().anna)
    now = timezone.now()
    wish = DisclosureWish(
        project="KLARA",
        approval=Approval("2026-01234-01"),
        recipient_name="Vera Forsk",
        recipient_organisation="Lärosätet",
        sub_registry="pneumoni",
        first_day=date(2026, 10, 1),
        last_day=date(2026, 11, 24),
        parts=frozenset({"inclusion/inclusion"}),
        reason="x",
    )
    return preparing.prepare(actor=handler(now), wish=wish, at=now)


def decided(number: int) -> str:
    now = timezone.now() + timedelta(seconds=1)
    deciding.decide(actor=handler(now, HENNING), number=number, at=now)
    return str(number)


def fetched(number: int) -> str:
    decided(number)
    now = timezone.now() + timedelta(seconds=2)
    fetching.fetch(actor=handler(now, HENNING), number=number, at=now).close()
    return str(number)


def test_before_a_file_was_fetched_there_is_nobody_to_lead_back_to(number: int) -> None:
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("research_key", "--disclosure", decided(number), *DECIDED, stdout=out, stderr=err)
    assert err.getvalue().splitlines()[-1] == "no key was written"
    assert "was fetched" in err.getvalue()
    assert out.getvalue() == ""


def test_the_key_is_a_table_on_standard_output_and_both_names_are_in_the_log(number: int) -> None:
    out, err = StringIO(), StringIO()
    call_command("research_key", "--disclosure", fetched(number), *DECIDED, stdout=out, stderr=err)
    head, line = out.getvalue().splitlines()
    assert head == "patient;number"
    assert line.startswith("p")
    assert line.endswith(f";{case(TOLVAN).number.text}")
    assert err.getvalue() == "patients: 1; of protected identity and left out: 0\n"
    (entry,) = log("disclosure.key_taken")
    assert (entry.by_program, entry.facts["decided_by"]) == ("research-key", "Sven Styrelse, Tove Tvåa")
    assert len(log("patient.key_taken")) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["--disclosure", "NUMBER"], "--decided-by: give it twice"),
        (["--disclosure", "NUMBER", "--decided-by", "Sven Styrelse"], "--decided-by: give it twice"),
        (["--disclosure", "NUMBER", "--decided-by", "Sven S", "--decided-by", "sven  s"], "two different people"),
        ([*DECIDED], "--disclosure: the number"),
        (["--disclosure", "KLARA", *DECIDED], "--disclosure: the number"),
        (["--disclosure", "4711", *DECIDED], "there is no disclosure 4711"),
        (["--disclosure", "NUMBER", *DECIDED], "is not decided"),
    ],
)
def test_what_is_wrong_is_one_line_and_no_key_is_written(number: int, given: list[str], says: str) -> None:
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("research_key", *(text.replace("NUMBER", str(number)) for text in given), stdout=out, stderr=err)
    assert stopped.value.code == 1
    why, done = err.getvalue().splitlines()
    assert says in why
    assert done == "no key was written"
    assert out.getvalue() == ""
    assert log("disclosure.key_taken") == log("patient.key_taken") == ()
