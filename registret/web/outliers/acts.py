"""What is done in a case about an outlier, as its forms say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from registret.reports.lifecycle import OUTLIER_LIFE, OutlierState
from registret.reports.outliers import acting


@dataclass(frozen=True, slots=True, kw_only=True)
class ActWords:
    """`code`: in `OUTLIER_LIFE`. `label`, `hint`: of the text that is asked for."""

    code: str
    title: Any
    label: Any
    hint: Any
    button: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeAct:
    words: ActWords
    act: Callable[..., None]


OPENING: Final = ActWords(
    code="open",
    title=_("Öppna ett ärende"),
    label=_("Varför öppnas ärendet?"),
    hint=_("Siffrorna ovan följer med ärendet och ändras inte."),
    button=_("Öppna ärendet"),
)
ANSWERING: Final = ActWords(
    code="answer",
    title=_("Svara kansliet"),
    label=_("Klinikens svar"),
    hint=_("Vad beror siffran på, och vad gör ni åt det? Ett svar kan inte ändras sedan."),
    button=_("Skicka svaret"),
)
ACTS: Final[Mapping[str, OfficeAct]] = {
    "kontrollera": OfficeAct(
        act=acting.check_data,
        words=ActWords(
            code="check",
            title=_("Kontrollera data"),
            label=_("Vad visade kontrollen?"),
            hint=_("Till exempel täckningsgraden. Vad som saknas och anmärkningar ser bara kliniken: fråga den."),
            button=_("Spara kontrollen"),
        ),
    ),
    "fraga": OfficeAct(
        act=acting.ask_clinic,
        words=ActWords(
            code="ask",
            title=_("Fråga kliniken"),
            label=_("Vad vill ni veta?"),
            hint=_("Kliniken ser ärendet och allt som står i det. Ett mejl säger bara att en fråga väntar."),
            button=_("Skicka frågan"),
        ),
    ),
    "avsluta": OfficeAct(
        act=acting.close,
        words=ActWords(
            code="close",
            title=_("Avsluta ärendet"),
            label=_("Vad kom fram?"),
            hint=_("Ett avslutat ärende kan inte öppnas igen."),
            button=_("Avsluta ärendet"),
        ),
    ),
}
"""As the address says what the office does."""


def possible(state: OutlierState, words: ActWords) -> bool:
    return (state, words.code) in OUTLIER_LIFE.steps
