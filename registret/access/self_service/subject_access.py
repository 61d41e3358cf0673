"""Everything that is kept about one person, in one file that a machine can read (GDPR, articles 15 and 20)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from registret.access.applications.earlier_accounts import links_of, own_claim
from registret.access.checks import check_card_read
from registret.access.models import Application, Grant, Nomination, Note, Substitution
from registret.access.refusals import NotFound
from registret.accounts.kept_attempts import AttemptRow, attempts_of
from registret.accounts.queries import AccountRow, accounts_of, confirmations_of
from registret.accounts.sessions import SessionRow, kept_sessions_of
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.ledger.events import Event
from registret.ledger.queries import EntryRow, entries_of_person
from registret.ledger.services import record
from registret.mail.queries import letters_about
from registret.rate_limits.services import Limit, take
from registret.words.events import event_name
from registret.words.programs import program_name

FILES_PER_PERSON = Limit(what="own_data", most=10, per=timedelta(days=1))

Json = dict[str, Any]


def take_out(*, hsa_id: HsaId, card_read_at: datetime, by: By, at: datetime) -> Iterator[bytes]:
    """The file, in pieces: a line for each entry of the log. That it was taken out is the last of them.

    Raises: NotFound (there never was an account), CardTooOld, TooMany.
    """
    check_card_read(card_read_at, at=at)
    people = accounts_of(hsa_id=hsa_id)
    if not people:
        raise NotFound()
    take(limit=FILES_PER_PERSON, subject=hsa_id.key, at=at)
    record(event=Event.ACCOUNT_DATA_TAKEN, by=by, at=at, about=people[0])
    return _pieces(people, at=at)


def _pieces(people: Sequence[AccountRow], *, at: datetime) -> Iterator[bytes]:
    hsa_id, ids = people[0].hsa_id, [person.id for person in people]
    head = {
        "registry": settings.REGISTRY_NAME,
        "made_at": at,
        "hsa_id": hsa_id.text,
        "not_in_this_file": _left_out(),
        "accounts": [_account(person) for person in people],
        "sessions": [_session(one) for one in kept_sessions_of(hsa_id=hsa_id)],
        "login_attempts": [_attempt(one) for one in attempts_of(hsa_id=hsa_id, at=at)],
        "nominations": [_nomination(one) for one in _nominations(hsa_id)],
    }
    yield _json(head, indent=2).rstrip().removesuffix("}").rstrip().encode() + b',\n  "log": ['
    after, comma = 0, ""
    while rows := entries_of_person(account_ids=ids, hsa_id=hsa_id, after=after):
        after = rows[-1].id
        lines = ",\n    ".join(_json(_entry(row, ids, hsa_id)) for row in rows)
        yield f"{comma}\n    {lines}".encode()
        comma = ","
    yield b"\n  ]\n}\n"


def _left_out() -> list[str]:
    """What is kept and not handed out here, so that nobody takes the file for more than it is."""
    return [
        _("Anteckningar som administratörer har skrivit till varandra om en ansökan. Begär dem hos registret."),
        _("Om loggranskare har läst eller granskat loggen om dig. Begär det hos registret."),
        _("Vad registerkansliet har skrivit om personuppgiftsincidenter. Begär det hos registret."),
        _("Uppgifter om andra i händelser som du själv har utfört, och vad mejlen till dig säger."),
        _("Ditt namn på det som du har registrerat eller beslutat. Att du gjorde det, och när, står i loggen."),
        _("Räknare som hindrar missbruk, och utfärdarens svar om kortet. De raderas inom några dagar."),
    ]


def _account(person: AccountRow) -> Json:
    facts = asdict(person) | {"hsa_id": person.hsa_id.text, "email": person.email.text}
    asked = confirmations_of(account_ids=[person.id])
    addresses = {person.email.text, *(one.email.text for one in asked)}
    return facts | {
        "mail_history": [
            asdict(one) | {"email": one.email.text, "replaces": one.replaces.text if one.replaces else None}
            for one in asked
        ],
        "applications": [_application(one) for one in _applications(person.id)],
        "grants": [_grant(one) for one in _grants(person.id)],
        "other_accounts": [asdict(link) | {"hsa_id": link.hsa_id.text} for link in links_of(account_id=person.id)],
        "claim": _claim(person.id),
        "substitutions": [_substitution(one) for one in _substitutions(person.id)],
        "letters": [asdict(one) for one in letters_about(person.id, known=addresses)],
    }


def _claim(account_id: int) -> Json | None:
    found = own_claim(account_id=account_id)
    return asdict(found) | {"email": found.email.text} if found else None


def _applications(account_id: int) -> list[Application]:
    return list(Application.objects.filter(account_id=account_id).select_related("clinic", "decided_by").order_by("id"))


def _grants(account_id: int) -> list[Grant]:
    return list(Grant.objects.filter(account_id=account_id).select_related("clinic", "granted_by").order_by("id"))


def _substitutions(account_id: int) -> list[Substitution]:
    found = Substitution.objects.filter(account_id=account_id).select_related("clinic", "proposed_by", "decided_by")
    return list(found.order_by("id"))


def _substitution(one: Substitution) -> Json:
    return {
        "id": one.id,
        "clinic": one.clinic.title,
        "begins_at": one.begins_at,
        "ends_at": one.ends_at,
        "state": one.state,
        "proposed_at": one.proposed_at,
        "proposed_by": _name(one.proposed_by),
        "decided_at": one.decided_at,
        "decided_by": _name(one.decided_by),
        "reason": one.reason,
    }


def _nominations(hsa_id: HsaId) -> list[Nomination]:
    found = Nomination.objects.filter(hsa_id__iexact=hsa_id.text).select_related("proposed_by", "confirmed_by")
    return list(found.order_by("id"))


def _nomination(one: Nomination) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "role": one.role,
        "proposed_at": one.proposed_at,
        "proposed_by": _name(one.proposed_by),
        "confirmed_at": one.confirmed_at,
        "confirmed_by": _name(one.confirmed_by),
    }


def _application(one: Application) -> Json:
    notes = Note.objects.filter(application=one).exclude(kind=Note.Kind.NOTE).order_by("id")
    return {
        "id": one.id,
        "clinic": one.clinic.title,
        "role": one.role,
        "sub_registries": one.sub_registries,
        "message": one.message,
        "state": one.state,
        "applied_at": one.applied_at,
        "reminded_at": one.reminded_at,
        "escalated_at": one.escalated_at,
        "decided_at": one.decided_at,
        "decided_by": _name(one.decided_by),
        "reason": one.reason,
        "questions_and_answers": [{"kind": note.kind, "at": note.at, "text": note.text} for note in notes],
    }


def _grant(one: Grant) -> Json:
    return {
        "id": one.id,
        "clinic": one.clinic.title if one.clinic else None,
        "role": one.role,
        "sub_registries": one.sub_registries,
        "source": one.source,
        "begins_at": one.begins_at,
        "ends_at": one.ends_at,
        "granted_by": _name(one.granted_by) or one.decided_by_names or None,
        "revoked_at": one.revoked_at,
        "revoke_reason": one.revoke_reason,
    }


def _session(one: SessionRow) -> Json:
    return asdict(one) | {"card": one.card.as_json()}


def _attempt(one: AttemptRow) -> Json:
    return asdict(one)


def _entry(row: EntryRow, ids: Sequence[int], hsa_id: HsaId) -> Json:
    """Of what one did about others, patients too, only that and when; of what others did about one, who and not from
    where."""
    by_oneself = row.by_account_id in ids or HsaId(row.by_hsa_id) == hsa_id
    about_others = (
        bool(row.patient_ids)
        or row.about_account_id not in {None, *ids}
        or HsaId(row.about_hsa_id) not in {HsaId(""), hsa_id}
    )
    return {
        "number": row.id,
        "at": row.at,
        "event": row.event,
        "in_words": event_name(row.event),
        "outcome": row.outcome,
        "by": row.by_name or row.by_hsa_id or program_name(row.by_program),
        "role": row.by_role,
        "network": row.network if by_oneself else None,
        "about_somebody_else": about_others,
        "reference": row.reference,
        "facts": {} if about_others else row.facts,
    }


def _name(person: Any) -> str | None:
    return person.name if person is not None else None


def _json(value: object, *, indent: int | None = None) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=indent)
