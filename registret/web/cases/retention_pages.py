"""Gallring in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.records.retention.ages import Age, Decided, Past
from registret.web.cases.forms import RetentionForm
from registret.web.pieces import Link, Note, OptionText, Tag, options
from registret.web.templatetags.look import day, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRow:
    """What a sub-registry keeps so long. `episodes`: how many it has in all."""

    title: Link
    episodes: str
    part: Past
    state: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPage:
    rows: Sequence[AgeRow]
    decided: Note | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    what: str
    reason: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionOnePage:
    """One sub-registry. `states`: of what it keeps, each after its name; `question`: asked before something is
    destroyed, or empty."""

    name: str
    told: Sequence[str]
    states: Sequence[tuple[str, Tag]]
    form: RetentionForm
    choices: Sequence[OptionText]
    question: str
    decisions: Sequence[DecisionLine]


def retention_page(ages: Sequence[Age], *, decided: bool) -> RetentionPage:
    done = Note("ok", _("Beslutet är fattat och står i loggen. Gallringen görs inom någon timme."), "status")
    return RetentionPage(rows=[row for age in ages for row in _rows(age)], decided=done if decided else None)


def _rows(age: Age) -> Iterator[AgeRow]:
    url = reverse("retention_one", args=[age.sub_registry])
    yield AgeRow(title=Link(age.name, url), episodes=str(age.episodes), part=age.whole, state=_state(age, age.whole))
    if age.research:
        title = Link(_("%(name)s, bara forskningsfrågorna") % {"name": age.name})
        yield AgeRow(title=title, episodes="–", part=age.research, state=_state(age, age.research))


def _state(age: Age, part: Past) -> Tag:
    if part.waiting:
        return Tag(_("gallras"), "info", "clock")
    if age.held_until:
        return Tag(_("bevaras till %(day)s") % {"day": day(age.held_until)}, "", "info")
    if part.past:
        return Tag(_("väntar på beslut"), "warn", "warn")
    return Tag(_("inget att göra"), "ok", "check")


def retention_one_page(age: Age, form: RetentionForm, *, asked: str) -> RetentionOnePage:
    """`asked`: what is to be destroyed, `destroy` or `research`; empty if nothing is asked."""
    return RetentionOnePage(
        name=age.name,
        told=tuple(_told(age)),
        states=tuple(_states(age)),
        form=form,
        choices=_choices(form),
        question=_question(age, asked),
        decisions=tuple(map(_decision, age.decisions)),
    )


def _told(age: Age) -> Iterator[str]:
    yield ngettext(
        "%(n)s vårdepisod började före %(day)s, för mer än %(years)s år sedan.",
        "%(n)s vårdepisoder började före %(day)s, för mer än %(years)s år sedan.",
        age.whole.past,
    ) % _facts(age.whole)
    if age.research:
        yield ngettext(
            "Svar på forskningsfrågor bevaras i %(years)s år: %(n)s vårdepisod från tiden före %(day)s har sådana "
            "svar.",
            "Svar på forskningsfrågor bevaras i %(years)s år: %(n)s vårdepisoder från tiden före %(day)s har sådana "
            "svar.",
            age.research.past,
        ) % _facts(age.research)


def _facts(part: Past) -> dict[str, object]:
    return {"n": part.past, "years": part.keep_years, "day": day(part.before)}


def _states(age: Age) -> Iterator[tuple[str, Tag]]:
    yield _("Vårdepisoderna:") if age.research else "", _state(age, age.whole)
    if age.research:
        yield _("Forskningsfrågorna:"), _state(age, age.research)


def _choices(form: RetentionForm) -> tuple[OptionText, ...]:
    texts = {
        "destroy": (_("Gallra äldre vårdepisoder"), _("Bara antalet sparas. Det går inte att ångra.")),
        "research": (
            _("Gallra bara äldre svar på forskningsfrågor"),
            _("Också i historiken. Vårdepisoderna och övriga svar blir kvar. Det går inte att ångra."),
        ),
        "keep": (_("Bevara allt en tid"), _("För forskning eller en utredning. Till dess gallras inget.")),
    }
    return options(form["what"], texts)


def _question(age: Age, asked: str) -> str:
    if not asked:
        return ""
    if asked == "research" and age.research:
        return ngettext(
            "Svaren på forskningsfrågorna i %(n)s vårdepisod i %(name)s gallras hos alla vårdgivare. Det går inte att "
            "ångra.",
            "Svaren på forskningsfrågorna i %(n)s vårdepisoder i %(name)s gallras hos alla vårdgivare. Det går inte "
            "att ångra.",
            age.research.past,
        ) % {"n": age.research.past, "name": age.name}
    return ngettext(
        "%(n)s vårdepisod i %(name)s gallras hos alla vårdgivare. Det går inte att ångra.",
        "%(n)s vårdepisoder i %(name)s gallras hos alla vårdgivare. Det går inte att ångra.",
        age.whole.past,
    ) % {"n": age.whole.past, "name": age.name}


def _decision(one: Decided) -> DecisionLine:
    older = ngettext("%(n)s vårdepisod var äldre", "%(n)s vårdepisoder var äldre", one.episodes) % {"n": one.episodes}
    done = [_("avslutat %(at)s") % {"at": moment(one.done_at)}] if one.done_at else []
    return DecisionLine(
        what=_what(one), reason=one.reason, told=" · ".join([f"{one.by_name}, {moment(one.at)}", older, *done])
    )


def _what(one: Decided) -> str:
    if one.what == "destroy":
        return _("Gallra det som började före %(day)s") % {"day": day(one.before)}
    if one.what == "research":
        return _("Gallra svar på forskningsfrågor i det som började före %(day)s") % {"day": day(one.before)}
    return _("Bevara allt till och med %(day)s") % {"day": day(one.until)}
