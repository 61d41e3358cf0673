"""Letters about follow-ups as PDF, one on each page, for envelopes with a window.

Neither the sub-registry nor the diagnosis is named: others than the patient may open the letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from registret.kernel.sweden import day_of
from registret.places.queries import ClinicRow
from registret.records.identity.population_entry import PostalAddress
from registret.records.rows import LetterLine
from registret.web.typeset import Frame, frame, typeset
from registret.words.days import day_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOnPaper:
    """`about`: when, and how the registry names the patient."""

    address: Sequence[str]
    about: Sequence[str]
    title: str
    texts: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersOnPaper:
    frame: Frame
    sender: Sequence[str]
    greeting: Sequence[str]
    letters: Sequence[LetterOnPaper]


def follow_up_letters(
    found: Sequence[tuple[LetterLine, PostalAddress | None]], *, place: ClinicRow, at: datetime
) -> bytes:
    """In Swedish, whatever the language of the nurse who prints them. Raises: TakesTooLong."""
    with translation.override("sv"):
        page = LettersOnPaper(
            frame=frame(_("Brev om uppföljning"), about="", at=at),
            sender=(place.name, place.hospital, place.care_provider),
            greeting=(_("Med vänlig hälsning"), place.title),
            letters=[_letter(line, address, at=at) for line, address in found],
        )
        return typeset("records/letters.typ", page, at=at)


def _letter(line: LetterLine, address: PostalAddress | None, *, at: datetime) -> LetterOnPaper:
    street = (address.street, f"{address.postal_code} {address.city}") if address else ()
    return LetterOnPaper(
        address=(line.patient.name, *street),
        about=(day_in_words(at), _("Vår beteckning: %(id)s") % {"id": line.patient.system_id}),
        title=_("Påminnelse: hur mår du nu?") if line.letter_at else _("Hur mår du nu?"),
        texts=tuple(_texts(line, at=at)),
    )


def _texts(line: LetterLine, *, at: datetime) -> Iterator[str]:
    if line.letter_at:
        told = {"day": day_in_words(line.letter_at)}
        yield _("Vi skrev till dig den %(day)s och har inte sett något svar. Har du svarat är allt klart.") % told
    yield _("Du har vårdats hos oss, och vi undrar hur det har gått. Svaren hjälper oss att göra vården bättre.")
    is_late = line.due_to < day_of(at)
    when = _("så snart du kan") if is_late else _("senast %(day)s") % {"day": day_in_words(line.due_to)}
    yield _(
        "Svara på frågorna som följer med brevet, och skicka dem i svarskuvertet %(when)s. Vill du hellre svara på "
        "telefon? Ring mottagningen. Säg vår beteckning om du hör av dig, så behöver du inte skriva ditt personnummer."
    ) % {"when": when}
    yield _(
        "Svaren sparas i ett nationellt kvalitetsregister. Det är frivilligt att svara och påverkar inte din vård. Du "
        "kan när som helst säga till oss att du inte vill vara med i registret."
    )
    yield _("Har du frågor? Kontakta mottagningen, till exempel genom 1177.")
