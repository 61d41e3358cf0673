"""Tidsgränser: what the registry office decides about, each decision with author and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.oversight.services import USUAL_SIZE
from registret.records.identity import protected
from registret.time_limits.lengths import LIMITS, TimeLimit, Unit
from registret.time_limits.queries import DecisionRow, decisions, newest_decisions
from registret.time_limits.refusals import LimitImpossible, LimitUnchanged
from registret.time_limits.services import decide
from registret.web.forms import NUMBER_INPUT, ReasonField, refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.pieces import show
from registret.words.time_limits import length_in_words, time_limit_meaning, time_limit_name


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One time limit. `decision` is None while the preset length holds."""

    code: str
    name: str
    meaning: str
    length: str
    usual: str
    number: int
    unit: str
    least: int
    most: int
    decision: DecisionRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimitsPage:
    lines: Sequence[LimitLine]
    fixed: Sequence[Fixed]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimitPage:
    line: LimitLine
    form: LimitForm
    history: Sequence[DecisionRow]


class LimitForm(forms.Form):
    """A new number, and why."""

    number = forms.IntegerField(
        widget=NUMBER_INPUT,
        error_messages={"required": _("Skriv ett tal"), "invalid": _("Skriv ett heltal, bara siffror")},
    )
    reason = ReasonField(_("Skriv varför gränsen ändras"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A length that the office does not set, and why."""

    name: str
    length: str
    why: str


def fixed() -> tuple[Fixed, ...]:
    """Those that stand in the program, in the active language."""
    in_a_letter = gettext("Sista dagen står i mejlet, och ett löfte i ett mejl ändras inte efteråt.")
    days, hours = Unit.DAYS, int(protected.LASTS.total_seconds() // 3600)
    minutes = int(settings.SESSION_IDLE.total_seconds() // 60)
    return (
        Fixed(
            name=gettext("Bekräfta e-post"),
            length=length_in_words(settings.CONFIRMATION_LIFETIME.days, days),
            why=in_a_letter,
        ),
        Fixed(
            name=gettext("Invända mot en ny e-postadress"),
            length=length_in_words(settings.OBJECTION_LIFETIME.days, days),
            why=in_a_letter,
        ),
        Fixed(
            name=gettext("Skäl för att läsa om någon med skyddad identitet"),
            length=ngettext("%(n)s timme", "%(n)s timmar", hours) % {"n": hours},
            why=gettext("Skyddar patienter, som kansliet inte ser. Alla vårdgivare ska kunna lita på det."),
        ),
        Fixed(
            name=gettext("Stickprov i loggen"),
            length=ngettext("%(n)s post", "%(n)s poster", USUAL_SIZE) % {"n": USUAL_SIZE},
            why=gettext(
                "Kansliet granskas också, och bestämmer därför inte hur många poster. Granskaren kan lotta fler."
            ),
        ),
        Fixed(
            name=gettext("Utloggning när inget händer"),
            length=ngettext("%(n)s minut", "%(n)s minuter", minutes) % {"n": minutes},
            why=gettext("Skyddar delade datorer. Driften ställer in den, lika för alla."),
        ),
    )


@needs(Permission.DECIDE_LIMITS).get
def time_limits(request: ActorRequest) -> HttpResponse:
    """All time limits as they are now."""
    newest = newest_decisions()
    lines = [_line(limit, newest.get(limit)) for limit in TimeLimit]
    return show(request, "office/time_limits.html", TimeLimitsPage(lines=lines, fixed=fixed()), tab="office")


@needs(Permission.DECIDE_LIMITS).get_post
def time_limit(request: ActorRequest, code: str) -> HttpResponse:
    """One time limit and its history; POST decides anew."""
    if code not in set(TimeLimit):
        raise Http404
    limit = TimeLimit(code)
    line = _line(limit, newest_decisions().get(limit))
    form = LimitForm(posted(request), initial={"number": line.number})
    if form.is_valid() and _decided(request, limit, form):
        return see_other("time_limits")
    page = TimeLimitPage(line=line, form=form, history=decisions(limit))
    return show(request, "office/time_limit.html", page, tab="office", status=422 if form.errors else 200)


def _decided(request: ActorRequest, limit: TimeLimit, form: LimitForm) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, {LimitImpossible: "number", LimitUnchanged: "number"}):
        check_card_age(request.actor, at=request.at)
        decide(limit=limit, number=data["number"], reason=data["reason"], by=request.actor.by, at=request.at)
    return form.is_valid()


def _line(limit: TimeLimit, decision: DecisionRow | None) -> LimitLine:
    bounds = LIMITS[limit]
    number = decision.number if decision else bounds.usual
    return LimitLine(
        code=limit.value,
        name=time_limit_name(limit),
        meaning=time_limit_meaning(limit),
        length=length_in_words(number, bounds.unit),
        usual=length_in_words(bounds.usual, bounds.unit),
        number=number,
        unit=length_in_words(2, bounds.unit).partition(" ")[2],
        least=bounds.least,
        most=bounds.most,
        decision=decision,
    )
