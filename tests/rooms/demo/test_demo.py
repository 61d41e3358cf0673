"""`make demo`, played from outside: who gets in, who is told what, what stays and what is left behind."""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from registret.demo.history.progress import read_progress
from registret.demo.people import cast
from registret.demo.people.cast import Person, hsa_file, person_file
from registret.demo.postgres import data_folder
from tests.journeys.running import new_database
from tests.rooms.demo.running import Demo, Started, Visitor, answers, eventually, free_ports, path_of

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("demo")]


def new_demo(name: str, **more: str) -> Demo:
    # Where PostgreSQL's user can reach it, also if the tests are run by root: a temporary folder is not.
    site_port, card_port = free_ports(2)
    return Demo(folder=data_folder(f"test-{name}-{os.getpid()}"), site_port=site_port, card_port=card_port, more=more)


def servers_of(demo: Demo) -> list[psutil.Process]:
    """PostgreSQL's processes that work in the demo's folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if str(demo.folder) in " ".join(process.info["cmdline"] or []):
            found.append(process)
    return found


@pytest.fixture(scope="module")
def started() -> Iterator[Started]:
    demo = new_demo("demo", REGISTRET_CONTACT_PHONE="010-123 45 67")
    running = demo.start()
    yield running
    running.stop()
    shutil.rmtree(demo.folder, ignore_errors=True)


@pytest.fixture
def demo(started: Started) -> Demo:
    return started.demo


def visit(demo: Demo, file: str | Person) -> tuple[Visitor, httpx.Response]:
    """Somebody who has pressed the button with this card, and what that led to."""
    name = file if isinstance(file, str) else hsa_file(file)
    visitor = Visitor(demo, demo.cards / name)
    return visitor, visitor.show_card()


def test_it_tells_in_about_ten_lines_what_to_try(started: Started) -> None:
    lines = [line for line in started.told.splitlines() if line]
    assert len(lines) <= 15
    assert f"https://registret.localhost:{started.demo.site_port}/demo/brevlada" in started.told
    assert "make demo-browser CARD=administrator" in started.told
    others = re.search(r"Andra kort.*", started.told)
    assert others is not None
    assert not {"reporter", "administrator", "office", "office-colleague"} & set(re.split(r"[ ,]+", others[0]))
    assert "lösenord: demo" in started.told
    assert "In English" in started.told


def test_it_names_no_card_that_it_does_not_have(demo: Demo) -> None:
    wanted = {name for offered in cast.BROWSERS.values() for name in offered.files}
    assert wanted <= {file.name for file in demo.cards.iterdir()}


def test_what_was_set_before_stays_as_it_was_set(demo: Demo) -> None:
    assert "010-123 45 67" in Visitor(demo).get("/hjalp").text


def test_anna_is_new_and_is_led_to_her_registration(demo: Demo) -> None:
    anna, page = visit(demo, cast.ANNA)
    assert page.status_code == 200
    assert path_of(page) == "/registrera"
    assert "SE2321009991-E00K4T2" in page.text
    assert "Infektionskliniken" in page.text
    assert path_of(anna.follow(anna.get("/start"))) == "/registrera"


@pytest.mark.parametrize("waits", [cast.ANNA, cast.PER_OLOF])
def test_who_waits_is_told_whose_turn_it_is(demo: Demo, waits: Person) -> None:
    """Not their own again: that of the administrator who attests them."""
    _, page = visit(demo, waits)
    assert f"Du är {waits.name}" in page.text
    assert "Näst på tur: Bertil Holm" in page.text
    assert "CARD=administrator" in page.text


def test_bertil_gets_to_work_at_once_and_sees_who_waits(demo: Demo) -> None:
    _, page = visit(demo, cast.BERTIL)
    assert path_of(page) == "/start"
    assert cast.PER_OLOF.name in page.text
    assert cast.YUSUF.name not in page.text


def test_karin_gets_to_work_with_her_reserve_card(demo: Demo) -> None:
    _, page = visit(demo, cast.RESERVE)
    assert path_of(page) == "/start"


def test_cecilia_sees_her_own_clinic_and_nothing_of_norrvik(demo: Demo) -> None:
    _, page = visit(demo, cast.CECILIA)
    assert path_of(page) == "/start"
    assert cast.YUSUF.name in page.text
    for person in (cast.PER_OLOF, cast.ELIN, cast.MOA, cast.NADIA):
        assert person.name not in page.text


def test_doris_sees_who_waits_where_nobody_attests_and_nobody_else(demo: Demo) -> None:
    _, page = visit(demo, cast.DORIS)
    assert path_of(page) == "/start"
    assert cast.MOA.name in page.text
    assert cast.PER_OLOF.name not in page.text


def test_each_role_finds_what_waits_for_it(demo: Demo) -> None:
    def said(person: Person, path: str = "/start") -> str:
        visitor, _ = visit(demo, person)
        return visitor.follow(visitor.get(path)).text

    assert "Genomgång pågår" in said(cast.BERTIL)
    assert f'Bekräfta<span class="sr"> {cast.NADIA.name}' in said(cast.KARIN, "/personer")
    assert "Lokal administratör" in said(cast.TOVE, "/arbetar-som")
    assert "kan inte signeras" in said(cast.NADIA)
    assert "Ej inkluderade, efter orsak och halvår" in said(cast.NADIA, "/registreringar/ej-inkluderade")
    assert cast.GRETA.name in said(cast.DORIS, "/kansliet/uppdrag")
    assert "60 dagar" in said(cast.DORIS, "/kansliet/tidsgranser")
    assert "Granskningar att göra" in said(cast.ERIK)
    assert "Stickprov" in said(cast.ERIK)
    assert "Sök konto" in said(cast.SAMIR)
    assert "Patientärenden" in said(cast.HENRIK)
    assert cast.YUSUF.name in said(cast.CECILIA)


def test_the_mail_server_of_the_country_refuses_one_address_for_ever(demo: Demo) -> None:
    def is_told() -> bool:
        visitor, page = visit(demo, cast.LOVA)
        assert path_of(page) == "/start"
        return "Mejl till dig kommer inte fram" in visitor.get("/start").text

    eventually(is_told)
    assert cast.LOVA.email not in Visitor(demo).get("/demo/brevlada").text


def test_erik_may_read_the_log(demo: Demo) -> None:
    _, page = visit(demo, cast.ERIK)
    assert path_of(page) == "/start"
    assert "Loggen" in page.text


def test_nadia_works_and_may_not_read_the_log(demo: Demo) -> None:
    _, page = visit(demo, cast.NADIA)
    assert path_of(page) == "/start"
    assert "Att attestera" not in page.text
    assert ">Loggen<" not in page.text


@pytest.mark.parametrize(
    ("person", "heading"),
    [
        (cast.PER_OLOF, "Inloggning misslyckades. Kontot är ej attesterat."),
        (cast.ELIN, "Inloggning misslyckades. E-post är ej bekräftad."),
    ],
)
def test_who_waits_is_told_for_what(demo: Demo, person: Person, heading: str) -> None:
    _, page = visit(demo, person)
    assert heading in page.text


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (cast.EXPIRED, "card.expired"),
        (cast.REVOKED, "card.revoked"),
        # The forger's authority has the same names and other keys.
        (cast.FOREIGN, "card.unknown_issuer"),
        (cast.SIGNING, "card.signing"),
        (person_file(cast.ANNA), "card.person_id"),
    ],
)
def test_a_card_that_is_not_good_comes_to_a_page_that_says_why(demo: Demo, file: str, code: str) -> None:
    visitor, page = visit(demo, file)
    assert page.status_code == 403
    assert code in page.text
    assert "Vad du gör nu" in page.text
    assert visitor.get("/start").status_code == 401


def test_who_shows_no_card_is_told_so(demo: Demo) -> None:
    page = Visitor(demo).show_card()
    assert page.status_code == 403
    assert "card.none" in page.text


def test_a_person_id_is_shown_nowhere(demo: Demo) -> None:
    _, page = visit(demo, person_file(cast.ANNA))
    assert cast.ANNA.personal_number is not None
    assert cast.ANNA.personal_number not in page.text
    assert cast.ANNA.personal_number[2:] not in page.text


def test_bertil_has_two_to_attest_at_once(demo: Demo) -> None:
    bertil, _ = visit(demo, cast.BERTIL)
    page = bertil.get("/attestera").text
    for person in (cast.PER_OLOF, cast.SIXTEN):
        assert person.name in page
    assert "Attestera valda" in page


def test_a_command_runs_in_the_running_demo(demo: Demo) -> None:
    done = demo.run("demo-run", "--", "chores", "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^escalate: \d+ would be done$", done.stdout, re.M)
    assert Visitor(demo).get("/").status_code == 200, "it goes on"


def test_the_log_of_a_demo_looks_as_if_it_had_been_sealed_all_along(demo: Demo) -> None:
    done = demo.run("demo-run", "check-ledger")
    assert (done.returncode, done.stderr) == (0, "")
    assert "entries are as they were sealed" in done.stdout
    assert "LOOK AT" not in done.stdout


@pytest.mark.parametrize("words", [[], ["--"], ["demo-reset"], ["--", "serve"]])
def test_what_is_no_command_for_a_demo_is_refused_in_one_line(demo: Demo, words: list[str]) -> None:
    done = demo.run("demo-run", *words)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "which command?" in done.stderr


def test_without_a_demo_no_command_runs() -> None:
    new = new_demo("none")
    done = new.run("demo-run", "chores", "--dry-run")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "registret: there is no demo here: make one with `make demo`\n"
    assert not new.folder.exists()


def test_the_letters_of_the_country_have_arrived_in_the_mailbox(demo: Demo) -> None:
    visitor = Visitor(demo)

    def has_come() -> bool:
        return cast.ELIN.email in visitor.get("/demo/brevlada").text

    eventually(has_come)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_second_demo_in_the_same_folder_is_refused_in_one_line(demo: Demo, elsewhere: bool) -> None:
    ports = free_ports(2) if elsewhere else (demo.site_port, demo.card_port)
    variables = {"REGISTRET_SITE_PORT": str(ports[0]), "REGISTRET_CARD_PORT": str(ports[1])}
    done = demo.run("demo", **variables)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"registret: demon är redan igång på https://registret.localhost:{demo.site_port}\n"


@pytest.mark.parametrize("which", [0, 1])
def test_a_port_that_is_taken_is_refused_with_a_command_that_names_both(which: int) -> None:
    new = new_demo("taken")
    with socket.create_server(("127.0.0.1", (new.site_port, new.card_port)[which])) as other:
        done = new.run("demo")
        taken = other.getsockname()[1]
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"port {taken} is in use" in done.stderr
    assert re.search(r"REGISTRET_SITE_PORT=\d+ REGISTRET_CARD_PORT=\d+ make demo", done.stderr)
    assert not new.folder.exists()


def test_one_port_for_both_is_refused_at_once() -> None:
    done = new_demo("twice", REGISTRET_SITE_PORT="9443", REGISTRET_CARD_PORT="9443").run("demo")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "both are 9443" in done.stderr
    assert "REGISTRET_SITE_PORT=10443 REGISTRET_CARD_PORT=10444 make demo" in done.stderr


def test_a_running_demo_is_not_reset(demo: Demo) -> None:
    done = demo.run("demo-reset")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "redan igång" in done.stderr
    assert Visitor(demo).get("/").status_code == 200


def test_the_folder_opens_its_secrets_to_nobody(demo: Demo) -> None:
    for name in ("secret-key", "link-key"):
        assert (demo.folder / name).stat().st_mode & 0o777 == 0o600
    for card in demo.cards.iterdir():
        assert card.stat().st_mode & 0o777 == 0o600
    assert demo.folder.stat().st_mode & 0o066 == 0


def test_it_stops_cleanly_starts_again_with_all_it_had_and_is_reset() -> None:
    demo = new_demo("again")
    try:
        running = demo.start()
        authority = demo.web_root.read_bytes()
        bertil, page = visit(demo, cast.BERTIL)
        assert path_of(page) == "/start"
        assert servers_of(demo)

        code, said = running.stop()
        assert code == 0
        assert said.strip() == "Stoppad. Data finns kvar."
        assert not answers(demo.site_port)
        assert not answers(demo.card_port)
        assert servers_of(demo) == []

        # A command finds the database also while the demo does not run, and leaves nothing running.
        done = demo.run("demo-run", "chores", "--dry-run")
        assert (done.returncode, done.stderr) == (0, "")
        assert "would be done" in done.stdout
        assert servers_of(demo) == []

        running = demo.start()
        assert "Bygger" not in running.told
        assert demo.web_root.read_bytes() == authority
        # The same session, in the same database, under the same keys.
        assert path_of(bertil.follow(bertil.get("/start"))) == "/start"
        assert cast.PER_OLOF.name in bertil.get("/start").text
        assert running.stop()[0] == 0

        done = demo.run("demo-reset")
        assert done.returncode == 0
        assert "borttagna" in done.stdout
        assert not demo.folder.exists()
        again = demo.run("demo-reset")
        assert again.returncode == 0
        assert "ingen demo" in again.stdout
    finally:
        shutil.rmtree(demo.folder, ignore_errors=True)


def test_the_history_is_written_while_it_runs_and_goes_on_at_the_next_start() -> None:
    demo = new_demo("history", REGISTRET_DEMO_YEARS="1")
    try:
        running = demo.start()
        eventually(lambda: written_of(demo) > 0)
        code, said = running.stop()
        assert code == 0
        assert said.strip() == "Stoppad. Data finns kvar."
        assert writers_of(demo) == []
        before = written_of(demo)
        running = demo.start()
        eventually(lambda: written_of(demo) > before)
        assert running.stop()[0] == 0
        checked = demo.run("demo-run", "check-ledger")
        assert (checked.returncode, checked.stderr) == (0, "")
    finally:
        shutil.rmtree(demo.folder, ignore_errors=True)


def written_of(demo: Demo) -> int:
    progress = read_progress(demo.folder / "history.json")
    return progress.done if progress else 0


def writers_of(demo: Demo) -> list[psutil.Process]:
    return [one for one in servers_of(demo) if "registret.demo.history.filling" in one.cmdline()]


def test_what_was_not_finished_is_begun_again_and_in_a_database_that_somebody_gave_it_the_demo_starts_again() -> None:
    owner = os.environ["REGISTRET_OWNER_DATABASE_URL"]
    url = new_database(f"demo_given_{os.getpid()}")
    demo = new_demo("given", DATABASE_URL=url, REGISTRET_OWNER_DATABASE_URL=owner)
    try:
        half = demo.folder / "certificates.unfinished" / "ca"
        half.mkdir(parents=True)
        (half / "authority.json").write_text("{}")
        assert demo.start().stop()[0] == 0
        assert not half.exists()
        running = demo.start()
        assert servers_of(demo) == []
        assert path_of(visit(demo, cast.BERTIL)[1]) == "/start"
        assert running.stop()[0] == 0
    finally:
        shutil.rmtree(demo.folder, ignore_errors=True)


def test_a_port_that_is_none_is_refused_in_one_line() -> None:
    done = new_demo("none", REGISTRET_SITE_PORT="https").run("demo")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "REGISTRET_SITE_PORT must be a port" in done.stderr


def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = new_demo("none", REGISTRET_DEMO_FOLDER=str(tmp_path / "file" / "demo")).run("demo")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert str(tmp_path / "file") in done.stderr
