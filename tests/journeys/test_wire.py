"""The same journeys over the wire, with every card of the demo, and what must not work."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.cards import card_that_is
from tests.journeys.people import Person, newcomer, registered
from tests.journeys.running import House, code_in, link_in
from tests.journeys.wire import Visitor, heading


def test_from_nothing_to_attested_and_logged_in(house: House, bertil: Person) -> None:
    anna = newcomer(house, "Alva", "Berg")
    hers = registered(anna)
    letter = house.letter_to(anna.mail)
    assert "E-post är ej bekräftad" in heading(hers.log_in())
    confirmed = hers.log_in(lank=link_in(letter).rpartition("/")[2])
    assert heading(confirmed) == "Tack, din e-post är bekräftad. Nu återstår attesten."
    assert heading(hers.log_in()) == "Inloggning misslyckades. Kontot är ej attesterat."

    his = bertil.visitor()
    assert "Bertil" in heading(his.log_in())
    number = house.ask_database(
        "SELECT a.id FROM access_application a JOIN accounts_account p ON p.id = a.account_id WHERE p.hsa_id = %s",
        anna.hsa_id,
    )[0][0]
    form = {"role": "reporter", "sub_registries": "pneumoni", "last_day": _day_in_a_year()}
    done = his.post(f"/attestera/{number}", form)
    assert done.status_code == 303, done.text

    assert "Alva" in heading(hers.log_in())


def test_the_code_of_the_letter_works_where_the_card_sits(house: House, bertil: Person) -> None:
    person = newcomer(house, "Disa", "Falk")
    hers = registered(person)
    code = code_in(house.letter_to(person.mail))
    wrong = hers.post("/ansokan/kod", {"code": "AAAAAA"}, form_on="/ansokan")
    assert wrong.status_code == 422
    assert "Du kan försöka 4 gånger till" in wrong.text
    right = hers.follow(hers.post("/ansokan/kod", {"code": f"{code[:3]} {code[3:]}".lower()}, form_on="/ansokan"))
    assert heading(right) == "Tack, din e-post är bekräftad. Nu återstår attesten."


def test_a_link_that_a_mail_scanner_follows_changes_nothing(house: House, bertil: Person) -> None:
    person = newcomer(house, "Ebba", "Gran")
    registered(person)
    link = link_in(house.letter_to(person.mail)).removeprefix(house.site)
    scanner = Visitor(house)
    page = scanner.get(link)
    assert page.status_code == 200
    assert "Ingenting har ändrats" in page.text
    posted = scanner.post(link)
    assert posted.status_code == 401
    assert _state(house, person) == "registered"


def test_the_link_of_another_persons_letter_is_refused(house: House, bertil: Person) -> None:
    person, other = newcomer(house, "Fia", "Holm"), newcomer(house, "Gun", "Ivarsson")
    registered(person)
    token = link_in(house.letter_to(person.mail)).rpartition("/")[2]
    refused = other.visitor().log_in(lank=token)
    assert heading(refused) == "Länken hör till ett annat kort."
    assert _state(house, person) == "registered"


def test_the_newest_of_two_letters_wins_and_the_older_says_so(house: House, bertil: Person) -> None:
    person = newcomer(house, "Hedda", "Jung")
    hers = registered(person)
    older = link_in(house.letter_to(person.mail)).removeprefix(house.site)
    hers.follow(hers.post("/ansokan/skicka-igen", form_on="/ansokan"))
    newer = link_in(house.letter_to(person.mail, number=2)).removeprefix(house.site)
    assert older != newer
    assert heading(hers.get(older)) == "Det finns ett nyare mejl."
    assert heading(hers.follow(hers.post(newer))) == "Tack, din e-post är bekräftad. Nu återstår attesten."


def test_a_renewed_card_with_the_same_hsa_id_just_logs_in(house: House, bertil: Person) -> None:
    renewed = house.authority.issue_card(
        given_name="Bertil",
        surname="Holm",
        organisation="Region Norrvik",
        kind="hsa",
        hsa_id=bertil.hsa_id.lower(),
        key="rsa-e3",
    )
    assert "Bertil" in heading(Visitor(house, renewed).log_in())


def test_an_application_to_a_clinic_without_administrator_reaches_the_office(house: House, doris: Person) -> None:
    person = newcomer(house, "Isa", "Kvist")
    hers = registered(person, clinic="Medicinkliniken, Norrviks sjukhus")
    hers.log_in(lank=link_in(house.letter_to(person.mail)).rpartition("/")[2])
    house.letter_to(doris.mail, about="saknar lokal administratör")
    hers_office = doris.visitor()
    hers_office.log_in()
    assert "Isa Kvist" in hers_office.get("/attestera").text


def test_an_administrator_of_another_clinic_sees_and_decides_nothing(
    house: House, bertil: Person, cecilia: Person
) -> None:
    person = newcomer(house, "Jill", "Lind")
    hers = registered(person)
    hers.log_in(lank=link_in(house.letter_to(person.mail)).rpartition("/")[2])
    number = house.ask_database("SELECT max(id) FROM access_application")[0][0]
    outsider = cecilia.visitor()
    outsider.log_in()
    page = outsider.get("/attestera")
    assert "Jill Lind" not in page.text
    assert outsider.get(f"/attestera/{number}").status_code == 404
    form = {"role": "reporter", "sub_registries": "pneumoni", "last_day": _day_in_a_year()}
    assert outsider.post(f"/attestera/{number}", form, form_on="/attestera").status_code == 404
    assert house.ask_database("SELECT state FROM access_application WHERE id = %s", number) == [("waiting",)]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none", "Vi fick inget certifikat från ditt kort."),
        ("person_id", "Du valde Person-id. Välj certifikatet med ditt HSA-id."),
        ("signing", "Du valde certifikatet för underskrift. Välj det för legitimering."),
        ("expired", "Ditt certifikat har gått ut."),
        ("not_yet_valid", "Ditt certifikat gäller inte än."),
        ("unknown_issuer", "Certifikatet kommer inte från en utfärdare som registret godtar."),
        ("malformed", "Certifikatet är felaktigt."),
        ("revoked", "Ditt certifikat är spärrat."),
    ],
)
def test_every_refusal_is_a_page_that_says_what_to_do(house: House, name: str, says: str) -> None:
    visitor = Visitor(house, card_that_is(house, name))
    page = visitor.log_in()
    assert heading(page) == says
    assert f"card.{name}" in page.text
    assert "Vad du gör nu" in page.text
    assert "189912319812" not in page.text
    assert "__Host-session" not in visitor.cookies
    logged = house.ask_database(
        "SELECT facts::text FROM ledger_entry WHERE event = 'card.refused' ORDER BY id DESC LIMIT 1"
    )
    assert f"card.{name}" in str(logged[0][0])
    assert "189912319812" not in str(logged[0][0])


@pytest.mark.parametrize("name", ["person_id", "signing", "expired", "unknown_issuer", "none"])
def test_checking_the_card_explains_it_without_logging_in(house: House, name: str) -> None:
    visitor = Visitor(house, card_that_is(house, name))
    page = visitor.log_in(purpose="/kort")
    assert page.status_code == 200
    assert f"card.{name}" in page.text
    assert "189912319812" not in page.text
    assert "__Host-session" not in visitor.cookies


def test_a_code_is_good_once_and_only_in_the_browser_that_began(house: House, bertil: Person) -> None:
    his, thief = bertil.visitor(), Visitor(house, bertil.card)
    thief.get("/")
    answer = his.back_from_the_door()
    path = answer.headers["Location"].removeprefix(house.site)
    assert heading(thief.get(path)) in {
        "Inloggningen började i en annan webbläsare.",
        "Inloggningen tog för lång tid eller har redan använts.",
    }
    # Tried from elsewhere once, it is burnt for everybody.
    assert heading(his.get(path)) == "Inloggningen tog för lång tid eller har redan använts."


def test_a_label_is_good_once(house: House, bertil: Person) -> None:
    his = bertil.visitor()
    begun = his.post("/logga-in", form_on="/")
    address = begun.headers["Location"]
    his.at_the_door(address)
    again = his.follow(his.at_the_door(address))
    assert again.status_code == 410
    assert heading(again) == "Inloggningen tog för lång tid eller har redan använts."


def test_the_door_answers_nothing_but_the_door(house: House) -> None:
    visitor = Visitor(house)
    host = f"https://{'ab' * 16}.kort.registret.localhost:{house.card_port}"
    for path in ("/", "/start", "/hjalp", "/static/registret.css", "/k/", "/p/", "/p/00"):
        answer = visitor.at_the_door(host + path)
        assert answer.status_code == 404, path
        assert "set-cookie" not in answer.headers


def test_letters_wait_while_the_mail_server_is_down_and_the_page_says_so(house: House) -> None:
    person = newcomer(house, "Maja", "Norr")
    house.mail.refuse_with = "421 4.3.2 busy"
    try:
        hers = registered(person)
        _until(lambda: "Mejlet är försenat just nu" in hers.get("/nastan-klart").text)
        assert house.letters_to(person.mail) == []
    finally:
        house.mail.refuse_with = None
    waiting = house.ask_database(
        "SELECT count(*) FROM mail_letter WHERE to_address = %s AND sent_at IS NULL", person.mail
    )
    assert waiting == [(1,)]


def test_the_reviewer_reads_the_log_and_others_do_not(house: House, bertil: Person, erik: Person) -> None:
    reviewer = erik.visitor()
    reviewer.log_in()
    page = reviewer.get("/loggen")
    assert heading(page) == "Öppna loggen"
    assert "Loggade in" not in page.text
    page = reviewer.follow(
        reviewer.post("/loggen/oppna", {"why": "follow_up", "reason": "Kvartalets uppföljning"}, form_on="/loggen")
    )
    assert heading(page) == "Loggen"
    assert "Loggade in" in page.text
    his = bertil.visitor()
    his.log_in()
    assert his.get("/loggen").status_code == 403


def test_what_people_have_bookmarked_leads_to_the_front_page(house: House) -> None:
    visitor = Visitor(house)
    assert heading(visitor.follow(visitor.get("/login.aspx"))) == "Logga in med ditt tjänstekort"


def test_the_demos_mailbox_shows_what_was_sent(house: House, bertil: Person) -> None:
    assert "Bekräfta din e-post" in Visitor(house).get("/demo/brevlada").text


def test_english_is_one_click_away_on_every_page_of_the_door(house: House) -> None:
    visitor = Visitor(house)
    page = visitor.follow(visitor.get("/sprak/en?till=/kort"))
    assert heading(page) == "Check your card"
    assert '<html lang="en">' in page.text


def _state(house: House, person: Person) -> object:
    return house.ask_database("SELECT state FROM accounts_account WHERE hsa_id = %s", person.hsa_id)[0][0]


def _day_in_a_year() -> str:
    return (datetime.now(UTC) + timedelta(days=365)).date().isoformat()


def _until(done: Callable[[], bool]) -> None:
    for _ in range(300):
        if done():
            return
        time.sleep(0.2)
    raise AssertionError("it never happened")
