"""What *Kontrollera ditt kort* found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.queries.logins import LoginStatus
from registret.web.pieces import FactText, Tag
from registret.web.templatetags.look import day, moment, roles
from registret.web.templatetags.pieces import tag
from registret.words.refusals import RefusalPage
from registret.words.states import account_state_name, application_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPage:
    """`refusal`: why the card does not do; `facts`: what was read, if anything was."""

    title: str
    refusal: RefusalPage | None
    facts: Sequence[FactText]
    support_text: str


def checked_page(
    report: Mapping[str, Any], *, refusal: RefusalPage | None, standing: LoginStatus | None, support_text: str
) -> CheckedPage:
    """`report`: see `door/report.py`; `standing`: of the card's holder, if the card is good."""
    works = _("Ditt kort fungerar.") if standing and standing.missing else _("Ditt kort fungerar. Du kan logga in.")
    return CheckedPage(
        title=refusal.title if refusal else works,
        refusal=refusal,
        facts=tuple(_facts(report, standing)) if report.get("issuer") else (),
        support_text=support_text,
    )


def _facts(report: Mapping[str, Any], standing: LoginStatus | None) -> Iterator[FactText]:
    yield FactText(_("Certifikat"), [_kind(report)], tag=_right_kind(report))
    if report["holder"]:
        yield FactText("HSA-id" if report["kind"] == "hsa" else _("Innehavare"), [report["holder"]], css="id")
    if report["name"]:
        yield FactText(_("Namn"), [report["name"]])
    if report["organisation"]:
        yield FactText(_("Organisation"), [report["organisation"]])
    yield FactText(_("Utfärdare"), list(_issuer(report)))
    yield FactText(_("Giltigt"), [f"{day(report['not_before'])} – {day(report['not_after'])}"])
    source = _source(report)
    told = format_html('{} <span class="soft">{}</span>', _revoked(report), source)
    yield FactText(_("Spärrat?"), [told if source else _revoked(report)])
    if standing:
        yield FactText(_("Ditt konto"), _account(standing))


def _kind(report: Mapping[str, Any]) -> str:
    purposes = {"authentication": _("Legitimering"), "signing": _("Underskrift")}
    holders = {"hsa": _("med HSA-id"), "person": _("med Person-id")}
    purpose = purposes.get(report["purpose"]) or _("Okänd sort")
    return " ".join(filter(None, (purpose, holders.get(report["kind"]))))


def _right_kind(report: Mapping[str, Any]) -> Tag:
    if report["kind"] == "hsa" and report["purpose"] == "authentication":
        return Tag(_("rätt sort"), "ok", "check")
    return Tag(_("fel sort"), "bad", "cross")


def _issuer(report: Mapping[str, Any]) -> Iterator[str]:
    yield format_html("{} {}", report["issuer"], tag(_belief(report)))
    if report["level"]:
        level = _("Tillitsnivå %(level)s") % {"level": report["level"]}
        yield format_html('<span class="small soft">{}</span>', level)


def _belief(report: Mapping[str, Any]) -> Tag:
    if not report["believed"]:
        return Tag(_("okänd"), "bad", "cross")
    if report["kind"] == "hsa":
        return Tag(_("godkänd"), "ok", "check")
    return Tag(_("ger ut Person-id"), "bad", "cross")


def _revoked(report: Mapping[str, Any]) -> str:
    answers = {"good": _("Nej."), "revoked": _("Ja.")}
    return answers.get(report["revocation"]) or _("Det går inte att avgöra.")


def _source(report: Mapping[str, Any]) -> str:
    """Where that is known from; empty if it is not known."""
    if not report["revocation_as_of"]:
        return ""
    when = moment(report["revocation_as_of"])
    if report["revocation_by_ocsp"]:
        return _("Enligt utfärdarens svar om just det här certifikatet, från %(when)s.") % {"when": when}
    minutes = report["revocation_minutes"] or 0
    old = ngettext(
        "Enligt spärrlistan från %(when)s, %(minutes)s minut gammal.",
        "Enligt spärrlistan från %(when)s, %(minutes)s minuter gammal.",
        minutes,
    )
    return old % {"when": when, "minutes": minutes}


def _account(standing: LoginStatus) -> list[str]:
    if standing.account is None:
        return [_("Inget konto än. Logga in för att registrera dig.")]
    if not standing.missing:
        return [", ".join(filter(None, (roles(seat.roles), seat.clinic_name))) for seat in standing.seats]
    state, wanted = f"{account_state_name(standing.account.state)}.", standing.application
    if wanted is None:
        return [state]
    return [f"{state} {_('Ansökan:')} {application_state_name(wanted.state)}, {wanted.clinic_name}."]
