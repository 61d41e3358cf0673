"""Personer: who works at the clinic; change, extend, revoke, suspend. Never oneself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from registret.access.applications.earlier_accounts import links_of
from registret.access.checks import check_card_age
from registret.access.grants.lost_rights import LostRight, just_revoked
from registret.access.grants.reach import reach_of
from registret.access.refusals import (
    AlreadyGranted,
    BeyondOwnRights,
    EndImpossible,
    NotFound,
    NotParticipating,
    OfficeWidens,
    OutlastsOwnRight,
    RoleImpossible,
    SubRegistryClosed,
)
from registret.access.roles import Permission
from registret.access.staff import people as access
from registret.access.staff import suspending
from registret.access.staff.changing_grants import change_grant, revoke_grant
from registret.access.staff.people import GrantRow, PersonRow
from registret.access.staff.substitutes import proposed
from registret.access.staff.suspending import may_take_over, reinstate_person, suspend_person
from registret.kernel.folding import folded
from registret.kernel.life import NotPossible
from registret.kernel.sweden import day_of
from registret.ledger.queries import entries_about
from registret.places.queries import clinic
from registret.registries.queries import names_of
from registret.web.card_time import CardTime
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.people.forms import GrantForm
from registret.web.people.pages import FoundPeople, people_page, proposed_note, revoked_note
from registret.web.people.person_pages import change_grant_page, person_page
from registret.web.people.proposals import proposal_lines
from registret.web.people.reason_page import reason_form, revoke_page, show_reason, suspend_page
from registret.web.pieces import Link, show
from registret.web.recertify.due import due
from registret.web.tables import csv_file
from registret.web.texts import text_in
from registret.words.roles import role_in_sentence, role_name
from registret.words.states import account_state_name

_PLACES = {
    RoleImpossible: "role",
    AlreadyGranted: "role",
    SubRegistryClosed: "sub_registries",
    NotParticipating: "sub_registries",
    BeyondOwnRights: "sub_registries",
    OfficeWidens: None,
    EndImpossible: "last_day",
    OutlastsOwnRight: "last_day",
}


@needs(Permission.MANAGE_PEOPLE).get
def people(request: ActorRequest) -> HttpResponse:
    """Everybody at the clinic; `q` narrows by name or HSA-id. The office names the clinic."""
    if request.actor.seat.clinic_id is None and number_in(request.GET, "klinik") is None:
        return see_other("office")
    everybody = _everybody(request)
    words = text_in(request.GET, "q")[:100]
    place = clinic(number_in(request.GET, "klinik") or request.actor.seat.clinic_id or 0)
    # The office has all of them on its own page.
    waiting = proposed(actor=request.actor, at=request.at) if request.actor.seat.clinic_id else ()
    notes = (revoked_note(_revoked(request)), proposed_note(request.GET.get("klart")))
    page = people_page(
        FoundPeople(
            words=words,
            people=[one for one in everybody if _fits(one, words)],
            number=len(everybody),
            at=request.at,
        ),
        place=place,
        recertification=due(request),
        notes=[note for note in notes if note],
        proposed=proposal_lines(waiting, actor=request.actor),
        actor=request.actor,
    )
    return show(request, "people/people.html", page, tab="people")


@needs(Permission.MANAGE_PEOPLE).post
def people_csv(request: ActorRequest) -> HttpResponse:
    """The same list as a file; taking it out is logged. Raises: CardTooOld."""
    check_card_age(request.actor, at=request.at)
    everybody = _everybody(request)
    access.note_export(number=len(everybody), actor=request.actor, at=request.at)
    header = [
        "HSA-id",
        _("Namn"),
        _("E-post"),
        _("Kontot"),
        _("Senast inloggad"),
        _("Roll"),
        _("Delregister"),
        _("Gäller från"),
        _("Sista dag"),
    ]
    return csv_file("personer.csv", header, (_cells(one, grant) for one in everybody for grant in one.grants))


@needs(Permission.MANAGE_PEOPLE).get
def person(request: ActorRequest, id: int) -> HttpResponse:
    """One person: facts, grants here, what was done about them."""
    found = access.person_of(actor=request.actor, account_id=id, at=request.at)
    log = entries_about(
        account_id=id, clinic_id=request.actor.seat.clinic_id, asked_by=request.actor.account_id, size=10
    )
    page = person_page(
        found,
        back=_list_of(request, found),
        revoked=_revoked(request),
        log=log.rows,
        links=links_of(account_id=id),
        may_take_over=may_take_over(account_id=id, actor=request.actor, at=request.at),
        actor=request.actor,
        card_time=CardTime.of(request.actor, at=request.at),
    )
    return show(request, "people/person.html", page, tab="people")


@needs(Permission.MANAGE_PEOPLE).get_post
def change(request: ActorRequest, id: int) -> HttpResponse:
    """Ändra eller förläng: role, sub-registries, last day."""
    grant = access.grant_of(actor=request.actor, grant_id=id, at=request.at)
    if not grant.changeable:
        return see_other("person", grant.account_id)
    limits = reach_of(request.actor, at=request.at)
    last = limits.last_day(at=request.at)
    form = GrantForm(posted(request), grant=grant, within=limits.sub_registries, last_possible=last)
    asked_in = number_in(request.GET, "genomgang")
    if form.is_valid() and _changed(request, grant, form):
        return see_other("recertification", asked_in) if asked_in else see_other("person", grant.account_id)
    page = change_grant_page(
        grant,
        form,
        name=access.person_of(actor=request.actor, account_id=grant.account_id, at=request.at).name,
        asked_in=asked_in,
        last_possible=last,
    )
    return show(request, "people/change_grant.html", page, tab="people", status=422 if form.errors else 200)


@needs(Permission.MANAGE_PEOPLE).get_post
def revoke(request: ActorRequest, id: int) -> HttpResponse:
    """Återkalla, with a reason that the person reads."""
    grant = access.grant_of(actor=request.actor, grant_id=id, at=request.at)
    return _with_a_reason(
        request,
        grant.account_id,
        grant,
        lambda reason: revoke_grant(grant_id=id, reason=reason, actor=request.actor, at=request.at),
    )


@needs(Permission.MANAGE_PEOPLE).get_post
def suspend(request: ActorRequest, id: int) -> HttpResponse:
    """Spärra, with a reason that the person reads."""
    return _with_a_reason(
        request,
        id,
        None,
        lambda reason: suspend_person(account_id=id, reason=reason, actor=request.actor, at=request.at),
    )


@needs(Permission.MANAGE_PEOPLE).post
def reinstate(request: ActorRequest, id: int) -> HttpResponse:
    """Häv spärren. A second click finds it done."""
    with suppress(NotPossible):
        reinstate_person(account_id=id, actor=request.actor, at=request.at)
    return _to_the_person(request, id)


@needs(Permission.APPOINT).post
def take_over_suspension(request: ActorRequest, id: int) -> HttpResponse:
    """Ta över spärren from a clinic where nobody can lift it. A second click finds it done."""
    with suppress(NotPossible):
        suspending.take_over_suspension(account_id=id, actor=request.actor, at=request.at)
    return _to_the_person(request, id)


def _changed(request: ActorRequest, grant: GrantRow, form: GrantForm) -> bool:
    data = form.cleaned_data
    with refusals_as_errors(form, _PLACES):
        change_grant(
            grant_id=grant.id,
            role=data["role"],
            sub_registries=data["sub_registries"],
            last_day=data["last_day"],
            actor=request.actor,
            at=request.at,
        )
    return form.is_valid()


def _with_a_reason(
    request: ActorRequest, account_id: int, grant: GrantRow | None, act: Callable[[str], None]
) -> HttpResponse:
    form = reason_form(request)
    found = access.person_of(actor=request.actor, account_id=account_id, at=request.at)
    if form.is_valid():
        act(form.cleaned_data["reason"])
        if grant is None:
            return see_other("person", account_id)
        # With the last grant here the person is not seen from here any more.
        is_gone = len(found.grants) == 1
        return _to(_list_of(request, found) if is_gone else reverse("person", args=[account_id]), revoked=grant)
    back = Link(_("Tillbaka till personen"), reverse("person", args=[account_id]))
    if grant is None:
        page = suspend_page(form, name=found.name, back=back)
    else:
        page = revoke_page(form, name=found.name, of_what=_right(grant), back=back)
    return show_reason(request, page, tab="people")


def _right(grant: GrantRow) -> str:
    return ", ".join(filter(None, (role_in_sentence(grant.role), grant.clinic_name)))


def _everybody(request: ActorRequest) -> tuple[PersonRow, ...]:
    return access.people_of(actor=request.actor, clinic_id=number_in(request.GET, "klinik"), at=request.at)


def _list_of(request: ActorRequest, found: PersonRow) -> str:
    """The list that the person stands in."""
    at_a_clinic = next((grant.clinic_id for grant in found.grants if grant.clinic_id), None)
    office = request.actor.seat.clinic_id is None
    return f"{reverse('people')}?klinik={at_a_clinic}" if office and at_a_clinic else reverse("people")


def _to_the_person(request: ActorRequest, account_id: int) -> HttpResponse:
    """A person without rights is not among the people of any clinic: the office finds the account itself."""
    try:
        access.person_of(actor=request.actor, account_id=account_id, at=request.at)
    except NotFound:
        return see_other("support_account", account_id)
    return see_other("person", account_id)


def _to(address: str, *, revoked: GrantRow) -> HttpResponse:
    """A page that says first what was done."""
    return see_other(f"{address}{'&' if '?' in address else '?'}aterkallad={revoked.id}")


def _revoked(request: ActorRequest) -> LostRight | None:
    """What was revoked on the page before."""
    grant_id = number_in(request.GET, "aterkallad")
    return None if grant_id is None else just_revoked(grant_id=grant_id, actor=request.actor, at=request.at)


def _fits(found: PersonRow, words: str) -> bool:
    """Whether each word is somewhere in the name, the HSA-id or the address, as when all accounts are searched."""
    texts = [folded(text) for text in (found.name, found.hsa_id.text, found.email)]
    return all(any(folded(word) in text for text in texts) for word in words.split())


def _cells(found: PersonRow, grant: GrantRow) -> list[str]:
    return [
        found.hsa_id.text,
        found.name,
        found.email,
        account_state_name(found.state),
        day_of(found.logged_in_at).isoformat() if found.logged_in_at else "",
        role_name(grant.role),
        ", ".join(names_of(grant.sub_registries)),
        day_of(grant.begins_at).isoformat(),
        day_of(grant.ends_at - timedelta(seconds=1)).isoformat(),
    ]
