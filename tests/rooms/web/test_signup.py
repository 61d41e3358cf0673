"""Registrera dig, page by page and without script: what people type, what forms bring along, what must not happen."""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from registret.access.queries.applications import applications_of, newest_application
from registret.access.roles import Role
from registret.accounts.lifecycle import AccountState
from registret.accounts.queries import living_account, newest_confirmation
from registret.accounts.visitors import REFUSALS_PER_NETWORK
from registret.ledger.queries import Wanted, entries
from registret.mail.links import confirmation_code, confirmation_token
from registret.mail.queries import letters_about
from registret.rate_limits.services import _key
from tests import cast
from tests.cast import ANNA, BERTIL, CECILIA, DORIS, Country, person
from tests.rooms.web.client import Browser, Page, flat, text_of, token_in

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert('”&amp;')</script>{{ 7|add:7 }}{% now 'Y' %}"
ASKS = "Kontrollera att din e-post är rätt"


@pytest.fixture
def waiting(place: Country, now: datetime) -> Browser:
    """Anna has registered and not confirmed; her browser holds the card's session."""
    cast.register(ANNA, place.infection, confirmed=False, at=now)
    return Browser.of(ANNA)


def form(place: Country, **changes: Any) -> dict[str, Any]:
    wish = {"email": ANNA.email.text, "clinic": place.infection, "role": "reporter", "sub_registries": ["pneumoni"]}
    return wish | {"message": "", "secrecy": "on"} | changes


def fields_of_the_dialog(page: Page) -> dict[str, list[str]]:
    """What the dialog sends again, as a browser without script reads it."""
    dialog = page.content.decode().partition("<dialog")[2].partition("</dialog>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', dialog):
        found.setdefault(name, []).append(html.unescape(value))
    return found


def nobody_registered() -> bool:
    return living_account(hsa_id=ANNA.card.hsa_id) is None


def code() -> str:
    letter = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert letter is not None
    return confirmation_code(letter.id, letter.version)


def link() -> str:
    letter = newest_confirmation(account_id=cast.account_of(ANNA).id)
    assert letter is not None
    return f"/bekrafta/{confirmation_token(letter.id, letter.version)}"


# --- the form and its dialog -----------------------------------------------------------------------


def test_the_form_shows_what_the_card_says_and_asks_for_the_rest(place: Country) -> None:
    page = Browser.of(ANNA).get("/registrera")
    text, source = text_of(page), flat(page)
    for known in (ANNA.name, ANNA.hsa_id, "Region Norrvik"):
        assert known in text
    assert set(re.findall(r' name="([^"]+)"', source.partition('<form class="pile"')[2])) >= {
        "email",
        "clinic",
        "role",
        "sub_registries",
        "message",
        "secrecy",
    }
    assert f'value="{ANNA.hsa_id}"' not in source, "nobody edits what the card says"
    options = re.findall(r'<option value="(\d+)"', source)
    assert options[0] in {str(place.infection), str(place.medicine)}, "the own care provider's come first"


def test_the_first_click_asks_and_registers_nobody(place: Country) -> None:
    page = Browser.of(ANNA).post("/registrera", form(place))
    assert page.status_code == 200
    assert ASKS in text_of(page)
    assert nobody_registered()


def test_the_dialog_alone_registers_without_script(place: Country) -> None:
    browser = Browser.of(ANNA, enforce_csrf_checks=True)
    asked = browser.post(
        "/registrera",
        form(place, message="Ny ST-läkare\r\n& glad", csrfmiddlewaretoken=token_in(browser.get("/registrera"))),
        headers={"Origin": settings.SITE_ORIGIN},
    )
    fields: dict[str, Any] = dict(fields_of_the_dialog(asked))
    fields["csrfmiddlewaretoken"] = re.findall(
        r'csrfmiddlewaretoken" value="([^"]+)"', asked.content.decode().partition("<dialog")[2]
    )[0]
    answer = browser.post("/registrera", fields | {"ok": "1"}, headers={"Origin": settings.SITE_ORIGIN})
    assert (answer.status_code, answer["Location"]) == (303, "/nastan-klart")
    assert cast.account_of(ANNA).email == ANNA.email
    application = newest_application(account_id=cast.account_of(ANNA).id)
    assert application is not None
    assert application.message.splitlines() == ["Ny ST-läkare", "& glad"]
    assert (application.clinic_id, application.sub_registries) == (place.infection, ("pneumoni",))
    assert ANNA.email.text in text_of(browser.get("/nastan-klart"))


def test_change_goes_back_with_everything_as_it_was(place: Country) -> None:
    sent = form(place, change="1", message="kvar", sub_registries=["pneumoni", "sepsis"])
    page = Browser.of(ANNA).post("/registrera", sent)
    source = flat(page)
    assert "<dialog" not in source
    assert f'value="{ANNA.email.text}"' in source
    assert f'<option value="{place.infection}" selected>' in source
    assert "kvar</textarea>" in source
    assert nobody_registered()


@pytest.mark.parametrize(
    ("email", "says"),
    [("anna.berg@regionnorvik.se", "regionnorrvik.se"), ("anna@gmail.com", "brukar använda regionnorrvik.se")],
)
def test_an_odd_address_is_a_warning_and_never_a_stop(place: Country, email: str, says: str) -> None:
    browser = Browser.of(ANNA)
    page = browser.post("/registrera", form(place, email=email))
    assert ASKS in text_of(page)
    assert says in text_of(page)
    assert browser.post("/registrera", form(place, email=email, ok="1")).status_code == 303
    assert cast.account_of(ANNA).email.text == email


def test_a_second_click_on_ok_is_answered_with_what_there_is_and_registers_once(place: Country) -> None:
    browser = Browser.of(ANNA)
    answers = [browser.post("/registrera", form(place, ok="1")) for _ in range(3)]
    assert [a["Location"] for a in answers] == ["/nastan-klart", "/ansokan", "/ansokan"]
    account_id = cast.account_of(ANNA).id
    assert len(letters_about(account_id)) == len(applications_of(account_id=account_id)) == 1


# --- what people type ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ANNA.BERG@RegionNorrvik.SE", "anna.berg@regionnorrvik.se"),
        ("  anna.berg@regionnorrvik.se\t", "anna.berg@regionnorrvik.se"),
        ("\u200banna.berg@regionnorrvik.se\ufeff", "anna.berg@regionnorrvik.se"),
        ("anna@räksmörgås.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("anna@XN--RKSMRGS-5WAO1O.se", "anna@xn--rksmrgs-5wao1o.se"),
        ("anna+registret@regionnorrvik.se", "anna+registret@regionnorrvik.se"),
        ("o'brien@regionnorrvik.se", "o'brien@regionnorrvik.se"),
    ],
)
def test_an_address_is_kept_in_one_spelling_and_shown_as_it_is_kept(place: Country, typed: str, kept: str) -> None:
    browser = Browser.of(ANNA)
    page = browser.post("/registrera", form(place, email=typed))
    assert kept.rpartition("@")[2] in text_of(page)
    assert browser.post("/registrera", fields_of_the_dialog(page) | {"ok": ["1"]}).status_code == 303
    assert cast.account_of(ANNA).email.text == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "anna",
        "anna@",
        "@regionnorrvik.se",
        "anna@@regionnorrvik.se",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "anna@regionnorrvik..se",
        "anna berg@regionnorrvik.se",
        "åsa@regionnorrvik.se",
        "аnna@regionnorrvik.se",
        "anna@regionnorrvik.se\0",
        "an\0na@regionnorrvik.se",
        "anna@regionnorrvik.se\r\nBcc: x@y.se",
        "anna\x1b[31m@regionnorrvik.se",
        "anna@regionnorrvik.se, x@y.se",
        "Anna <anna@regionnorrvik.se>",
        '"anna berg"@regionnorrvik.se',
        "a" * 65 + "@regionnorrvik.se",
        "anna@" + "a" * 64 + ".se",
        "a" * 300 + "@regionnorrvik.se",
        "x" * 100_000,
        HOSTILE,
    ],
)
@pytest.mark.parametrize("ok", [{}, {"ok": "1"}], ids=["asks", "ok"])
def test_what_is_no_address_stands_beside_its_field_and_nobody_is_registered(
    place: Country, typed: str, ok: dict[str, str]
) -> None:
    page = Browser.of(ANNA).post("/registrera", form(place, email=typed) | ok)
    source = page.content.decode()
    assert page.status_code == 422
    assert 'href="#email"' in source
    assert 'id="email-fel"' in source
    assert "<dialog" not in source
    assert "<script>alert" not in source
    assert nobody_registered()


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    *(({"clinic": value}, "clinic") for value in ("", "0", "-1", "1e9", "9" * 30, "x", "\0", HOSTILE, "١")),
    *(({"role": v}, "role") for v in ("", "local_administrator", "registry_office", "king", "\0", HOSTILE)),
    *(({"sub_registries": v}, "sub_registries") for v in ([], ["malaria"], ["pneumoni", "x"], ["\0"], [HOSTILE])),
    *(({"message": value}, "message") for value in ("x" * 501, "före\0efter")),
    *(({"secrecy": value}, "secrecy") for value in ("", "false", "False")),
]


@pytest.mark.parametrize(("changes", "field"), BAD_FIELDS)
def test_a_field_that_cannot_be_is_named_and_the_rest_is_kept(
    place: Country, changes: dict[str, Any], field: str
) -> None:
    page = Browser.of(ANNA).post("/registrera", form(place, **changes) | {"ok": "1"})
    source = page.content.decode()
    assert page.status_code == 422, text_of(page)
    assert f'href="#{field}"' in source
    assert f'id="{field}"' in source
    assert f'value="{ANNA.email.text}"' in source
    assert "<script>alert" not in source
    assert nobody_registered()


def test_an_empty_form_names_all_that_is_missing(place: Country) -> None:
    page = Browser.of(ANNA).post("/registrera", {})
    assert page.status_code == 422
    assert re.findall(r'<li><a href="#([a-z_]+)"', page.content.decode()) == [
        "email",
        "clinic",
        "role",
        "sub_registries",
        "secrecy",
    ]
    assert nobody_registered()


@pytest.mark.parametrize("message", [HOSTILE, "\x1b[31mröd", "e\u0301\u202e baklänges", "🧬" * 250, "rad\r\n" * 80])
def test_what_people_write_is_shown_as_text(place: Country, message: str) -> None:
    browser = Browser.of(ANNA)
    assert browser.post("/registrera", form(place, message=message, ok="1")).status_code == 303
    cast.confirm_mail(ANNA, at=timezone.now())
    application = newest_application(account_id=cast.account_of(ANNA).id)
    assert application is not None
    page = Browser.of(BERTIL).get(f"/attestera/{application.id}")
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


def test_fields_that_the_form_does_not_have_change_nothing(place: Country) -> None:
    forged = {
        "hsa_id": DORIS.hsa_id,
        "given_name": "Doris",
        "surname": "Lund",
        "organisation": "Region Sydvik",
        "state": "confirmed",
        "confirmed_at": "2026-01-01",
        "account": cast.account_of(DORIS).id,
        "account_id": cast.account_of(DORIS).id,
        "language": "xx",
        "grant": "1",
        "card": "x",
        "application_state": "attested",
    }
    assert Browser.of(ANNA).post("/registrera", form(place, ok="1") | forged).status_code == 303
    account = cast.account_of(ANNA)
    assert (account.hsa_id, account.name, account.organisation) == (ANNA.card.hsa_id, ANNA.name, "Region Norrvik")
    assert (account.state, account.language, account.confirmed_at) == (AccountState.REGISTERED, "sv", None)
    application = newest_application(account_id=account.id)
    assert application is not None
    assert (application.state, application.role) == ("waiting", Role.REPORTER)


def test_a_clinic_that_closed_between_form_and_sending_is_said_and_nothing_is_lost(place: Country) -> None:
    browser = Browser.of(ANNA)
    asked = browser.post("/registrera", form(place, message="kvar"))
    cast.close_clinic(cast.INFECTION, at=timezone.now())
    page = browser.post("/registrera", fields_of_the_dialog(asked) | {"ok": ["1"]})
    source = flat(page)
    assert page.status_code == 422
    assert "Välj en klinik i listan" in text_of(page)
    assert f'value="{ANNA.email.text}"' in source
    assert "kvar</textarea>" in source
    assert 'value="pneumoni" checked' in source
    assert nobody_registered()


def test_letters_that_strangers_had_sent_to_an_address_do_not_lock_its_owner_out(place: Country) -> None:
    for number in range(5):
        other = person("Nils", f"Nord{number}", f"SE2321009991-N{number}")
        cast.register(other, place.infection, email=ANNA.email, confirmed=False, at=timezone.now())
    page = Browser.of(ANNA).post("/registrera", form(place, ok="1"))
    assert page.headers["Location"] == "/nastan-klart"
    assert not nobody_registered()


def test_the_language_of_the_letters_is_that_of_the_browser(place: Country) -> None:
    browser = Browser.of(ANNA)
    browser.get("/sprak/en")
    browser.post("/registrera", form(place, ok="1"))
    assert cast.account_of(ANNA).language == "en"
    assert letters_about(cast.account_of(ANNA).id)[0].language == "en"


# --- who is not to come in -------------------------------------------------------------------------

PAGES = ["/registrera", "/nastan-klart", "/ansokan", "/ansokan/adress", "/ansokan/ny", "/bekraftad"]
ACTS = ["/ansokan/kod", "/ansokan/skicka-igen", "/ansokan/paminn", "/ansokan/ta-tillbaka"]


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
def test_without_a_card_none_of_this_exists(address: str) -> None:
    browser = Browser()
    assert browser.post(address).status_code in {401, 405}
    assert browser.get(address).status_code in {401, 405}


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
def test_whoever_is_at_work_is_led_to_work(place: Country, address: str) -> None:
    browser = Browser.of(BERTIL)
    answer = browser.get(address) if address in PAGES else browser.post(address)
    assert (answer.status_code, answer["Location"]) == (303, "/start")


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
def test_a_card_without_an_account_can_register_and_nothing_else(place: Country, address: str) -> None:
    browser = Browser.of(ANNA)
    answer = browser.get(address) if address in PAGES else browser.post(address)
    while answer.status_code == 303:
        answer = browser.get(answer["Location"])
    assert "Registrera dig" in text_of(answer)
    assert nobody_registered()


@pytest.mark.parametrize("address", ["/registrera", *ACTS, "/ansokan/adress", "/ansokan/ny"])
@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "https://a.kort.registret.localhost:8444"])
def test_a_form_without_its_token_or_from_elsewhere_does_nothing(
    place: Country, now: datetime, address: str, origin: str | None
) -> None:
    if address != "/registrera":
        cast.register(ANNA, place.infection, confirmed=False, at=now)
    browser = Browser.of(ANNA, enforce_csrf_checks=True)
    sent = form(place, ok="1", code="AAAAAA")
    if origin is not None:
        sent["csrfmiddlewaretoken"] = token_in(browser.get("/kort"))
    before = rows()
    headers = {} if origin is None else {"Origin": origin}
    answer = browser.post(address, sent, headers=headers)
    assert answer.status_code == 403
    assert "request.forged" in text_of(answer)
    assert rows() == before


def rows() -> dict[str, int]:
    """How many rows there are, by table, but for the log and what counts the refusals that it takes."""
    refusals = _key(REFUSALS_PER_NETWORK, "127.0.0.1")
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t != "ledger_entry"]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = int(cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM rate_limits_count WHERE key = %s", [refusals])
        counts["rate_limits_count"] -= int(cursor.fetchone()[0])
        return counts


# --- confirming ------------------------------------------------------------------------------------


def test_the_code_confirms_however_it_is_spaced(waiting: Browser) -> None:
    right = code()
    answer = waiting.post("/ansokan/kod", {"code": f" {right[:3]} {right[3:]} ".lower()})
    assert (answer.status_code, answer["Location"]) == (303, "/bekraftad")
    assert "Tack, din e-post är bekräftad. Nu återstår attesten." in text_of(waiting.get("/bekraftad"))


def test_the_page_about_the_letter_leads_on_once_the_address_is_confirmed(waiting: Browser) -> None:
    cast.confirm_mail(ANNA, at=timezone.now())
    assert waiting.get("/nastan-klart")["Location"] == "/ansokan"


def test_nobody_is_thanked_for_an_address_that_is_not_confirmed(waiting: Browser) -> None:
    assert waiting.get("/bekraftad")["Location"] == "/ansokan"


@pytest.mark.parametrize("typed", ["", " ", "AAAAAA", "\0", "x" * 21, "å", HOSTILE, "🧬🧬🧬"])
def test_a_wrong_code_is_said_beside_its_field(waiting: Browser, typed: str) -> None:
    page = waiting.post("/ansokan/kod", {"code": typed})
    assert page.status_code == 422
    assert 'id="code-fel"' in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert cast.account_of(ANNA).state is AccountState.REGISTERED


def test_codes_are_guessed_until_it_is_stopped_and_every_guess_counts(waiting: Browser) -> None:
    right = code()
    wrong = "AAAAAA" if right != "AAAAAA" else "CCCCCC"
    pages = [text_of(waiting.post("/ansokan/kod", {"code": wrong})) for _ in range(6)]
    assert ["Du kan försöka 4 gånger till" in pages[0], "Du kan försöka en gång till" in pages[3]] == [True, True]
    assert waiting.post("/ansokan/kod", {"code": right}).status_code == 422, "burnt, also for the right one"
    assert len(entries(wanted=Wanted(event="confirmation.code_refused")).rows) == 7
    waiting.post("/ansokan/skicka-igen")
    assert waiting.post("/ansokan/kod", {"code": code()}).status_code == 303


def test_the_link_with_the_card_asks_once_more_and_then_confirms(waiting: Browser) -> None:
    page = waiting.get(link())
    assert "Du är inloggad med samma kort" in text_of(page)
    assert "Dina uppgifter (klart) 2 Bekräfta e-post 3 Attest på kliniken" in text_of(page)
    assert cast.account_of(ANNA).confirmed_at is None
    assert waiting.post(link())["Location"] == "/bekraftad"
    assert cast.account_of(ANNA).confirmed_at is not None
    again = waiting.get(link())
    assert again.status_code == 200
    assert "redan bekräftad" in text_of(again)


def test_the_link_without_a_card_changes_nothing_and_shows_the_way(waiting: Browser) -> None:
    stranger = Browser()
    page = stranger.get(link())
    text = text_of(page)
    assert page.status_code == 200
    assert "Ingenting har ändrats" in text
    assert "Dina uppgifter (klart) 2 Bekräfta e-post 3 Attest på kliniken" in text
    for secret in (ANNA.name, ANNA.hsa_id, ANNA.email.text):
        assert secret not in page.content.decode(), "a letter in the wrong hands tells nothing"
    assert stranger.post(link()).status_code == 401
    assert cast.account_of(ANNA).confirmed_at is None


def test_the_link_of_who_was_appointed_speaks_of_no_attestation(place: Country) -> None:
    cast.appoint(ANNA, place.medicine, confirmed=False, at=timezone.now())
    page = text_of(Browser().get(link()))
    assert "Bekräfta där ditt kort sitter" in page
    assert "Attest på kliniken" not in page


def test_the_link_with_another_card_is_refused(waiting: Browser) -> None:
    other = Browser.of(CECILIA)
    for answer in (other.get(link()), other.post(link())):
        assert answer.status_code == 403
        assert "Länken hör till ett annat kort." in text_of(answer)
        assert ANNA.name not in text_of(answer)
    assert cast.account_of(ANNA).confirmed_at is None


@pytest.mark.parametrize("token", ["x", "1-1.x", "1-1." + "0" * 32, "%00", "å", "9" * 400, "-1-1." + "0" * 32, "..%2f"])
def test_a_made_up_link_leads_nowhere(token: str) -> None:
    for answer in (Browser().get(f"/bekrafta/{token}"), Browser().post(f"/bekrafta/{token}")):
        assert answer.status_code == 404


def test_of_two_letters_the_older_says_that_there_is_a_newer_one(waiting: Browser) -> None:
    older = link()
    waiting.post("/ansokan/skicka-igen")
    page = waiting.get(older)
    assert page.status_code == 410
    assert "Det finns ett nyare mejl." in text_of(page)
    assert waiting.post(link())["Location"] == "/bekraftad"


# --- send again, change the address ----------------------------------------------------------------


def test_sending_again_is_possible_five_times_an_hour_and_then_says_when(waiting: Browser) -> None:
    answers = [waiting.post("/ansokan/skicka-igen").status_code for _ in range(5)]
    assert answers == [303, 303, 303, 303, 429]
    assert len(letters_about(cast.account_of(ANNA).id)) == 5


def test_a_new_address_is_asked_about_like_the_first(waiting: Browser) -> None:
    page = waiting.post("/ansokan/adress", {"email": "ANNA.NY@regionnorrvik.se"})
    assert ASKS in text_of(page)
    assert cast.account_of(ANNA).email == ANNA.email
    answer = waiting.post("/ansokan/adress", fields_of_the_dialog(page) | {"ok": ["1"]})
    assert answer["Location"] == "/nastan-klart"
    assert cast.account_of(ANNA).email.text == "anna.ny@regionnorrvik.se"


@pytest.mark.parametrize("typed", ["", "anna", "anna@regionnorrvik.se\0", "a@b.se\r\nBcc: c@d.se", HOSTILE, "x" * 999])
def test_what_is_no_address_changes_none(waiting: Browser, typed: str) -> None:
    page = waiting.post("/ansokan/adress", {"email": typed, "ok": "1"})
    assert page.status_code == 422
    assert cast.account_of(ANNA).email == ANNA.email


@pytest.mark.parametrize("how", ["link", "code"])
def test_after_the_change_neither_link_nor_code_of_the_old_letter_counts(waiting: Browser, how: str) -> None:
    old_link, old_code = link(), code()
    waiting.post("/ansokan/adress", {"email": "anna.ny@regionnorrvik.se", "ok": "1"})
    refused = waiting.post(old_link) if how == "link" else waiting.post("/ansokan/kod", {"code": old_code})
    assert refused.status_code in {410, 422}
    assert cast.account_of(ANNA).confirmed_at is None


def test_a_confirmed_address_is_no_longer_changed_here(waiting: Browser) -> None:
    cast.confirm_mail(ANNA, at=timezone.now())
    for answer in (
        waiting.get("/ansokan/adress"),
        waiting.post("/ansokan/adress", {"email": "x@y.se", "ok": "1"}),
        waiting.post("/ansokan/skicka-igen"),
    ):
        assert "redan bekräftad" in text_of(answer)
    assert cast.account_of(ANNA).email == ANNA.email


# --- a further application, taking back, reminding -------------------------------------------------


def test_taking_back_and_applying_anew_keeps_the_confirmed_address(waiting: Browser, place: Country) -> None:
    cast.confirm_mail(ANNA, at=timezone.now())
    assert waiting.post("/ansokan/ta-tillbaka")["Location"] == "/ansokan/ny"
    sent = form(place, clinic=place.sydvik)
    assert waiting.post("/ansokan/ny", sent)["Location"] == "/ansokan"
    assert [a.state for a in applications_of(account_id=cast.account_of(ANNA).id)] == ["waiting", "withdrawn"]


@pytest.mark.parametrize(("changes", "field"), [(c, f) for c, f in BAD_FIELDS if f not in {"secrecy", "email"}])
def test_an_application_that_cannot_be_is_named_and_none_is_made(
    waiting: Browser, place: Country, changes: dict[str, Any], field: str
) -> None:
    page = waiting.post("/ansokan/ny", form(place, clinic=place.sydvik) | changes)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.content.decode()
    assert len(applications_of(account_id=cast.account_of(ANNA).id)) == 1


def test_a_second_application_at_the_same_clinic_says_that_one_waits(waiting: Browser, place: Country) -> None:
    page = waiting.post("/ansokan/ny", form(place))
    assert page.status_code == 422
    assert 'href="#clinic"' in page.content.decode()


def test_reminding_is_possible_once_a_day(waiting: Browser) -> None:
    assert waiting.post("/ansokan/paminn").status_code == 404, "nobody can attest before the mail is confirmed"
    cast.confirm_mail(ANNA, at=timezone.now())
    assert "Påminn igen" in text_of(waiting.get("/ansokan"))
    assert waiting.post("/ansokan/paminn")["Location"] == "/ansokan"
    assert "Påminn igen" not in text_of(waiting.get("/ansokan"))
    assert waiting.post("/ansokan/paminn").status_code == 429


def test_taking_back_twice_is_answered_and_harms_nothing(waiting: Browser) -> None:
    assert waiting.post("/ansokan/ta-tillbaka").status_code == 303
    assert waiting.post("/ansokan/ta-tillbaka").status_code == 404


@pytest.mark.parametrize("address", ACTS)
def test_acts_are_never_done_by_following_a_link(waiting: Browser, address: str) -> None:
    before = rows()
    answer = waiting.get(address)
    # Where a form was sent to is a page that people reload: it leads back.
    assert answer.status_code == 405 or (address, answer.headers["Location"]) == ("/ansokan/kod", "/ansokan")
    assert rows() == before
