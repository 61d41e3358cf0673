"""An episode stays on its version; moving on shows what becomes of every answer, and a form in use must not change."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from registret.access.refusals import NotFound
from registret.config.not_ready import NotReady
from registret.config.ready import check_forms_in_use
from registret.records.lifecycle import StepState
from registret.records.patient_rights.extracts import registry_extract
from registret.records.refusals import FormChanged
from registret.records.reporting import audited_reads, signing, versions, writing
from registret.registries.comparing import QuestionChange
from registret.registries.loading.catalogue import DEFINITIONS
from registret.registries.queries import catalogue
from tests.rooms.records.scene import ACUTE, HOUR, MINUTE, NOW, Ward, begun, case, handler

pytestmark = pytest.mark.django_db

RENAMED = ("acute.toml", 'code = "pulse"', 'code = "heart_rate"\nwas = "pulse"')
NEWEST = max(version for code, version in catalogue().forms if code == "pneumoni")
NEXT = NEWEST + 1
ASKS_MORE = ("acute.toml", 'code = "temperature"', 'code = "temperature"\nrequired = true')


@pytest.fixture
def own(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """An operator's folder; what is put there counts when the catalogue is read anew."""
    catalogue()
    settings.DEFINITIONS_DIR = tmp_path
    yield tmp_path
    catalogue.cache_clear()


def next_version(own: Path, *edits: tuple[str, str, str]) -> None:
    """One more version of pneumonia: the newest with (file, old, new) edited."""
    folder = own / "pneumoni" / str(NEXT)
    shutil.copytree(DEFINITIONS / "pneumoni" / str(NEWEST), folder)
    for name, old, new in edits:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    catalogue.cache_clear()


def signed(here: Ward) -> str:
    episode = begun(here.anna)
    written = {**ACUTE, "pulse": ["88"]}
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=written, at=NOW)
    signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    return episode


def test_an_episode_stays_on_the_version_that_it_was_begun_with(here: Ward, own: Path) -> None:
    episode = begun(here.anna)
    next_version(own, RENAMED)
    page = audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW)
    assert page.episode.version == NEWEST
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written={"pulse": ["80"]}, at=NOW)
    new = begun(here.anna, arrived_at=["2026-08-20T08:15"])
    assert audited_reads.open_step(actor=here.anna, episode=new, step="acute", at=NOW).episode.version == NEXT


def test_moving_on_shows_what_changes_and_takes_the_answers_along(here: Ward, own: Path) -> None:
    episode = signed(here)
    next_version(own, RENAMED)
    seen = versions.preview(actor=here.anna, episode=episode, at=NOW)
    assert [d.new.code for d in seen.differences if d.change is QuestionChange.CHANGED and d.new] == ["heart_rate"]
    assert seen.lost == ()
    versions.move_on(actor=here.anna, episode=episode, at=NOW + MINUTE)
    page = audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW)
    assert page.episode.version == NEXT
    assert page.answers["acute"]["heart_rate"].value == 88
    assert "pulse" not in page.answers["acute"]
    assert page.step.state is StepState.REOPENED, "its answers changed"
    _, history = audited_reads.open_history(actor=here.anna, episode=episode, step="acute", at=NOW)
    assert history[0].kind == "version"
    assert {change.question.code for change in history[0].changes} == {"pulse", "heart_rate"}


def test_an_extract_tells_of_the_move(here: Ward, own: Path) -> None:
    episode = signed(here)
    next_version(own, RENAMED)
    versions.move_on(actor=here.anna, episode=episode, at=NOW + MINUTE)
    found = registry_extract(actor=handler(), case=case(), form="pdf", at=NOW + HOUR)
    acute = next(step for step in found.episodes[0].steps if step.code == "acute")
    assert acute.revisions[-1].act == "Gick över till en ny version"
    assert len(acute.computed) == 3


def test_a_signed_step_that_the_new_form_wants_more_of_is_opened_again_and_others_are_not(
    here: Ward, own: Path
) -> None:
    episode = signed(here)
    next_version(own, ASKS_MORE)
    versions.move_on(actor=here.anna, episode=episode, at=NOW + MINUTE)
    page = audited_reads.open_step(actor=here.anna, episode=episode, step="acute", at=NOW)
    states = {row.code: row.state for row in page.episode.steps}
    assert (states["inclusion"], states["acute"]) == (StepState.SIGNED, StepState.REOPENED)
    assert audited_reads.work(actor=here.anna, at=NOW).to_continue.rows == (), "first what was opened again"


def test_without_a_newer_version_there_is_nothing_to_move_to_nor_for_others(here: Ward, own: Path) -> None:
    episode = begun(here.anna)
    with pytest.raises(NotFound):
        versions.preview(actor=here.anna, episode=episode, at=NOW)
    next_version(own, RENAMED)
    with pytest.raises(NotFound):
        versions.move_on(actor=here.cecilia, episode=episode, at=NOW)


def test_nobody_signs_under_a_form_that_was_changed_in_use(here: Ward, own: Path) -> None:
    next_version(own, RENAMED)
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    file = own / "pneumoni" / str(NEXT) / "acute.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("least = 8, most = 45", "least = 9, most = 45"), "utf-8")
    catalogue.cache_clear()
    with pytest.raises(FormChanged):
        signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)


def test_a_form_that_was_changed_in_use_takes_nothing_and_the_server_does_not_start(here: Ward, own: Path) -> None:
    next_version(own, RENAMED)
    episode = begun(here.anna)
    writing.write(actor=here.anna, episode=episode, step="acute", base=0, written=ACUTE, at=NOW)
    check_forms_in_use()
    file = own / "pneumoni" / str(NEXT) / "acute.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("least = 8, most = 45", "least = 9, most = 45"), "utf-8")
    catalogue.cache_clear()
    with pytest.raises(FormChanged):
        writing.write(actor=here.anna, episode=episode, step="acute", base=1, written={"crp": ["80"]}, at=NOW)
    with pytest.raises(NotReady, match=f"version {NEXT} of pneumoni is in use, and its definition is not what it was"):
        check_forms_in_use()
    with pytest.raises(FormChanged):
        signing.sign(actor=here.anna, episode=episode, step="acute", base=1, at=NOW)
    # Another sub-registry is still there, and the version is not.
    shutil.move(own / "pneumoni", own / "another")
    for text_file in (own / "another" / str(NEXT)).glob("register.toml"):
        text = text_file.read_text(encoding="utf-8")
        text_file.write_text(text.replace('code = "pneumoni"', 'code = "another"'), encoding="utf-8")
    catalogue.cache_clear()
    with pytest.raises(NotReady, match=f"version {NEXT} of pneumoni is in use, and its definition is gone"):
        check_forms_in_use()
