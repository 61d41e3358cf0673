"""Letters about a recertification: to the clinic's administrators, the office, and the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from registret.access.models import Recertification, RecertificationLine
from registret.access.notices import first, post_to
from registret.access.queries.administrators import Administrator, active_administrators, registry_office
from registret.access.staff.recertification.rows import for_the_office, unanswered
from registret.accounts.lifecycle import AccountState
from registret.words.roles import role_in_sentence


def last_day(due_at: datetime) -> datetime:
    """A moment of the last day on which one can answer."""
    return due_at - timedelta(seconds=1)


def tell_administrators(whole: Recertification, *, kind: str, day: datetime, at: datetime) -> int:
    """To each administrator of the clinic: how many grants wait for their answer. Return how many were told."""
    theirs = Counter(unanswered(whole).values_list("account_id", flat=True))
    told = 0
    for person in active_administrators(clinic_id=whole.clinic_id, at=at):
        number = theirs.total() - theirs[person.account_id]
        if number:
            told += 1
            context: dict[str, str | datetime] = {"clinic": whole.clinic.title, "number": str(number), "day": day}
            post_to(person, kind=kind, context=context, at=at)
    return told


def tell_office(whole: Recertification, *, at: datetime) -> bool:
    """The office is told of what only it can answer: once if that is an administrator's own, and once if it is all
    because the clinic has nobody. Whether it was told now."""
    number = for_the_office(unanswered(whole), at=at).count()
    office = registry_office(at=at)
    # A letter to nobody tells nobody: it stays due until there is an office.
    if not number or not office:
        return False
    occasion = "own" if active_administrators(clinic_id=whole.clinic_id, at=at) else "nobody"
    if not first("recertification_office", whole.id, occasion=occasion, at=at):
        return False
    _post_to_office(whole, office, number=number, day=last_day(whole.due_at), at=at)
    return True


def remind_office(whole: Recertification, *, day: datetime, at: datetime) -> int:
    """To the office: how many grants only it can answer for. Return how many were told."""
    number = for_the_office(unanswered(whole), at=at).count()
    office = registry_office(at=at) if number else ()
    _post_to_office(whole, office, number=number, day=day, at=at)
    return len(office)


def _post_to_office(
    whole: Recertification, office: Sequence[Administrator], *, number: int, day: datetime, at: datetime
) -> None:
    context: dict[str, str | datetime] = {"clinic": whole.clinic.title, "number": str(number), "day": day}
    for person in office:
        post_to(person, kind="recertification_office", context=context, at=at)


def tell_person(line_id: int, *, kind: str, more: Mapping[str, datetime], at: datetime) -> bool:
    """To whom the grant of this line belongs, if the address is confirmed."""
    line = RecertificationLine.objects.select_related("account", "grant", "recertification__clinic").get(id=line_id)
    person = line.account
    if person.confirmed_at is None or person.state == AccountState.ENDED:
        return False
    context: dict[str, str | datetime] = {
        "name": person.given_name,
        "role": role_in_sentence(line.grant.role, language=person.language),
        "place": line.recertification.clinic.title,
        **more,
    }
    to = Administrator(account_id=person.id, name="", email=person.email, language=person.language)
    post_to(to, kind=kind, context=context, at=at)
    return True
