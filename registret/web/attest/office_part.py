"""Attesting at the registry office, where two decide: who recommended what, and who could be the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.access.applications.attesting import is_appointed, standing_recommendation
from registret.access.queries.administrators import registry_office
from registret.access.queries.applications import ApplicationRow, Recommendation
from registret.web.http import ActorRequest
from registret.web.pieces import Note, marked_up
from registret.web.templatetags.look import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePart:
    """`names`: all at the office. `may_act`: attest or recommend; `recommend`: what recommending is called."""

    note: Note
    names: Sequence[str]
    may_act: bool
    has_recommendation: bool
    recommend: str


def office_part(request: ActorRequest, wanted: ApplicationRow, there: Sequence[str]) -> OfficePart:
    """`there`: those at the clinic who could attest."""
    office = registry_office(at=request.at)
    appointed = is_appointed(wanted)
    recommended = standing_recommendation(wanted, actor=request.actor, at=request.at)
    is_alone = all(one.account_id == request.actor.account_id for one in office)
    return OfficePart(
        note=_appointed(wanted) if appointed else _recommending(request, wanted, recommended, there, is_alone=is_alone),
        names=[one.name for one in office],
        may_act=recommended is not None or not (is_alone or appointed),
        has_recommendation=recommended is not None,
        recommend=_("Lämna ett annat förslag") if recommended else _("Tillstyrk"),
    )


def _appointed(wanted: ApplicationRow) -> Note:
    told = _(
        "Kansliet har utsett personen till lokal administratör, och attesterar den inte också. Utse en till på "
        "kliniken: den kan attestera."
    )
    return Note("warn", _with_link(told, wanted), "alert")


def _recommending(
    request: ActorRequest,
    wanted: ApplicationRow,
    recommended: Recommendation | None,
    there: Sequence[str],
    *,
    is_alone: bool,
) -> Note:
    if wanted.recommended and wanted.recommended.by_id == request.actor.account_id:
        told = _("Du tillstyrkte %(when)s. Någon annan på kansliet attesterar.")
        return Note("info", told % {"when": moment(wanted.recommended.at)})
    if recommended:
        told = _(
            "<b>%(name)s</b> tillstyrkte %(when)s. Är du av samma mening attesterar du. Ändrar du något blir det ett "
            "nytt förslag."
        )
        return Note("info", marked_up(told, name=recommended.by, when=moment(recommended.at)))
    if is_alone:
        return _alone()
    return Note("info", _ask_first(there) if there else _nobody_there(wanted))


def _alone() -> Note:
    told = _(
        "Två på kansliet beslutar om en ansökan, och du är ensam. Be driften utse en lokal administratör på kliniken, "
        "eller en till på kansliet."
    )
    return Note("warn", format_html('{} <span class="id nb">registret appoint</span>', told), "alert")


def _ask_first(there: Sequence[str]) -> str:
    told = _(
        "Ingen på kliniken har tagit ställning, fast någon kan: %(names)s. Hör gärna av dig dit först. På kansliet "
        "beslutar två: du tillstyrker, någon annan attesterar."
    )
    return told % {"names": ", ".join(there)}


def _nobody_there(wanted: ApplicationRow) -> SafeString:
    told = _(
        "Kliniken har ingen som kan attestera ansökan. På kansliet beslutar två: du tillstyrker, någon annan "
        "attesterar. Utse gärna någon på kliniken som känner sina kollegor."
    )
    return _with_link(told, wanted)


def _with_link(told: str, wanted: ApplicationRow) -> SafeString:
    address = f"{reverse('appoint')}?klinik={wanted.clinic_id}"
    return format_html('{} <a href="{}">{}</a>', told, address, _("Utse en lokal administratör"))
