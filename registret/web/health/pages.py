"""What the registry office reads about revocation lists, and what everybody who looks after others is warned of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.heartbeats.queries import WorkerRow, workers
from registret.mail.queries import Outbox, outbox
from registret.records.patient_rights.kept_marks import FileOfMarks, file_of_marks
from registret.revocation.queries import UpkeepRow, upkeep
from registret.revocation.sources import ListStanding
from registret.revocation.trust import revocation
from registret.web.pieces import Note, Tag
from registret.web.templatetags.look import moment, span
from registret.words.revocation import fault_name
from registret.words.workers import worker_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """A list as it stands, what it says (`content`), until when it counts (`expiry`), and how fetching it goes; of each
    a sentence, with small print."""

    name: str
    remarks: Sequence[str]
    state: Tag
    content: Sequence[str]
    expiry: Sequence[str]
    failed: Tag | None
    fetching: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPage:
    """`work`: what stands still in the background, or that nothing does; `letters`: what waits to be sent; `marks`: how
    the file of opt-outs is, None if there is none."""

    told: str
    lines: Sequence[ListLine]
    work: Sequence[Note]
    letters: str
    marks: Note | None


def health_page(*, at: datetime) -> HealthPage:
    standings = sorted(revocation().standings(at=at), key=lambda one: (not _is_trouble(one), not one.decides))
    known = upkeep()
    all_well = not any(map(_is_trouble, standings))
    return HealthPage(
        told=_("Alla spärrlistor som inloggningen beror på är aktuella.")
        if all_well
        else _("En spärrlista som inloggningen beror på behöver ses över."),
        lines=[_line(standing, known.get(standing.anchor.fingerprint), at) for standing in standings],
        work=_work(workers(at=at)),
        letters=_letters(outbox()),
        marks=_marks(file_of_marks()),
    )


def _is_trouble(standing: ListStanding) -> bool:
    return standing.decides and standing.is_trouble


def _line(standing: ListStanding, row: UpkeepRow | None, at: datetime) -> ListLine:
    decides = [] if standing.decides else [_("Inga inloggningar beror på den.")]
    asks = [_("Utfärdaren tillfrågas dessutom om varje kort (OCSP).")] if standing.anchor.ocsp_url else []
    is_fetched = standing.anchor.crl_url is not None
    failed = Tag(_("misslyckades"), "bad", "warn") if is_fetched and row and row.tried_at and row.fault else None
    return ListLine(
        name=standing.anchor.common_name,
        remarks=decides + asks,
        state=_state(standing),
        content=tuple(_content(standing, at)),
        expiry=tuple(_expiry(standing)),
        failed=failed,
        fetching=tuple(_fetching(row)) if is_fetched else (_("Läggs in som fil av driften"),),
    )


def _state(standing: ListStanding) -> Tag:
    return {
        "fresh": Tag(_("aktuell"), "ok", "check"),
        "late": Tag(_("försenad"), "warn", "clock"),
        "too_old": Tag(_("för gammal"), "bad", "stop"),
        "missing": Tag(_("saknas"), "bad", "stop"),
    }.get(standing.state, Tag(_("bara frågor (OCSP)"), "info", "info"))


def _content(standing: ListStanding, at: datetime) -> Iterator[str]:
    if standing.this_update is None:
        yield "–"
        return
    minutes = int((at - standing.this_update).total_seconds() // 60)
    yield _("Från %(when)s") % {"when": moment(standing.this_update)}
    yield _("%(age)s gammal") % {"age": span(minutes)}
    entries = ngettext(
        "%(n)s spärrat kort, nummer %(number)s", "%(n)s spärrade kort, nummer %(number)s", standing.entries or 0
    )
    yield entries % {"n": standing.entries, "number": standing.number}


def _expiry(standing: ListStanding) -> Iterator[str]:
    if standing.next_update is None:
        yield "–"
        return
    yield _("Senast %(when)s") % {"when": moment(standing.next_update)}
    yield _("Den gamla räknas till %(when)s") % {"when": moment(standing.usable_until)}


def _fetching(row: UpkeepRow | None) -> Iterator[str]:
    if row is None or row.tried_at is None:
        yield _("Inte hämtad än")
        return
    if row.fault:
        yield fault_name(row.fault)
        tries = ngettext("%(n)s försök i rad, senast %(when)s", "%(n)s försök i rad, senast %(when)s", row.failures)
        yield tries % {"n": row.failures, "when": moment(row.tried_at)}
    else:
        yield ""
    if row.succeeded_at:
        yield _("Lyckades senast %(when)s") % {"when": moment(row.succeeded_at)}
    else:
        yield _("Har aldrig lyckats")


def _work(found: Sequence[WorkerRow]) -> list[Note]:
    if not found:
        return [Note("bad", _("Inget arbete i bakgrunden har börjat: inga mejl skickas. Be driften starta det."))]
    late = [row for row in found if row.is_late]
    if not late:
        return [Note("", _("Allt arbete i bakgrunden går som det ska."))]
    return [Note("bad", _standing_still(row)) for row in late]


def _standing_still(row: WorkerRow) -> str:
    values = {"work": worker_name(row.worker), "when": moment(row.since), "n": row.failures, "fault": row.fault}
    if row.failures:
        told = ngettext(
            "%(work)s: har inte lyckats sedan %(when)s. %(n)s försök har misslyckats (%(fault)s). Be driften se efter.",
            "%(work)s: har inte lyckats sedan %(when)s. %(n)s försök i rad har misslyckats (%(fault)s). Be driften se "
            "efter.",
            row.failures,
        )
        return told % values
    return _("%(work)s: står still sedan %(when)s. Be driften se efter.") % values


def _letters(waiting: Outbox) -> str:
    if not waiting.count:
        return _("Inga mejl väntar på att skickas.")
    told = ngettext(
        "%(n)s mejl väntar på att skickas, skrivet %(when)s.",
        "%(n)s mejl väntar på att skickas, det äldsta skrivet %(when)s.",
        waiting.count,
    )
    return told % {"n": waiting.count, "when": moment(waiting.oldest)}


def _marks(file: FileOfMarks | None) -> Note | None:
    if file is None:
        return None
    if file.lacking:
        told = ngettext(
            "%(n)s spärrat nummer är inte skrivet i filen, sedan %(when)s. Be driften se efter: vi försöker igen varje "
            "minut.",
            "%(n)s spärrade nummer är inte skrivna i filen, det äldsta sedan %(when)s. Be driften se efter: vi "
            "försöker igen varje minut.",
            file.lacking,
        )
        return Note("warn", told % {"n": file.lacking, "when": moment(file.since)})
    if not file.usable:
        told = _(
            "Filen går inte att skriva, eller har en rad som inte går att läsa. Be driften se efter, innan nästa "
            "avböjande."
        )
        return Note("warn", told)
    return Note("", _("Alla är skrivna."))


def late_lists(*, at: datetime) -> tuple[ListStanding, ...]:
    """The lists to warn of. From memory: every page asks."""
    return tuple(s for s in revocation().standings(at=at) if s.decides and s.is_trouble)
