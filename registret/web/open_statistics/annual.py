"""Årsrapport: all published indicators in the months of a year, and how they are counted, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.kernel.sweden import day_of
from registret.registries.loading.edition_rules import EditionRules
from registret.registries.queries import edition_rules, name_of
from registret.reports.coverage.told import public_coverage
from registret.reports.public_figures import PublicFigures, PublicPeriod, public_figures
from registret.reports.refusals import YearNotTold, YearToCome
from registret.web.figures.texts import proposed, sentence_of
from registret.web.open_statistics.coverage import coverage_told
from registret.web.open_statistics.pages import (
    AreasTold,
    address,
    changed,
    closed,
    other_language,
    published_indicators,
    told_of,
)
from registret.web.pieces import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedIndicator:
    """`notes`: that it is proposed, or has changed."""

    id: str
    name: str
    sentence: str
    notes: Sequence[Note]
    told: AreasTold
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterChapter:
    """A sub-registry. `closed`: since when it is; `coverage`: of the whole year."""

    id: str
    name: str
    closed: str
    coverage: AreasTold
    indicators: Sequence[ReportedIndicator]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReportPage:
    """`editions`: out of which, and of which months they tell; `newest_on`: when the newest of them was made. `pdf`:
    the same on paper, for all. `method`: paragraphs, each with its heading."""

    year: int
    newest_on: date
    pdf: str
    editions: str
    chapters: Sequence[RegisterChapter]
    method: Sequence[tuple[str, str]]
    index: str
    other_language: str


def annual_report_page(year: int, subjects: Collection[str], *, at: datetime) -> AnnualReportPage:
    """The report of a calendar year, out of what is told of its months. Raises: YearToCome, YearNotTold."""
    if year > day_of(at).year:
        raise YearToCome()
    found = [(one, one.of_year(year)) for one in public_figures(published_indicators(subjects)).values()]
    told = [period for _one, period in found if period is not None]
    if not told:
        raise YearNotTold()
    covered = public_coverage(year)
    return AnnualReportPage(
        year=year,
        newest_on=max(one.edition.made_on for one in told),
        pdf=address("open_annual_report_pdf", year=year),
        editions=_editions(told),
        chapters=list(_chapters(found, covered)),
        method=method(),
        index=address("open_statistics"),
        other_language=address("open_annual_report", language=other_language(), year=year),
    )


def method() -> list[tuple[str, str]]:
    """How figures come about, by the rules in force."""
    rules = edition_rules()
    return [
        (
            _("Vad en siffra är"),
            _(
                "En indikator räknar vårdtillfällen, i den månad då de började, när de steg som den frågar efter är "
                "signerade. Antalen läggs ihop från klinik till region och rike; procenttal räknas aldrig ihop. "
                "Den vars utfall inte är känt räknas inte med, men antalet står bredvid."
            ),
        ),
        (
            _("Intervall"),
            _(
                "Varje siffra har ett 95-procentigt intervall: så mycket kan slumpen göra. För andelar är det Wilsons, "
                "som håller även för små antal. För medianer ligger det mellan två av värdena, och behöver minst sex."
            ),
        ),
        (_("Täckningsgrad"), _coverage_counted()),
        (_("Utgåvor"), _editions_told(rules.months.number)),
        (_("Få patienter"), _few_told(rules)),
        (
            _("Vad rapporten inte säger"),
            _(
                "Siffrorna är inte justerade för vilka patienter en region har, och inte för hur många som aldrig "
                "registreras. De regioner som visas är inget rättvist urval. Ett delregister står inte med om ingen "
                "utgåva har siffror ur det för året. Med många indikatorer och regioner skiljer sig några av slumpen."
            ),
        ),
    ]


def _coverage_counted() -> str:
    return _(
        "Täckningsgraden är hur många av patienterna i patientregistret som är registrerade, efter året då de kom. Den "
        "räknas en gång, tidigast tre månader efter året, när varje klinik som har registrerat har ett antal att "
        "jämföra med. En klinik som har registrerat fler än så räknas som om alla vore registrerade. Den visas efter "
        "samma regel som andra siffror, och aldrig där alla eller ingen är registrerad."
    )


def _editions_told(months: int) -> str:
    return _(
        "Siffrorna kommer i utgåvor fyra gånger om året. Månaderna räknas %(months)s i taget, en gång, när de är "
        "fullständiga, och ändras aldrig sedan. Det som signeras senare är inte med. En andel gäller de perioder av "
        "året som har räknats; en median den senaste av dem, för medianer går inte att lägga ihop."
    ) % {"months": months}


def _few_told(rules: EditionRules) -> str:
    return _(
        "En region visas om varken den, eller det som är kvar av landet utan de regioner som visas, har färre än "
        "%(public)s patienter, eller färre än %(least)s med utfallet eller utan det. Det gäller också utan någon av "
        "klinikerna, för var och en känner sina egna. Det avgörs för %(months)s månader i taget: i en andel "
        "för längre tid är de regioner med som visas hela tiden. Räcker inte det som är kvar av landet göms den minsta "
        "av regionerna också. Där alla eller ingen har utfallet visas alltså ingen andel. Inget ska gå att räkna ut om "
        "ett fåtal genom att jämföra regioner, perioder eller utgåvor."
    ) % {"public": rules.public.number, "least": rules.smallest.number, "months": rules.months.number}


def _editions(told: Sequence[PublicPeriod]) -> str:
    rows = sorted({(one.edition.number, one.edition.made_on) for one in told})
    named = ", ".join(_("%(number)s (%(made)s)") % {"number": number, "made": made} for number, made in rows)
    editions = ngettext("Ur utgåva %(named)s.", "Ur utgåvorna %(named)s.", len(rows)) % {"named": named}
    whole = _(
        "En indikator gäller de månader av året som har räknats, och under den står vilka; täckningsgraden gäller "
        "hela året."
    )
    return f"{editions} {whole}"


def _chapters(
    found: Iterable[tuple[PublicFigures, PublicPeriod | None]], covered: Mapping[str, PublicPeriod]
) -> Iterator[RegisterChapter]:
    """Of each sub-registry of which something is told."""
    for code, together in groupby(found, key=lambda one: one[0].indicator.sub_registry):
        of_register = list(together)
        if code in covered or any(period is not None for _figures, period in of_register):
            yield _chapter(code, of_register, covered.get(code))


def _chapter(
    code: str, found: Iterable[tuple[PublicFigures, PublicPeriod | None]], covered: PublicPeriod | None
) -> RegisterChapter:
    return RegisterChapter(
        id=f"r-{code}",
        name=name_of(code),
        closed=closed(code),
        coverage=coverage_told(covered),
        indicators=[_reported(*one) for one in found],
    )


def _reported(found: PublicFigures, period: PublicPeriod | None) -> ReportedIndicator:
    indicator = found.indicator
    return ReportedIndicator(
        id=f"i-{indicator.sub_registry}-{indicator.code}",
        name=str(indicator.definition.name),
        sentence=sentence_of(indicator),
        notes=[note for note in (proposed(indicator), changed(found)) if note],
        told=told_of(period, indicator),
        reading=str(indicator.definition.reading),
    )
