"""Files of *Journal X* in a browser."""

from __future__ import annotations

import re
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


def proposal(page: Page, site: str) -> str:
    """The address of one: the file of *Journal X*, and the same once more with other answers to the inclusion."""
    content = journal_x.file(now=datetime.now(UTC))
    for one in (content, content.replace(b";SAM;", b";VRI;")):
        chosen(page, site, one)
        # What another journey has brought in already is nothing new.
        if (bring := page.get_by_role("button", name=re.compile("^Läs in"))).count():
            bring.click()
            page.wait_for_load_state()
    page.goto(f"{site}/start")
    link = page.get_by_role("region", name="Förslag ur filer").get_by_role("link").first
    return str(link.get_attribute("href"))
