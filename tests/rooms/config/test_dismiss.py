"""`registret dismiss`: who works for the registry itself goes as they came, in the name of two."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.access.queries.administrators import log_reviewers
from registret.ledger.queries import Wanted, entries
from registret.mail.queries import letters_about
from tests import cast
from tests.cast import BERTIL, DORIS, ERIK
from tests.rooms.web.client import Browser
from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db

DECIDED = ["--decided-by", "Sven Styrelse", "--decided-by", "Tove Tvåa"]


@pytest.fixture(scope="module", autouse=True)
def country(module_db: None) -> None:
    cast.country(timezone.now())


def arguments(**changes: str) -> list[str]:
    wish = {"hsa_id": ERIK.hsa_id, "role": "log_reviewer", "reason": "Har slutat"} | changes
    return [text for name, value in wish.items() for text in (f"--{name.replace('_', '-')}", value)]


def dismiss(*given: str) -> str:
    out = StringIO()
    call_command("dismiss", *given, stdout=out)
    return out.getvalue()


def test_a_log_reviewer_is_out_at_the_next_click_told_why_and_both_names_are_in_the_log() -> None:
    browser = Browser.at_the_log(ERIK)
    assert browser.get("/loggen").status_code == 200
    assert dismiss(*arguments(hsa_id=ERIK.hsa_id.lower()), *DECIDED).endswith("is log_reviewer no more\n")
    assert browser.get("/loggen").status_code != 200
    assert log_reviewers(at=timezone.now()) == ()
    (entry,) = entries(wanted=Wanted(event="grant.dismissed")).rows
    assert (entry.by_program, entry.about_hsa_id) == ("dismiss", ERIK.hsa_id.lower())
    assert entry.facts == {"role": "log_reviewer", "decided_by": "Sven Styrelse, Tove Tvåa"}
    assert letters_about(cast.account_of(ERIK).id)[0].kind == "grant_revoked"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([*arguments(role="local_administrator", hsa_id=BERTIL.hsa_id), *DECIDED], "--role: one of"),
        ([*arguments(role="king"), *DECIDED], "--role: one of"),
        ([*arguments(reason=" "), *DECIDED], "--reason"),
        ([*arguments(hsa_id="191212121212"), *DECIDED], "--hsa-id"),
        ([*arguments(hsa_id=DORIS.hsa_id), *DECIDED], "is not log_reviewer"),
        (arguments(), "--decided-by: give it twice"),
        ([*arguments(), "--decided-by", "Sven Styrelse", "--decided-by", "sven  styrelse"], "two different people"),
    ],
)
def test_what_is_wrong_is_one_line_and_nobody_is_dismissed(given: list[str], says: str) -> None:
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("dismiss", *given, stdout=err, stderr=err)
    assert stopped.value.code == 1
    why, done = err.getvalue().splitlines()
    assert says in why
    assert done == "nobody was dismissed"
    assert [one.name for one in log_reviewers(at=timezone.now())] == [ERIK.name]
    assert entries(wanted=Wanted(event="grant.dismissed")).rows == ()
