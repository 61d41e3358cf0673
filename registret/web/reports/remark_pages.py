"""Anmärkningar on pages: how often each rule does not hold, and in which episodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.actor import Actor
from registret.access.checks import existing
from registret.access.roles import Permission
from registret.registries.forms import Form, FormRule
from registret.reports.completeness import RemarkCount
from registret.reports.remarks import MOST
from registret.web.pieces import Link
from registret.web.records.episode_lines import EpisodeLine, episode_table
from registret.web.reports.patient_pages import PatientsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkLine:
    """`about`: the sentence of the rule; it leads to the episodes, for those who may read them."""

    about: Link
    step: str
    number: int


def remark_lines(form: Form, found: Sequence[RemarkCount], *, actor: Actor) -> list[RemarkLine]:
    """`form`: the newest. A rule that only an older version has is told by its code."""
    names = {one.code: str(one.name) for one in form.steps}
    messages = {(step.code, rule.code): str(rule.message) for step in form.steps for rule in step.rules}
    leads = actor.may(Permission.READ_RECORDS)
    return [
        RemarkLine(
            about=Link(
                messages.get((one.step, one.rule), one.rule),
                reverse("remark", args=[form.code, one.step, one.rule]) if leads else "",
            ),
            step=names.get(one.step, one.step),
            number=one.number,
        )
        for one in found
    ]


def rule_of(form: Form, step: str, code: str) -> FormRule:
    """Raises: NotFound."""
    rules = (rule for one in form.steps if one.code == step for rule in one.rules if rule.code == code)
    return existing(next(rules, None))


def remark_page(form: Form, rule: FormRule, lines: Sequence[EpisodeLine]) -> PatientsPage:
    number = ngettext("%(n)s vårdepisod", "%(n)s vårdepisoder", len(lines)) % {"n": len(lines)}
    return PatientsPage(
        name=str(rule.message),
        lead=str(rule.message),
        back=Link(_("Datakvalitet"), reverse("data_quality", args=[form.code])),
        count=number,
        table=episode_table(lines),
        cut=_("De %(most)s senaste visas.") % {"most": MOST} if len(lines) == MOST else "",
        others=(),
    )
