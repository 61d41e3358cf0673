"""From a signature to a figure in the browser, and from the figure to the patients behind it."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Desk, looked_at
from tests.journeys.running import PATIENCE
from tests.journeys.test_registry import answered, at_work, begun, patient, reporter

__all__ = ["at_work", "reporter"]

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

INDICATOR = "Antibiotika inom 4 timmar"


def counted(page: Page) -> None:
    """Waits for the worker, which makes the reports within seconds of a signature."""
    deadline = time.monotonic() + PATIENCE
    while not page.get_by_text("1 av 1").count():
        assert time.monotonic() < deadline, "a signature is in the reports within seconds"
        page.wait_for_timeout(500)
        page.reload()


def test_from_a_signature_to_a_figure_and_back_to_the_patient(at_work: Desk) -> None:
    page = begun(at_work, patient("19640823543"))
    answered(page)
    at_work.press("Signera")
    expect(page.locator("main")).to_contain_text("Signerad")
    at_work.press("Rapporter")
    counted(page)
    looked_at(page, "160-rapporter")
    at_work.press(INDICATOR)
    expect(page.locator("main")).to_contain_text("100 %")
    expect(page.locator("main")).to_contain_text("1 av 1")
    expect(page.locator("main")).to_contain_text("förslag")
    looked_at(page, "161-indikator")
    page.get_by_role("link", name="De som fick den första dosen inom 4 timmar").click()
    expect(page.locator("main")).to_contain_text("19640823-••••")
    looked_at(page, "162-vilka-ar-de")
    page.get_by_role("link", name="19640823-••••").click()
    expect(page.locator("h1")).to_contain_text("år")
