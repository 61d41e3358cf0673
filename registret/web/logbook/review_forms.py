from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from registret.access.queries.administrators import Administrator
from registret.kernel.dates import DateReach
from registret.kernel.sweden import midnight
from registret.ledger.queries import TimeSpan
from registret.oversight.lifecycle import ReviewOutcome, Verdict
from registret.oversight.queries import JudgedEntry
from registret.oversight.services import MOST, USUAL_SIZE
from registret.web.dates import DayField
from registret.web.forms import NUMBER_INPUT, ClinicForm, HsaIdField, ReasonField
from registret.web.logbook.forms import SystemIdField
from registret.words.reviews import outcome_name, verdict_name


class NewReview(forms.Form):
    """Which days, and who reviews."""

    since = DayField(label=_("Från och med"), required=True, reach=DateReach.PAST)
    until = DayField(label=_("Till och med"), required=True)
    reviewer = forms.TypedChoiceField(
        coerce=int,
        error_messages={
            "required": _("Välj vem som granskar"),
            "invalid_choice": _("Välj en av loggranskarna i listan"),
        },
    )

    def __init__(self, *args: Any, reviewers: Sequence[Administrator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = [(r.account_id, r.name) for r in reviewers]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("Till och med ligger före från och med"))
        return data

    @property
    def span(self) -> TimeSpan:
        """Of a form that is valid: whole days in Sweden, half open."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1)
        return TimeSpan(midnight(since), midnight(until))


class SampleForm(NewReview, ClinicForm):
    """Stickprov: so many entries by lot out of what a clinic's people did."""

    field_order = ("since", "until", "reviewer")
    size = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        initial=USUAL_SIZE,
        widget=NUMBER_INPUT,
        error_messages={
            "required": _("Skriv hur många poster"),
            "invalid": _("Skriv ett heltal, bara siffror"),
            "min_value": _("Skriv ett tal mellan 1 och 200"),
            "max_value": _("Skriv ett tal mellan 1 och 200"),
        },
    )


class DirectedForm(NewReview):
    """Riktad granskning: what one person did, or what anybody did with one patient, and why it is looked at."""

    hsa_id = HsaIdField(required=False, max_length=40)
    patient = SystemIdField()
    reason = ReasonField(_("Skriv varför"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors.keys() & {"hsa_id", "patient"} and bool(data.get("hsa_id")) == bool(data.get("patient")):
            self.add_error("hsa_id", _("Skriv ett HSA-id eller en patients beteckning, inte båda"))
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The two fields of one entry."""

    verdict: BoundField
    note: BoundField


class VerdictsForm(forms.Form):
    """A judgement for each entry of a page; what is left open is judged another day.

    `rest`: what is left open is justified, but for entries that the log has culled and nobody can read.
    """

    def __init__(self, *args: Any, entries: Sequence[JudgedEntry], rest: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [entry.number for entry in entries]
        self.rest = {entry.number for entry in entries if rest and entry.entry is not None}
        for entry in entries:
            self.fields[f"v{entry.number}"] = forms.ChoiceField(
                required=False,
                choices=[(v.value, verdict_name(v)) for v in Verdict],
                initial=entry.verdict,
                error_messages={"invalid_choice": _("Välj en av bedömningarna")},
            )
            self.fields[f"n{entry.number}"] = ReasonField(initial=entry.note)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for number in self.numbers:
            if data.get(f"v{number}") in (Verdict.UNCLEAR, Verdict.UNJUSTIFIED) and not data.get(f"n{number}"):
                self.add_error(f"n{number}", _("Skriv varför posten inte bedöms som befogad"))
            # A row with a note is not one of the rest.
            if f"v{number}" in data and not data[f"v{number}"] and data.get(f"n{number}"):
                self.add_error(f"v{number}", _("Välj en bedömning till anteckningen"))
        return data

    @property
    def verdicts(self) -> dict[int, tuple[Verdict, str]]:
        """Of a form that is valid."""
        data = self.cleaned_data
        given = {n: (Verdict(data[f"v{n}"]), data[f"n{n}"]) for n in self.numbers if data[f"v{n}"]}
        return dict.fromkeys(self.rest, (Verdict.JUSTIFIED, "")) | given

    def judgements(self) -> Iterator[Judgement]:
        for number in self.numbers:
            yield Judgement(verdict=self[f"v{number}"], note=self[f"n{number}"])


class CloseForm(forms.Form):
    """The outcome of a review."""

    outcome = forms.TypedChoiceField(
        coerce=ReviewOutcome,
        choices=[(o.value, o.value) for o in ReviewOutcome],
        error_messages={"required": _("Välj ett utfall"), "invalid_choice": _("Välj ett utfall i listan")},
    )
    conclusion = ReasonField(most=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(o.value, outcome_name(o)) for o in ReviewOutcome]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("outcome") in (ReviewOutcome.REMARK, ReviewOutcome.REPORTED) and not data.get("conclusion"):
            self.add_error("conclusion", _("Skriv vad som framkom och vad som görs"))
        return data
