"""The form of a step as a page: what is folded away and when it unfolds, results in words, changes, whose it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from registret.access.actor import Actor
from registret.access.roles import Role
from registret.ledger.models import Entry
from registret.records.reporting import beginning, signing, writing
from registret.records.reporting.inclusion import NewPatient
from registret.registries.queries import catalogue
from registret.registries.vocabulary import Block
from registret.words.days import moment_in_words
from tests import cast
from tests.cast import ANNA, Country
from tests.rooms.records.scene import ACUTE, RESERVE, TOLVAN, Known, ask, begun, number, registered, system_id_of
from tests.rooms.web.client import Browser, Page, flat, text_of

pytestmark = pytest.mark.django_db

Written = Mapping[str, Sequence[str]]
UNTIMED: Written = {name: value for name, value in ACUTE.items() if not name.endswith("_at")}


@pytest.fixture(scope="module")
def place(module_db: None) -> Country:
    now = timezone.now()
    place = cast.country(now - timedelta(days=30))
    cast.appoint_by_program(ANNA, Role.REPORTER, clinic_id=place.infection, at=now - timedelta(days=20))
    return place


@pytest.fixture
def anna(place: Country, now: datetime) -> Actor:
    return cast.actor(ANNA, at=now - timedelta(hours=1))


@pytest.fixture
def episode(anna: Actor, now: datetime) -> str:
    return begun(anna, at=now, arrived_at=[moment(now - timedelta(days=4))])


def moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def save(anna: Actor, episode: str, written: Written, *, base: int = 0, step: str = "acute") -> None:
    writing.write(actor=anna, episode=episode, step=step, base=base, written=written, at=timezone.now())


def form_of(episode: str, step: str = "acute") -> str:
    return flat(Browser.of(ANNA).get(f"/vardepisod/{episode}/{step}"))


def question(page: str, code: str) -> str:
    found = re.search(rf'(?s)<fieldset class="field[^"]*" id="{code}".*?</fieldset>', page)
    assert found is not None
    return found[0]


def fold(html: str) -> str:
    """`<details>` or `<details open>`."""
    found = re.search(r"<details[^>]*>", html)
    assert found is not None
    return found[0]


def research(page: str) -> str:
    found = re.search(r'(?s)<section class="block pile" id="a-research".*?</section>', page)
    assert found is not None
    return found[0]


# --- options ---------------------------------------------------------------------------------------


def test_of_many_options_the_common_ones_come_first_and_the_others_are_folded_away(episode: str) -> None:
    asked = question(form_of(episode), "antibiotic")
    before, _, after = asked.partition("<details>")
    assert re.findall(r'value="(\w+)"', before)[:2] == ["benzylpenicillin", "cefotaxime"]
    assert "<summary>Fler antibiotika och svampmedel (44)</summary>" in after
    assert 'value="rifampicin"' in after
    assert 'value="missing:unknown"' in after.partition("</details>")[2], "and why there is none stays in sight"
    values = re.findall(r'value="([\w:]+)"', asked)
    assert len(values) == len(set(values)) == 50 + 2, "each of them once"


def test_the_fold_is_open_when_one_of_the_others_is_chosen(anna: Actor, episode: str) -> None:
    save(anna, episode, UNTIMED)
    assert fold(question(form_of(episode), "antibiotic")) == "<details>"
    save(anna, episode, {"antibiotic": ["rifampicin"]}, base=1)
    asked = question(form_of(episode), "antibiotic")
    assert fold(asked) == "<details open>"
    assert re.search(r'value="rifampicin" checked', asked)


def test_what_people_go_through_one_by_one_is_not_folded(episode: str) -> None:
    assert "<details" not in question(form_of(episode), "comorbidity")


# --- the research block ----------------------------------------------------------------------------


def test_research_is_folded_away_in_every_form_and_says_how_much_it_is(episode: str) -> None:
    block = research(form_of(episode))
    assert fold(block) == "<details>"
    assert "6 frågor, 0 besvarade" in block
    for form in catalogue().forms.values():
        assert any(question.block is Block.RESEARCH for question in form.questions.values()), form.code


def test_research_stays_folded_when_it_is_answered_and_says_so(anna: Actor, episode: str) -> None:
    save(anna, episode, {"smoking": ["never"], "urea": ["7,1"], "lactate": ["missing:not_done"]})
    block = research(form_of(episode))
    assert fold(block) == "<details>"
    assert "6 frågor, 3 besvarade" in block


def test_research_unfolds_when_something_in_it_is_odd_or_wrong(anna: Actor, episode: str) -> None:
    save(anna, episode, {"urea": ["90"]})
    assert fold(research(form_of(episode))) == "<details open>"
    page = Browser.of(ANNA).post(f"/vardepisod/{episode}/acute", {"base": "1", "lactate": "mycket", "do": "save"})
    assert page.status_code == 422
    block = research(flat(page))
    assert fold(block) == "<details open>"
    assert 'value="mycket"' in block


@pytest.mark.parametrize("way", ["", "/spara"])
def test_what_is_pasted_with_a_character_that_no_text_keeps_is_saved_without_it(episode: str, way: str) -> None:
    sent = {"base": "0", "changed": ["main_diagnosis"], "main_diagnosis": "J1\x008.9", "do": "save"}
    answer = Browser.of(ANNA).post(f"/vardepisod/{episode}/discharge{way}", sent)
    assert answer.status_code in {200, 303}
    assert 'value="J18.9"' in form_of(episode, "discharge")


def test_while_one_writes_the_page_is_told_how_much_of_it_is_answered(episode: str) -> None:
    sent = {"base": "0", "changed": ["smoking"], "smoking": "never"}
    told = Browser.of(ANNA).post(f"/vardepisod/{episode}/acute/spara", sent).json()
    assert told["told"] == {"research": "6 frågor, 1 besvarad"}


# --- results ---------------------------------------------------------------------------------------


def results(episode: str) -> dict[str, str]:
    page = form_of(episode)
    return dict(re.findall(r'(?s)data-score="(\w+)".*?<output[^>]*>(.*?)</output>', page))


def test_a_result_of_yes_or_no_is_said_in_words(anna: Actor, episode: str, now: datetime) -> None:
    assert results(episode)["culture_before_antibiotic"] == "–"
    times = {
        "blood_cultured_at": [moment(now - timedelta(days=3, hours=2))],
        "antibiotic_at": [moment(now - timedelta(days=3))],
    }
    save(anna, episode, {**UNTIMED, **times})
    assert results(episode)["culture_before_antibiotic"] == "Ja"
    assert "Blododling före antibiotika Ja" in text_of(Browser.of(ANNA).get(f"/vardepisod/{episode}/utskrift"))
    save(anna, episode, {"blood_culture": ["no"]}, base=1)
    assert results(episode)["culture_before_antibiotic"] == "Nej"


def test_a_result_that_can_never_be_known_says_so(anna: Actor, episode: str) -> None:
    save(anna, episode, {**UNTIMED, "blood_culture": ["missing:unknown"], "antibiotic": ["missing:unknown"]})
    page = form_of(episode)
    assert results(episode)["culture_before_antibiotic"] == "Okänt"
    assert "Någon del är okänd." in page


def test_the_live_state_has_the_same_words(episode: str) -> None:
    sent = {"base": "0", "changed": ["blood_culture"], "blood_culture": "no"}
    told = Browser.of(ANNA).post(f"/vardepisod/{episode}/acute/spara", sent).json()["scores"]
    assert told["culture_before_antibiotic"] == {
        "value": "Nej", "counted": True, "word": True, "unit": "", "reading": "",
    }  # fmt: skip
    assert told["minutes_to_antibiotic"]["value"] == "–"
    assert told["crb65"]["word"] is False


def test_a_result_of_what_is_not_asked_for_does_not_apply_on_the_page_live_and_on_paper(
    anna: Actor, episode: str
) -> None:
    save(anna, episode, {"antibiotic": ["missing:not_done"]})
    assert results(episode)["minutes_to_antibiotic"] == "Ej tillämpligt"
    assert "Gäller inte här." in form_of(episode)
    told = Browser.of(ANNA).post(f"/vardepisod/{episode}/acute/spara", {"base": "1"}).json()["scores"]
    assert told["minutes_to_antibiotic"]["value"] == "Ej tillämpligt"
    assert "antibiotika Ej tillämpligt" in text_of(Browser.of(ANNA).get(f"/vardepisod/{episode}/utskrift"))


def test_paper_says_who_it_is_about_and_when_it_was_signed_and_never_today(
    anna: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(Known(n191212121212=registered()), monkeypatch)
    episode = begun(anna, at=now, arrived_at=[moment(now - timedelta(days=4))])
    paper = text_of(Browser.of(ANNA).get(f"/vardepisod/{episode}/utskrift"))
    assert "Tolvan Tolvansson, man, 19121212-1212" in paper
    assert f"Signerad {moment_in_words(now)} av Anna Berg." in paper
    assert "i dag" not in paper


def test_parts_of_a_score_are_rows_of_its_card_and_what_is_measured_first_comes_first(
    anna: Actor, now: datetime
) -> None:
    arrived = now - timedelta(days=4)
    episode = beginning.begin(
        actor=anna,
        who=NewPatient(number=number(TOLVAN)),
        sub_registry="sepsis",
        written={
            "arrived_at": [moment(arrived)],
            "sepsis_treated": ["yes"],
            "acquired": ["community"],
            "intensive_care": ["yes"],
            "intensive_care_from": [moment(arrived + timedelta(hours=2))],
            "paediatric_icu": ["no"],
        },
        is_no_double=False,
        at=now,
    )
    save(anna, episode, {"platelets": ["90"]})
    page = form_of(episode)
    cards = re.findall(r'(?s)<section class="panel".*?</section>', page)
    assert [re.findall(r'data-score="(\w+)"', card)[0] for card in cards][:2] == [
        "minutes_to_antibiotic", "culture_before_antibiotic",
    ]  # fmt: skip
    (sofa,) = [card for card in cards if 'data-score="sofa_total"' in card]
    assert re.findall(r"<li[^>]*><span>(.*?)</span><output>(.*?)</output>", sofa) == [
        ("Andning", "–"),
        ("Koagulation", "2"),
        ("Lever", "–"),
        ("Cirkulation", "–"),
        ("Medvetande", "–"),
        ("Njurar", "–"),
    ]
    assert re.search(r'(?s)id="a-sofa"[^>]*><details><summary>', page), "folded as the research block is"


# --- what is left ----------------------------------------------------------------------------------


def to_do(page: str) -> str:
    found = re.search(r"data-todo[^>]*>(.*?)</a>", page)
    assert found is not None
    return found[1]


def test_what_is_left_is_a_whole_sentence_also_live(anna: Actor, episode: str, now: datetime) -> None:
    times = {
        "blood_cultured_at": [moment(now - timedelta(days=3, hours=2))],
        "antibiotic_at": [moment(now - timedelta(days=3))],
    }
    save(anna, episode, {**UNTIMED, **times, "intensive_care": [""]})
    assert to_do(form_of(episode)) == "1 fråga kvar"
    hers = Browser.of(ANNA)
    sent = {"base": "1", "changed": ["intensive_care"], "intensive_care": "no"}
    assert hers.post(f"/vardepisod/{episode}/acute/spara", sent).json()["to_do"] == "Klar att signera"
    both = {"base": "2", "changed": ["immunosuppression", "intensive_care"], "immunosuppression": ["none", "steroids"]}
    assert hers.post(f"/vardepisod/{episode}/acute/spara", both).json()["to_do"] == "1 att rätta, 1 fråga kvar"


def test_what_is_broken_and_what_is_unanswered_come_back_at_once(episode: str) -> None:
    sent = {"base": "0", "systolic": "1180", "immunosuppression": ["none", "steroids"], "do": "sign"}
    page = Browser.of(ANNA).post(f"/vardepisod/{episode}/acute", sent)
    assert page.status_code == 422
    told = text_of(page)
    assert re.search(r"Rätta 2, besvara \d+ ", told)
    assert "Det här stoppar signeringen" not in told, "it is in the list"
    html = flat(page)
    assert 'class="field is-bad" data-q="systolic"' in html
    assert 'class="field is-left" data-q="saturation"' in html
    errors = re.search(r'(?s)<div class="errs.*?</div>', html)
    assert errors is not None
    leads_to = re.findall(r'href="#(\w+)"', errors[0])
    assert leads_to[:2] == ["immunosuppression", "systolic"]
    assert "saturation" in leads_to


def test_after_signing_the_note_leads_on_to_the_next_step_and_so_does_a_list(
    anna: Actor, episode: str, now: datetime
) -> None:
    times = {
        "blood_cultured_at": [moment(now - timedelta(days=3, hours=2))],
        "antibiotic_at": [moment(now - timedelta(days=3))],
    }
    save(anna, episode, {**UNTIMED, **times})
    signing.sign(actor=anna, episode=episode, step="acute", base=1, at=timezone.now())
    assert "Fortsätt med utskrivning" in text_of(Browser.of(ANNA).get(f"/vardepisod/{episode}/acute"))
    page = Browser.of(ANNA).get("/start")
    assert f"/vardepisod/{episode}/discharge" in page.content.decode()
    assert "Att fortsätta med" in text_of(page)


def test_a_signed_step_is_read_and_holds_no_field(anna: Actor, episode: str, now: datetime) -> None:
    times = {
        "blood_cultured_at": [moment(now - timedelta(days=3, hours=2))],
        "antibiotic_at": [moment(now - timedelta(days=3))],
    }
    save(anna, episode, {**UNTIMED, **times})
    signing.sign(actor=anna, episode=episode, step="acute", base=1, at=timezone.now())
    page = form_of(episode)
    main = page[page.index("<main") :]
    assert "data-q=" not in main
    assert '<dt id="respiratory_rate">Andningsfrekvens</dt><dd>32 /min</dd>' in main
    assert "Cefotaxim" not in main, "what was not chosen is not shown"
    assert 'href="#a-research"' not in main, "nothing is answered there"
    assert 'data-score="crb65"' in main


def test_a_patients_number_is_shown_to_those_who_see_the_step_and_the_log_tells_of_it(episode: str) -> None:
    hers = Browser.of(ANNA)
    address = f"/vardepisod/{episode}/acute/nummer"
    before = Entry.objects.filter(event="patient.opened").count()
    assert hers.post(address, headers={"Accept": "application/json"}).json() == {"number": TOLVAN}
    assert TOLVAN in text_of(hers.post(address))
    assert Entry.objects.filter(event="patient.opened").count() == before + 2
    assert hers.get(address).status_code == 405
    assert TOLVAN not in text_of(hers.get(f"/vardepisod/{episode}/acute"))


def test_a_script_that_signs_is_told_what_stops_it_and_where_to_go(anna: Actor, episode: str, now: datetime) -> None:
    hers = Browser.of(ANNA)
    address, as_script = f"/vardepisod/{episode}/acute", {"Accept": "application/json"}
    told = hers.post(address, {"base": "0", "systolic": "1180", "do": "sign"}, headers=as_script)
    assert told.status_code == 422
    assert told.json()["troubles"][0]["code"] == "systolic"
    assert "saturation" in told.json()["unanswered"]
    times = {
        "blood_cultured_at": [moment(now - timedelta(days=3, hours=2))],
        "antibiotic_at": [moment(now - timedelta(days=3))],
    }
    save(anna, episode, {**UNTIMED, **times})
    sent = {code: list(texts) for code, texts in {**UNTIMED, **times}.items()} | {"base": "1", "do": "sign"}
    assert hers.post(address, sent, headers=as_script).json() == {"to": f"{address}?klart=signerat"}
    again = hers.post(address, sent, headers=as_script)
    assert (again.status_code, again.json()["code"]) == (409, "life.not_possible")


def test_an_option_that_stands_alone_is_marked_so_for_the_script(episode: str) -> None:
    asked = question(form_of(episode), "immunosuppression")
    assert re.findall(r'value="(\w+)" data-alone', asked) == ["none"]


def test_how_a_time_is_written_stands_beside_it(episode: str) -> None:
    page = form_of(episode)
    assert "Skriv som 25/11 14.30, eller bara 14.30 om det var ankomstdagen" in page
    assert 'aria-describedby="antibiotic_at-hjalp antibiotic_at-sa antibiotic_at-last"' in page
    assert "placeholder" not in page


@pytest.mark.parametrize("written", ["%d/%m %H.%M", "samma dag %H.%M", "%H%M"])
def test_a_time_is_read_back_in_words_with_its_year(anna: Actor, episode: str, now: datetime, written: str) -> None:
    given = timezone.localtime(now - timedelta(days=4)).replace(hour=23, minute=58)
    Browser.of(ANNA).post(f"/vardepisod/{episode}/acute", {"antibiotic_at": given.strftime(written), "base": "1"})
    page = form_of(episode)
    assert f'value="{given:%Y-%m-%d %H:%M}"' in page
    with translation.override("sv"):
        read_back = f"{date_format(given, 'l j F Y')} kl. 23.58, för 4 dagar sedan"
    assert read_back in page


def test_every_page_of_an_episode_says_when_the_patient_came(episode: str, now: datetime) -> None:
    came = timezone.localtime(now - timedelta(days=4))
    with translation.override("sv"):
        said = f"{date_format(came, 'l j F Y')} kl. {came:%H.%M}"
    for step in ("acute", "discharge", "follow_up", "acute/andringar", "acute/flytta"):
        assert f"Ankomst {said}, för 4 dagar sedan" in form_of(episode, step), step
    assert f"Ankomst {said}<" in str(Browser.of(ANNA).get(f"/vardepisod/{episode}/utskrift").content.decode())


def test_what_is_plausible_is_said_of_a_value_outside_and_of_no_other(anna: Actor, episode: str) -> None:
    assert "34–41,5" not in form_of(episode)
    save(anna, episode, {"temperature": ["43,2"]})
    page = form_of(episode)
    assert "Ovanligt värde. Rimligt är 34–41,5 °C. Kontrollera det." in page
    assert "vanligen" not in page


def test_what_stops_the_signature_and_what_is_only_remarked_are_two_lines(anna: Actor, episode: str) -> None:
    save(anna, episode, {"systolic": ["60"], "diastolic": ["80"]})
    page = form_of(episode)
    stops = re.search(r'(?s)<p class="err" id="systolic-stopp" data-stops>.*?<span>(.*?)</span>', page)
    remark = re.search(r'(?s)<p class="odd" id="systolic-udda" data-odd>.*?<span>(.*?)</span>', page)
    assert stops is not None
    assert stops[1] == "Det diastoliska trycket är inte lägre än det systoliska."
    assert remark is not None
    assert remark[1] == "Ovanligt värde. Rimligt är 70–220 mmHg. Kontrollera det."


# --- what was changed, and whose it is -------------------------------------------------------------


def test_a_first_answer_strikes_nothing_and_a_changed_one_says_what_was_before(anna: Actor, episode: str) -> None:
    save(anna, episode, {"pulse": ["82"], "crp": ["190"]})
    address = f"/vardepisod/{episode}/acute/andringar"
    first = Browser.of(ANNA).get(address)
    assert "<del>" not in first.content.decode()
    assert "Förut inget svar: Puls: 82 /min CRP, första värdet: 190 mg/L" in text_of(first)
    save(anna, episode, {"pulse": ["88"], "crp": [""]}, base=1)
    then = Browser.of(ANNA).get(address)
    assert re.findall(r"<del>(.*?)</del>", then.content.decode()) == ["82 /min", "190 mg/L"]
    assert "Puls: 82 /min → 88 /min CRP, första värdet: 190 mg/L → inget svar" in text_of(then)


def test_of_many_changes_the_older_ones_are_folded_away(anna: Actor, episode: str) -> None:
    address = f"/vardepisod/{episode}/acute/andringar"
    for base in range(15):
        save(anna, episode, {"pulse": [str(60 + base)]}, base=base)
    assert "äldre ändring" not in text_of(Browser.of(ANNA).get(address))
    save(anna, episode, {"pulse": ["80"]}, base=15)
    newest, older = Browser.of(ANNA).get(address).content.decode().split('<details class="folded">')
    assert "1 äldre ändring" in older
    assert "60 /min" in older.split("</summary>")[1], "the first of all"
    assert "80 /min" in newest


def strip_of(page: Page) -> str:
    """Without what only screen readers say."""
    found = re.search(r'(?s)<div class="patient">.*?</div>', page.content.decode())
    assert found is not None
    seen = re.sub(r'(?s)<span class="sr">.*?</span>|<form.*?</form>', "", found[0])
    return " ".join(re.sub(r"<[^>]*>", "", seen).split())


def heading_of(page: Page) -> str:
    found = re.search(r"(?s)<h1>.*?</h1>", page.content.decode())
    assert found is not None
    return " ".join(re.sub(r"<[^>]*>", "", found[0]).split())


def test_every_page_about_a_step_says_whose_it_is_as_the_form_does(anna: Actor, episode: str) -> None:
    hers = Browser.of(ANNA)
    on_the_form = strip_of(hers.get(f"/vardepisod/{episode}/acute"))
    assert episode in on_the_form
    assert "19121212-••••" in on_the_form
    for page in ("andringar", "las-upp", "flytta"):
        assert strip_of(hers.get(f"/vardepisod/{episode}/acute/{page}")) == on_the_form


def test_the_heading_says_what_the_page_is_for_and_when_the_patient_was_that_old(anna: Actor, episode: str) -> None:
    hers = Browser.of(ANNA)
    acts = {
        "": "akut vård: ",
        "/andringar": "Ändringar, akut vård: ",
        "/las-upp": "Lås upp, akut vård: ",
        "/flytta": "Flytta, akut vård: ",
    }
    for page, act in acts.items():
        heading = heading_of(hers.get(f"/vardepisod/{episode}/acute{page}"))
        assert heading.startswith(act)
        assert heading.endswith("113 år vid ankomst 19121212-••••")
    assert "113 år vid ankomst" in text_of(hers.get("/start"))
    patient = heading_of(hers.get(reverse("patient", args=[system_id_of(TOLVAN)])))
    assert "vid ankomst" not in patient, "there it is the age of today"
    assert patient.endswith("år 19121212-••••")


def test_a_reserve_number_is_no_birth_date(anna: Actor, now: datetime) -> None:
    reserved = begun(anna, at=now, patient=RESERVE, arrived_at=[moment(now - timedelta(days=4))])
    known = system_id_of(RESERVE)
    hers = Browser.of(ANNA)
    for address in (f"/vardepisod/{reserved}/acute", f"/patient/{known}", "/start", "/registreringar"):
        page = hers.get(address)
        assert f"1950-01-01 · {known}" in text_of(page), address
        assert f"{RESERVE[:8]}-••••" not in page.content.decode(), address
    assert f"1950-01-01 · {known}" in text_of(hers.post(reverse("new_episode"), {"patient": known}))


def test_a_list_in_which_nothing_waits_is_not_there(anna: Actor, now: datetime) -> None:
    hers = Browser.of(ANNA)
    page = hers.get("/start")
    assert "Inget att göra just nu: inga uppföljningar vars dag har kommit, inga utkast." in text_of(page)
    assert 'aria-labelledby="l-' not in page.content.decode()
    begun(anna, at=now, arrived_at=[moment(now - timedelta(days=4))])
    page = hers.get("/start")
    assert re.findall(r'aria-labelledby="(l-\w+)"', page.content.decode()) == ["l-next"]


def test_a_draft_that_cannot_be_signed_stands_once_on_the_start_page(anna: Actor, now: datetime) -> None:
    episode = begun(anna, at=now, arrived_at=[moment(now - timedelta(days=4))])
    save(anna, episode, {"antibiotic": ["benzylpenicillin"], "antibiotic_at": [moment(now - timedelta(days=5))]})
    page = Browser.of(ANNA).get("/start")
    assert page.content.decode().count(f"/vardepisod/{episode}/") == 1
    assert "kan inte signeras" in text_of(page)


def test_for_those_who_read_one_column_results_follow_what_they_are_counted_from(anna: Actor, episode: str) -> None:
    page = form_of(episode)
    assert page.index('id="a-vital_signs"') < page.index('data-score="crb65"') < page.index('id="a-samples"')


def timed(now: datetime, *, cultured_after: bool = False) -> dict[str, list[str]]:
    """Answers of the acute care, all of them; the culture comes before the antibiotic, or after."""
    antibiotic, culture = now - timedelta(days=3), now - timedelta(days=3, hours=-2 if cultured_after else 2)
    times = {"blood_cultured_at": [moment(culture)], "antibiotic_at": [moment(antibiotic)]}
    return {code: list(texts) for code, texts in {**UNTIMED, **times}.items()}


def test_what_is_remarked_is_asked_about_once_before_the_signature(episode: str, now: datetime) -> None:
    hers, address = Browser.of(ANNA), f"/vardepisod/{episode}/acute"
    sent = timed(now, cultured_after=True) | {"base": "0", "do": "sign"}
    asked = hers.post(address, sent)
    assert asked.status_code == 422
    told = text_of(asked)
    assert "Stämmer det här? Rätta, eller signera igen." in told
    assert "Blododlingen togs efter den första antibiotikadosen. Stämmer det?" in told
    seen = re.search(r'name="seen" value="([^"]+)"', asked.content.decode())
    assert seen is not None
    base = re.search(r'name="base" value="(\d+)"', asked.content.decode())
    assert base is not None
    as_script = {"Accept": "application/json"}
    again = hers.post(address, sent | {"base": base[1], "seen": "another_remark"}, headers=as_script)
    assert (again.status_code, again.json()["seen"]) == (422, seen[1])
    done = hers.post(address, sent | {"base": base[1], "seen": seen[1]})
    assert (done.status_code, done["Location"]) == (303, f"{address}?klart=signerat")


def test_a_signature_without_remarks_asks_nothing(episode: str, now: datetime) -> None:
    done = Browser.of(ANNA).post(f"/vardepisod/{episode}/acute", timed(now) | {"base": "0", "do": "sign"})
    assert done.status_code == 303


@pytest.mark.parametrize(
    ("act", "done", "later"),
    [
        ("sign", "Klart: Akut vård är signerad.", "Sedan: Utskrivning."),
        ("save", "Klart: Akut vård är sparad.", "Signera när allt är besvarat."),
        ("lay_aside", "Klart: Akut vård är undanlagd.", "bland undanlagda på startsidan"),
    ],
)
def test_a_receipt_says_what_was_done_for_whom_and_what_comes_next(
    episode: str, now: datetime, act: str, done: str, later: str
) -> None:
    hers, address = Browser.of(ANNA), f"/vardepisod/{episode}/acute"
    answer = hers.post(address, timed(now) | {"base": "0", "do": act})
    assert answer.status_code == 303
    page = hers.get(answer["Location"])
    told = text_of(page)
    assert done in told
    assert "år vid ankomst, 19121212-••••." in told
    assert later in told
    assert "Nästa patient" in told
    # Nothing is said that is not so, whatever stands in the address.
    for other in ("signerat", "undanlagt", "flyttat", "upplast", "hej"):
        if f"klart={other}" not in answer["Location"]:
            assert "Klart: " not in text_of(hers.get(f"{address}?klart={other}")), other


def test_the_receipt_of_a_step_that_was_opened_again_or_taken_up_says_so(
    anna: Actor, episode: str, now: datetime
) -> None:
    hers, address = Browser.of(ANNA), f"/vardepisod/{episode}/acute"
    hers.post(address, timed(now) | {"base": "0", "do": "lay_aside"})
    taken = hers.post(address, timed(now) | {"base": "2", "do": "take_up"})
    assert "Klart: Akut vård är upptagen igen." in text_of(hers.get(taken["Location"]))
    opened = hers.post(f"/vardepisod/{episode}/inclusion/las-upp", {"reason": "fel tid"})
    assert "Klart: Inklusion är upplåst." in text_of(hers.get(opened["Location"]))
