"""What pages decide before a template sees it: pure values, made without a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.utils.html import escape

from registret.access.applications.earlier_accounts import AccountLink, OwnClaim
from registret.accounts.lifecycle import AccountState
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.places.queries import ClinicRow, Hint, MailHint
from registret.records.reporting.audited_reads import SearchResult
from registret.web.card_time import CardTime
from registret.web.help.pages import help_tabs
from registret.web.office.clinic_pages import SHOWN, ClinicImport, ClinicImportLine, clinic_import_page
from registret.web.office.clinics import FileForm
from registret.web.office.pages import ClinicSearch
from registret.web.people.account_links import link_facts
from registret.web.pieces import account_trouble
from registret.web.records.finding import find_page
from registret.web.signup.address_pages import asked_address
from registret.web.signup.parts import contact_of, earlier_part, trail

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def clinic(**contact: str) -> ClinicRow:
    told = {"contact_name": "", "contact_mail": "", "contact_phone": ""} | contact
    return ClinicRow(
        id=1,
        code="infektion",
        name="Infektionskliniken",
        hospital="Norrviks sjukhus",
        care_provider_id=1,
        care_provider="Region Norrvik",
        organisation_number="232100-9991",
        region_id=1,
        region="Region Norrvik",
        closed_at=None,
        **told,
    )


def imported(*, faults: int = 0, changes: int = 0) -> ClinicImport:
    def lines(number: int) -> tuple[ClinicImportLine, ...]:
        return tuple(ClinicImportLine(line=n, column="", what="") for n in range(number))

    return ClinicImport(text="", rows=changes, faults=lines(faults), changes=lines(changes), state="")


def claim(*, proven: bool) -> OwnClaim:
    return OwnClaim(
        email=EmailAddress("<b>@norrvik.example"),
        sent_at=NOW,
        expires_at=NOW + timedelta(days=7),
        proven=proven,
        burnt=False,
    )


# The office


def test_the_next_page_of_clinics_asks_for_the_same_words_and_keeps_signs_in_them() -> None:
    search = ClinicSearch(words="a&b ö", without=True)
    assert search.next_page(7) == "?q=a%26b%20%C3%B6&visa=utan&efter=7"
    assert ClinicSearch().next_page(7) == "?q=&efter=7"


def test_a_file_with_faults_changes_nothing_and_offers_no_button() -> None:
    page = clinic_import_page(FileForm(), imported(faults=2, changes=3), done=False, moved=True)
    assert page.has_faults
    assert (page.changes, page.asks, page.said) == (None, False, None)


def test_what_a_file_did_is_not_offered_again() -> None:
    page = clinic_import_page(FileForm(), imported(changes=3), done=True, moved=False)
    assert page.said
    assert page.said.kind == "ok"
    assert not page.asks


def test_a_file_that_changes_nothing_has_nothing_to_be_made() -> None:
    page = clinic_import_page(FileForm(), imported(), done=False, moved=False)
    assert page.changes is not None
    assert not page.asks


def test_of_many_changes_the_first_are_shown_and_all_are_counted() -> None:
    page = clinic_import_page(FileForm(), imported(changes=SHOWN + 1), done=False, moved=False)
    assert page.changes is not None
    assert len(page.changes.lines) == SHOWN
    assert str(SHOWN + 1) in page.changes.told
    assert str(SHOWN + 1) in page.changes.button


# Accounts


@pytest.mark.parametrize("state", [AccountState.CONFIRMED, AccountState.ENDED])
def test_an_account_in_order_has_no_mark_and_neither_has_one_that_is_no_more(state: AccountState) -> None:
    assert account_trouble(state) is None


def test_a_suspended_account_is_marked_as_bad_and_one_that_waits_for_its_mail_is_not() -> None:
    suspended, registered = account_trouble(AccountState.SUSPENDED), account_trouble(AccountState.REGISTERED)
    assert suspended
    assert registered
    assert (suspended.kind, registered.kind) == ("bad", "")


# The card


@pytest.mark.parametrize(
    ("appoints", "handles", "what"),
    [(False, False, "attestera i 5"), (True, False, "ändra behörigheter i 5"), (False, True, "besluta i 5")],
)
def test_a_page_says_for_how_long_the_card_allows_what_it_is_for(appoints: bool, handles: bool, what: str) -> None:
    told = CardTime(ago=1, left=5).told(appoints=appoints, handles=handles)
    assert told.startswith("Ditt kort lästes för 1 minut sedan.")
    assert what in told


def test_a_card_that_was_read_too_long_ago_allows_nothing_and_the_page_says_why() -> None:
    over = CardTime(ago=31, left=0)
    assert "andras behörighet måste visa det igen" in over.told(appoints=True, handles=False)
    assert "patienters uppgifter måste visa det igen" in over.told(appoints=False, handles=True)


# Addresses


def odd(*, suggestion: str = "") -> MailHint:
    kind = Hint.MISTYPED if suggestion else Hint.FOREIGN
    return MailHint(hint=kind, care_provider="Region Norrvik", domains=("norrvik.example",), suggestion=suggestion)


def test_a_foreign_address_that_costs_a_right_is_told_of_once() -> None:
    address = EmailAddress("anna@sydvik.example")
    asked = asked_address(address, odd(), data=QueryDict(), anew=["Infektionskliniken"])
    assert asked.is_odd
    assert asked.hint is None


def test_a_misspelt_address_is_told_of_whatever_else_it_costs() -> None:
    address = EmailAddress("anna@norvik.example")
    asked = asked_address(address, odd(suggestion="anna@norrvik.example"), data=QueryDict(), anew=["Medicinkliniken"])
    assert asked.hint


def test_an_address_like_all_others_is_not_odd() -> None:
    asked = asked_address(EmailAddress("anna@norrvik.example"), None, data=QueryDict())
    assert (asked.is_odd, asked.hint, asked.before, asked.domain) == (False, None, "anna", "norrvik.example")


def test_of_another_account_that_was_erased_only_its_number_is_left() -> None:
    (fact,) = link_facts([AccountLink(account_id=17, hsa_id=HsaId(""), earlier=True, linked_at=NOW)])
    assert fact.term == "Tidigare konto"
    assert "konto 17, vars uppgifter är gallrade" in fact.lines[0]


# Signing up


def test_on_the_way_what_lies_behind_is_done_and_one_step_is_current() -> None:
    assert [(one.is_done, one.is_current) for one in trail(2)] == [(True, False), (False, True), (False, False)]


def test_a_clinic_that_has_told_no_contact_shows_none_not_even_a_name() -> None:
    assert contact_of(clinic(contact_name="Karin Nyberg")) is None


def test_a_telephone_number_is_called_without_its_spaces() -> None:
    found = contact_of(clinic(contact_phone="019-602 10 00"))
    assert found
    assert found.phone
    assert found.phone.url == "tel:0196021000"
    assert (found.between, found.mail) == ("", None)


def test_an_earlier_account_is_asked_about_until_it_is_proven() -> None:
    assert earlier_part(None).link
    assert earlier_part(claim(proven=False)).link
    assert earlier_part(claim(proven=True)).link is None


def test_an_address_in_a_sentence_with_markup_is_text() -> None:
    assert escape("<b>@norrvik.example") in earlier_part(claim(proven=False)).told


# Finding a patient


def test_a_name_that_fits_nobody_is_not_told_about_numbers() -> None:
    page = find_page("Okänd", SearchResult(), may_report=True)
    assert page.nothing
    assert not page.nothing.kinds


def test_a_number_that_fits_nobody_is_told_which_numbers_there_are() -> None:
    page = find_page("19121212", SearchResult(), may_report=True)
    assert page.nothing
    assert page.nothing.kinds
    assert page.written == "19121212"


# Help


def test_of_the_pages_of_the_help_only_the_one_that_is_open_is_current() -> None:
    assert [one.address for one in help_tabs("/hjalp/fel") if one.is_here] == ["/hjalp/fel"]
    assert not any(one.is_here for one in help_tabs("/start"))
