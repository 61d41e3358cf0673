"""Files of *Journal X* in a browser."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import Page

from registret.demo.people import journal_x


def chosen(page: Page, site: str, content: bytes) -> None:
    """A file is chosen and tried."""
    page.goto(f"{site}/importera")
    page.get_by_label("Filbeskrivning", exact=True).select_option(label="Journal X, Pneumoni")
    page.locator("input[type=file]").set_input_files({"name": "x.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Prova filen").click()
    page.wait_for_load_state()


def large_file(page: Page, site: str) -> str:
    """The address of one with more rows than are tried while a person waits."""
    head, *rows = journal_x.file(now=datetime.now(UTC)).splitlines(keepends=True)
    chosen(page, site, b"".join([head, *rows * 4]))
    return page.url.removeprefix(site)
