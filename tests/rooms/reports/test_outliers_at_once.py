"""Two at one moment in a case about an outlier: one opens, answers or closes it, the other reads that it is done."""

from __future__ import annotations

import pytest

from registret.access.roles import Role
from registret.kernel.life import NotPossible
from registret.reports.outliers import acting
from registret.reports.outliers.cases import one_case, open_cases
from registret.reports.refusals import OutlierCaseOpen
from tests import cast
from tests.cast import BERTIL, DORIS, INGRID, KARIN, Country
from tests.parallel import committed, together
from tests.rooms.reports.outlier_scene import DAY, NOW, asked, opened, outside

__all__ = ["committed"]


@pytest.fixture
def place(committed: None) -> Country:
    place = outside()
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - 20 * DAY)
    return place


def test_two_who_open_a_case_about_one_figure_open_one(place: Country) -> None:
    doris, ingrid = (cast.actor(who, at=NOW) for who in (DORIS, INGRID))
    results = together([lambda: opened(place, doris), lambda: opened(place, ingrid)])
    assert [type(one) for one in results if isinstance(one, Exception)] == [OutlierCaseOpen]
    assert len(open_cases(actor=doris)) == 1


def test_two_who_answer_leave_one_answer(place: Country) -> None:
    doris, bertil, karin = (cast.actor(who, at=NOW) for who in (DORIS, BERTIL, KARIN))
    number = asked(place, doris)
    results = together(
        [
            lambda: acting.answer(number=number, text="Bertils svar", actor=bertil, at=NOW),
            lambda: acting.answer(number=number, text="Karins svar", actor=karin, at=NOW),
        ]
    )
    assert [type(one) for one in results if isinstance(one, Exception)] == [NotPossible]
    assert len(one_case(number=number, actor=doris)[1]) == 4


def test_of_an_answer_and_a_closing_each_is_kept_or_refused_and_none_is_lost(place: Country) -> None:
    doris, bertil = (cast.actor(who, at=NOW) for who in (DORIS, BERTIL))
    number = asked(place, doris)
    late = NOW + 31 * DAY
    results = together(
        [
            lambda: acting.answer(number=number, text="Sent svar", actor=bertil, at=late),
            lambda: acting.close(number=number, text="Inget svar", actor=doris, at=late),
        ]
    )
    row, steps = one_case(number=number, actor=doris)
    assert row.state.value == "closed"
    texts = [one.text for one in steps]
    assert [isinstance(one, NotPossible) for one in results] == ["Sent svar" not in texts, False]
