"""Days and times are written in one way: in words in sentences, in digits in tables; not by filters of Django's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation

from registret.web.templatetags import look

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "registret").rglob("templates/**/*.html"))
CODE = [
    file for name in ("web", "words", "records", "registries") for file in (ROOT / "registret" / name).rglob("*.py")
]

IN_WORDS, IN_DIGITS = {"day", "moment", "moment_on_paper", "clock"}, {"iso", "iso_day"}
# Made to be printed and put away: "i dag" would be wrong there tomorrow.
PAPER = {"episode_print", "incident_facts"}
OTHERS = r"\|\s*(?:date|time|timesince|timeuntil|naturaltime|naturalday)\b|\{%\s*now\b"
# A moment or a day that nobody has said how to write. (`asked_on` is a page.)
BARE = r"\{\{\s*(?!asked_on)[\w.]+(?:_at|_on|\.at)\s*\}\}"

NOT_BROKEN = r'class="nb">$|css="nb" %\}$'
BEGINS_CELL = re.compile(r"<t[dh]|\{% (?:cell|row_head)\b")
IN_ATTRIBUTE = re.compile(r'="[^"<>]*$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A filter for days where it is used. `is_value`: `{{ … }}`, not a part of a sentence that is translated."""

    filter: str
    in_cell: bool
    in_attribute: bool
    is_value: bool


def uses(page: str) -> Iterator[Use]:
    cells = 0
    for match in re.finditer(r"<t[dh]\b|</t[dh]>|\{\{.*?\}\}|\{%.*?%\}", page, re.DOTALL):
        text = match[0]
        cells += BEGINS_CELL.match(text) is not None
        cells -= text in {"</td>", "</th>", "{% endcell %}", "{% endrow_head %}"}
        in_attribute = IN_ATTRIBUTE.search(page[: match.start()]) is not None
        for name in re.findall(r"\|(\w+)", text):
            if name in IN_WORDS | IN_DIGITS:
                is_value = text.startswith("{{")
                yield Use(filter=name, in_cell=cells > 0, in_attribute=in_attribute, is_value=is_value)


def strange(page: str) -> list[Use]:
    """In words where digits belong, or the other way."""
    return [
        one for one in uses(page) if (one.filter in IN_DIGITS) != ((one.in_cell and one.is_value) or one.in_attribute)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_writes_days_in_words_in_sentences_and_in_digits_in_tables(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert strange(text) == []
    assert re.findall(OTHERS, text) == []
    assert re.findall(BARE, text) == []
    assert {use.filter for use in uses(text)} & {"moment" if page.stem in PAPER else "moment_on_paper"} == set()


@pytest.mark.parametrize(
    ("sample", "is_strange"),
    [
        ("<p>{{ a.seen_at|moment }}</p>", False),
        ("<p>{{ a.seen_at|iso }}</p>", True),
        ("<td>{{ a.seen_at|iso }}</td>", False),
        ("<td>{{ a.ends_at|last_day|iso_day }}</td><p>{{ a.ends_at|last_day|day }}</p>", False),
        ("<th>{{ a.seen_at|moment }}</th>", True),
        ('{% cell _("Senast") css="nb" %}{{ a.seen_at|iso }}{% endcell %}', False),
        ('{% cell _("Senast") %}{{ a.seen_at|moment }}{% endcell %}', True),
        ("{% row_head %}{{ a.seen_at|iso }}{% endrow_head %}<p>{{ a.seen_at|iso }}</p>", True),
        ("<td>{% blocktranslate with a=b|moment %}Sedan {{ a }}{% endblocktranslate %}</td>", False),
        ("<td>{% blocktranslate with a=b|iso %}Sedan {{ a }}{% endblocktranslate %}</td>", True),
        ('<input max="{{ until|iso_day }}">', False),
        ('<input max="{{ until|day }}">', True),
    ],
)
def test_what_is_strange_would_be_found(sample: str, is_strange: bool) -> None:
    assert bool(strange(sample)) is is_strange


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_day_in_digits_is_not_broken_at_its_hyphens(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = [
        m for m in re.finditer(r"\{\{[^{}]*\|iso(?:_day)? \}\}", text) if not IN_ATTRIBUTE.search(text[: m.start()])
    ]
    assert [m[0] for m in shown if not re.search(NOT_BROKEN, text[: m.start()])] == []


def test_other_ways_would_be_found() -> None:
    for sample in ('{{ a|date:"Y-m-d" }}', "{{ a|time }}", "{% now 'Y' %}", "{{ a|timesince }}"):
        assert re.search(OTHERS, sample)
    for sample in ("{{ a.seen_at }}", "{{ row.at }}", "{{ p.died_on }}"):
        assert re.search(BARE, sample)


def test_words_for_days_are_made_in_one_place() -> None:
    made = {str(file.relative_to(ROOT)) for file in CODE if re.search(r"%H\.%M|date_format\(", file.read_text("utf-8"))}
    assert made == {"registret/words/days.py"}


def test_the_day_of_a_moment_is_the_swedish_day_from_one_function() -> None:
    otherwise = r"localdate\(|localtime\([^()]*\)\.date\(\)|\bat\.date\(\)"
    code = (file for file in (ROOT / "registret").rglob("*.py") if "demo" not in file.parts)
    assert [str(file) for file in code if re.search(otherwise, file.read_text(encoding="utf-8"))] == []


NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def test_the_filters_write_in_swedish_time() -> None:
    with translation.override("sv"):
        assert (look.day(NIGHT), look.day(date(2026, 3, 1))) == ("25 november 2026", "1 mars 2026")
        assert look.moment(NIGHT) == "25 november 2026 kl. 00.30"
        assert look.clock(NIGHT) == "00.30"
        assert look.day(look.last_day(datetime(2026, 11, 24, 23, 0, tzinfo=UTC))) == "24 november 2026"
    with translation.override("en"):
        assert look.moment(NIGHT) == "25 November 2026 at 00:30"
        assert look.clock(NIGHT) == "00:30"
    assert (look.iso(NIGHT), look.iso_day(NIGHT)) == ("2026-11-25 00:30", "2026-11-25")
    assert look.iso_day(date(2026, 3, 1)) == "2026-03-01"
    assert [write(None) for write in (look.day, look.moment, look.iso, look.iso_day)] == [""] * 4
