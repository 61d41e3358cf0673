"""What the page of letters says: three piles, by what is to be done next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.kernel.sweden import day_of
from registret.records.reporting.letters import REMIND_AFTER, LetterAct, StepName
from registret.records.rows import LetterLine
from registret.registries.queries import form_of, name_of
from registret.web.pieces import Link, Note, Tag
from registret.web.records.episode_lines import late_in_words
from registret.web.steps.heads import sex_name
from registret.words.days import day_in_words

MOST: Final = 200
"""So many lines are shown of a pile; what waits longest stands first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLine:
    """`value`: as the form sends it, from the start if `is_ticked`. `step`: where the answers are filled in."""

    value: str
    step: Link
    told: str
    tag: Tag | None
    is_ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """`acts`: what can be noted of those that are ticked. `is_new`: the file is made of these; `is_printed`: letters to
    those that are ticked can be."""

    id: str
    title: str
    lead: str
    lines: Sequence[PatientLine]
    acts: Sequence[tuple[LetterAct, str]]
    is_new: bool = False
    is_printed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLettersPage:
    piles: Sequence[Pile]
    done: Note | None


def letters_page(
    found: Sequence[LetterLine], *, told: Note | None, ticked: Collection[StepName], at: datetime
) -> PatientLettersPage:
    """`told`: what became of the act before."""
    new = [one for one in found if one.letter_at is None]
    waiting = [one for one in found if one.letter_at is not None and one.replied_at is None]
    replied = [one for one in found if one.replied_at is not None]
    lines = [_lines(some, ticked, at=at) for some in (new, waiting, replied)]
    piles = (_to_write_to(lines[0]), _waiting(lines[1]), _to_fill_in(lines[2]))
    return PatientLettersPage(piles=[pile for pile in piles if pile.lines], done=told)


def _to_write_to(lines: Sequence[PatientLine]) -> Pile:
    return Pile(
        id="new",
        title=_("Att skriva till"),
        lead=_(
            "Kryssa för dem du skriver till, gör breven, och anteckna sedan att de är skickade. Den som saknar "
            "adress i folkbokföringen får ett brev med bara namnet. Filen har alla."
        ),
        lines=lines,
        acts=((LetterAct.SENT, _("Breven är skickade")),),
        is_new=True,
        is_printed=True,
    )


def _waiting(lines: Sequence[PatientLine]) -> Pile:
    return Pile(
        id="waiting",
        title=_("Väntar på svar"),
        lead=_("En påminnelse kan antecknas %(days)s dagar efter brevet.") % {"days": REMIND_AFTER.days},
        lines=lines,
        acts=((LetterAct.REPLIED, _("Svar har kommit")), (LetterAct.REMINDED, _("Påminnelse skickad")), _take_back()),
        is_printed=True,
    )


def _to_fill_in(lines: Sequence[PatientLine]) -> Pile:
    return Pile(
        id="replied",
        title=_("Svar att fylla i"),
        lead=_("Öppna uppföljningen och skriv in svaret. Då lämnar den listan."),
        lines=lines,
        acts=(_take_back(),),
    )


def _take_back() -> tuple[LetterAct, str]:
    return LetterAct.TAKEN_BACK, _("Ta bort senaste anteckningen")


def _lines(found: Sequence[LetterLine], ticked: Collection[StepName], *, at: datetime) -> list[PatientLine]:
    return [_line(one, is_ticked=(one.episode, one.step) in ticked, at=at) for one in found[:MOST]]


def _line(one: LetterLine, *, is_ticked: bool, at: datetime) -> PatientLine:
    today = day_of(at)
    step = str(form_of(one.sub_registry, one.version).step(one.step).name).lower()
    who = f"{sex_name(one.patient.sex)} · {name_of(one.sub_registry)}, {step}"
    is_late = one.due_to < today
    return PatientLine(
        value=f"{one.episode}:{one.step}",
        step=Link(one.patient.shown, reverse("step", args=[one.episode, one.step])),
        told=" · ".join((who, *_history(one), _("senast %(day)s") % {"day": day_in_words(one.due_to)})),
        tag=Tag(late_in_words(one.due_to, today=today), "bad", "clock") if is_late else None,
        is_ticked=is_ticked,
    )


def _history(one: LetterLine) -> list[str]:
    told = (
        (_("brev %(day)s"), one.letter_at),
        (_("påmind %(day)s"), one.reminded_at),
        (_("svar %(day)s"), one.replied_at),
    )
    return [words % {"day": day_in_words(when)} for words, when in told if when is not None]


def nothing_chosen() -> Note:
    return Note("warn", _("Kryssa för minst en patient."), "alert")


def left_out_note(ticked: int, *, possible: int) -> Note:
    """No letter was made: of those that were ticked, some or all get none."""
    told = _(
        "Inga brev är gjorda. För %(n)s gick det inte: svar har kommit, uppföljningen är påbörjad, eller patienten har "
        "avlidit eller har skyddade personuppgifter."
    ) % {"n": ticked - possible}
    rest = _("De andra är förkryssade: gör breven igen.") if possible else ""
    return Note("warn", f"{told} {rest}".rstrip(), "alert")


def done_note(done: Mapping[str, str]) -> Note | None:
    """What became of it, also of those for which it could not be noted; from what the address says."""
    numbers = [done.get(name, "") for name in ("antal", "av")]
    if done.get("klart") not in set(LetterAct) or not all(one.isdecimal() and len(one) < 5 for one in numbers):
        return None
    noted, ticked = (int(one) for one in numbers)
    told = ngettext("Antecknat för %(n)s patient.", "Antecknat för %(n)s patienter.", noted) % {"n": noted}
    if noted >= ticked:
        return Note("ok", told, "status")
    left = _(
        "För %(n)s gick det inte: brev saknas, det är för tidigt för en påminnelse, en kollega hann före, eller "
        "patienten har avlidit."
    ) % {"n": ticked - noted}
    return Note("warn", f"{told} {left}", "status")
