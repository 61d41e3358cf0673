"""Confirming mail addresses, first and later ones, and what follows from it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from registret.access.applications.applying import Wish, make_application, tell, tell_those_who_attest
from registret.access.checks import count_wrong_code, existing_account, limit_letters
from registret.access.grants.granting import revoke
from registret.access.lifecycle import ApplicationState
from registret.access.models import Application, Grant, GrantSource
from registret.access.notices import post_to
from registret.access.queries.grants import clinics_to_attest_anew
from registret.access.refusals import AlreadyApplied
from registret.access.roles import ROLES_TO_APPLY_FOR, Role
from registret.accounts import confirming
from registret.accounts.confirming import Confirmed, ask_for_confirmation
from registret.accounts.queries import AccountRow
from registret.accounts.refusals import CodeBurnt, CodeWrong
from registret.kernel.by import By
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.mail.services import post
from registret.places.queries import clinic


def resend_confirmation(*, account_id: int, by: By, at: datetime) -> None:
    """Skicka igen: a new letter to the same address; earlier ones stop counting.

    Raises: TooMany, ConfirmationDone.
    """
    person = existing_account(account_id)
    limit_letters(subject=person.hsa_id.key, email=person.email, by=by, at=at)
    send_confirmation(account_id=account_id, email=None, by=by, at=at)


def change_unconfirmed_address(*, account_id: int, email: EmailAddress, by: By, at: datetime) -> None:
    """Ändra adress, before it is confirmed: a new letter to the new address.

    Raises: TooMany, ConfirmationDone.
    """
    limit_letters(subject=existing_account(account_id).hsa_id.key, email=email, by=by, at=at)
    send_confirmation(account_id=account_id, email=email, by=by, at=at)


@transaction.atomic
def confirm_by_link(*, confirmation: tuple[int, int], hsa_id: HsaId, by: By, at: datetime) -> None:
    """The link of a letter, followed by the holder of the same card. Of a first address, or of another one.

    Raises: ConfirmationUnknown, ConfirmationReplaced, ConfirmationExpired, ConfirmationDone, ConfirmationOtherCard,
        AdministratorsAddress.
    """
    confirmed = confirming.confirm_by_link(confirmation=confirmation, hsa_id=hsa_id, by=by, at=at)
    _follow_up(confirmed, by=by, at=at)


def confirm_by_code(*, account_id: int, code: str, by: By, at: datetime) -> None:
    """The code of the newest letter, typed by the holder of the account's card.

    Raises: CodeWrong, CodeBurnt, ConfirmationExpired, ConfirmationDone, AdministratorsAddress, TooMany.
    """

    def then(confirmed: Confirmed) -> None:
        _follow_up(confirmed, by=by, at=at)

    try:
        confirming.confirm_by_code(account_id=account_id, code=code, then=then, by=by, at=at)
    except (CodeWrong, CodeBurnt):
        count_wrong_code(account_id=account_id, by=by, at=at)
        raise


@transaction.atomic
def send_confirmation(*, account_id: int, email: EmailAddress | None, by: By, at: datetime) -> None:
    confirmation = ask_for_confirmation(account_id=account_id, email=email, by=by, at=at)
    person = existing_account(account_id)
    kind, place = _why(account_id, at=at)
    post_to(
        person,
        kind=kind,
        context={
            "name": person.given_name,
            "clinic": place,
            "valid_until": at + settings.CONFIRMATION_LIFETIME,
        },
        confirmation=confirmation,
        at=at,
    )


def _why(account_id: int, *, at: datetime) -> tuple[str, str]:
    """The letter that says why the address is to be confirmed, and for where: the person has registered, was moved in,
    or was appointed."""
    waiting = Application.objects.select_related("clinic").filter(account_id=account_id, state=ApplicationState.WAITING)
    wanted = waiting.first()
    if wanted is not None:
        return "confirm_email", wanted.clinic.title
    right = Grant.objects.valid(at=at).filter(account_id=account_id).select_related("clinic").order_by("id").first()
    place = right.clinic.title if right and right.clinic else settings.REGISTRY_NAME
    if right is None:
        return "confirm_email", place
    return ("confirm_moved" if right.source == GrantSource.IMPORTED else "confirm_appointed"), place


def _follow_up(confirmed: Confirmed, *, by: By, at: datetime) -> None:
    """A first address makes what waits actionable. Another one is told at the old address, and may be foreign."""
    person, before = confirmed.person, confirmed.instead_of
    if before is None:
        tell_those_who_attest(Q(account_id=person.id), at=at)
        return
    post(
        kind="address_changed",
        to=before,
        language=person.language,
        context={
            "name": person.given_name,
            "new_address": person.email.masked,
            "last_day": at + settings.OBJECTION_LIFETIME - timedelta(seconds=1),
        },
        confirmation=confirmed.confirmation,
        about_account_id=person.id,
        at=at,
    )
    _have_attested_anew(person, before=before, by=by, at=at)


def _have_attested_anew(person: AccountRow, *, before: EmailAddress, by: By, at: datetime) -> None:
    """Where the address has become foreign the grants end, and one application per clinic asks for them again."""
    here = clinics_to_attest_anew(account_id=person.id, before=before, email=person.email, at=at)
    applications = []
    for clinic_id in sorted(here):
        place = clinic(clinic_id)
        grants = list(Grant.objects.valid(at=at).filter(account_id=person.id, clinic_id=clinic_id).order_by("id"))
        if place is not None and place.is_open:
            role = min((Role(grant.role) for grant in grants), key=ROLES_TO_APPLY_FOR.index)
            codes = sorted({code for grant in grants for code in grant.sub_registries})
            wish = Wish(clinic_id=clinic_id, role=role, sub_registries=codes, message="")
            # What waits there already will do.
            with suppress(AlreadyApplied):
                applications.append(make_application(person.id, by=by, at=at, **wish))
        for grant in grants:
            revoke(grant_id=grant.id, reason="foreign_address", revoked_by_id=None, by=by, at=at)
    for wanted in Application.objects.select_related("clinic", "account").filter(id__in=applications):
        tell(wanted, kind="attest_anew", context={}, at=at)
