"""`registret accept-card`: two people have made sure, and the next card is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from registret.access.refusals import HsaIdDisputed
from registret.ledger.queries import Wanted, entries
from tests import cast
from tests.cast import BERTIL

pytestmark = pytest.mark.django_db

RENAMED = replace(
    BERTIL, card=replace(BERTIL.card, given_name="Berit", surname="Ek", issuer="Another HSA-id CA v1", fingerprint="f")
)
DECIDED = ["--decided-by", "Sven Styrelse", "--decided-by", "Tove Tvåa"]


def test_a_card_that_was_refused_is_taken_once_two_have_made_sure() -> None:
    now = timezone.now()
    cast.country(now - timedelta(days=1))
    cast.log_in(BERTIL, at=now)
    with pytest.raises(HsaIdDisputed):
        cast.log_in(RENAMED, at=now)
    call_command("accept_card", "--hsa-id", BERTIL.hsa_id, *DECIDED, stdout=StringIO())
    cast.log_in(RENAMED, at=now)
    (entry,) = entries(wanted=Wanted(event="account.card_accepted")).rows
    assert entry.facts == {"decided_by": "Sven Styrelse, Tove Tvåa", "issuer_before": BERTIL.card.issuer}
    with pytest.raises(HsaIdDisputed):
        cast.log_in(BERTIL, at=now)


@pytest.mark.parametrize(
    "given", [[], DECIDED[:2], [*DECIDED[:2], "--decided-by", "sven styrelse"], [*DECIDED, "--hsa-id", "SE1-X"]]
)
def test_one_name_or_an_id_that_nobody_has_changes_nothing(given: list[str]) -> None:
    cast.country(timezone.now() - timedelta(days=1))
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("accept_card", "--hsa-id", BERTIL.hsa_id, *given, stdout=err, stderr=err)
    assert err.getvalue().splitlines()[-1] == "nothing was changed"
    assert entries(wanted=Wanted(event="account.card_accepted")).rows == ()
