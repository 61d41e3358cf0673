"""A year of a country: thousands of people who come, forget, and leave; the clock runs each day.

What it did is compared with what a second, plain telling of the rules expects: no letter twice, none missing, and
nobody left with access that they should not have.
"""

from __future__ import annotations

import calendar
import os
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from registret.access.actor import Actor, Assignment
from registret.access.lifecycle import ApplicationState, LineState
from registret.access.models import Application, Grant, Recertification, RecertificationLine
from registret.access.queries.logins import seats_of
from registret.access.roles import Role
from registret.access.staff.recertification.answering import LineAnswer, answer_many
from registret.accounts.lifecycle import AccountState
from registret.accounts.models import Account
from registret.chores import running
from registret.chores.table import CHORES
from registret.kernel.identifiers import EmailAddress, HsaId
from registret.mail.letters import LETTERS
from registret.mail.models import Letter
from tests import cast
from tests.owner import as_owner
from tests.rooms.access.scene import FORGETTING

# What is forgotten is told of in test_forgetting.
DUE = [name for name in CHORES if name not in FORGETTING]
HERE = ZoneInfo("Europe/Stockholm")
# Of the first day; about a thousand come in the course of the year. Only `make test-slow` says how many: else it is the
# first weeks of a smaller country.
PEOPLE = int(os.environ.get("REGISTRET_YEAR_PEOPLE", "0"))
IS_WHOLE = PEOPLE > 0
PEOPLE, DAYS = (PEOPLE, 365) if IS_WHOLE else (200, 28)
CLINICS = 20
FIRST = date(2026, 12, 1)


@dataclass(slots=True)
class Person:
    """Somebody, as the plain telling knows them."""

    id: int
    clinic: int
    administers: bool
    rhythm: int
    """Days between logins; 0: never comes."""
    leaves: int
    """The day after which nobody logs in any more."""
    state: str = "confirmed"
    unused: datetime | None = None
    came: bool = False
    ends: datetime | None = None
    grant_began: datetime | None = None
    warned_at: datetime | None = None
    warned_for: datetime | None = None
    told_of_end: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Wish:
    """An application that waits."""

    id: int
    person: int
    clinic: int
    since: datetime
    answered_after: int
    """Days until somebody at the clinic decides; 0: never."""
    reminded: bool = False
    escalated: bool = False
    nobody_told: bool = False


@dataclass(slots=True)
class Asked:
    """A recertification of a clinic that goes on."""

    clinic: int
    due: datetime
    unanswered: set[int]
    """Account ids."""
    heeds: bool
    """Whether anybody at the clinic ever answers."""
    told: set[str] = field(default_factory=set)
    last_told: datetime | None = None


@dataclass(slots=True)
class Rounds:
    """All recertifications: those that go on, by clinic, and when the newest of each clinic was opened."""

    open: dict[int, Asked] = field(default_factory=dict)
    newest: dict[int, datetime] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)


Expected = Counter[tuple[str, int, date]]
# The others are the clock's: a new letter of it wants its rule below.
WRITTEN_BY_ACTS = {
    *("confirm_email", "confirm_moved", "confirm_appointed", "confirm_new_address"),
    *("application_waiting", "attested", "declined", "reminder", "question", "answered", "attest_anew"),
    *("address_change_asked", "address_changed", "address_kept", "address_objected"),
    *("appointed", "nomination_waits", "nomination_declined", "grant_changed", "grant_revoked", "left"),
    *("suspended", "reinstated", "administrator_suspended", "claim", "account_moved", "hsa_id_disputed"),
    "data_queries",  # by the clock, of what the office asks
    *("substitute_proposed", "substitute_confirmed", "substitute_declined", "administrator_appointed"),
    *("outlier_asked", "system_proposed"),
}


def moment(day: int, *, hour: int = 9) -> datetime:
    return datetime.combine(FIRST + timedelta(days=day), time(hour), tzinfo=HERE).astimezone(UTC)


def months_after(start: datetime, months: int) -> datetime:
    here = start.astimezone(HERE)
    year, month = divmod(here.month - 1 + months, 12)
    last = calendar.monthrange(here.year + year, month + 1)[1]
    return here.replace(year=here.year + year, month=month + 1, day=min(here.day, last))


def days_after(start: datetime, days: int) -> datetime:
    return start.astimezone(HERE) + timedelta(days=days)


def look_at_tables() -> None:
    """What autovacuum does in a year, and cannot do in one transaction: without it the planner takes each table for as
    small as it was at first, and the year lasts an hour."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# In one worker with the few tests of the backup: pytest-xdist gives a worker with one or two tests left the next group,
# which would have to wait for the year.
@pytest.mark.xdist_group("backup")
@pytest.mark.django_db
@pytest.mark.timeout(1800)
def test_after_a_year_every_letter_was_written_once_and_nobody_has_access_who_should_not() -> None:
    chance = random.Random(20261201)
    office, people, clinics = a_country(chance)
    wishes: list[Wish] = []
    expected: Expected = Counter()
    rounds = Rounds()

    for day in range(DAYS):
        at = moment(day)
        come(chance, people, day, at)
        wishes.extend(apply(chance, people, clinics, at))
        decide(chance, wishes, people, at)
        recertify(chance, expected, rounds, office, people, at)
        for name in DUE:
            running.run(name, at=at)
        tell(expected, office, people, wishes, at)
        tell_of_silence(expected, rounds, office, people, at)
        tell_of_rounds(expected, rounds, office, people, at)
        tell_of_reminders(expected, rounds, office, people, at)
        if day % 7 == 0:
            look_at_tables()
        if day % 30 == 0:
            assert [name for name in DUE if running.run(name, at=at)] == [], "a second run does nothing"

    kinds = {*LETTERS} - WRITTEN_BY_ACTS
    written = Counter(
        (kind, about or 0, created.astimezone(HERE).date())
        for kind, about, created in Letter.objects.filter(kind__in=kinds).values_list(
            "kind", "about_account_id", "created_at"
        )
    )
    assert written - expected == Counter(), "letters too many"
    assert expected - written == Counter(), "letters missing"
    assert {kind for kind, _, _ in written} == kinds or not IS_WHOLE, "the year had some of each"

    end = moment(DAYS - 1)
    for person in people.values():
        is_in = bool(seats_of(account_id=person.id, at=end)) and person.state == "confirmed"
        account = Account.objects.get(id=person.id)
        assert account.state == person.state, person
        if is_in:
            assert person.ends is not None
            assert person.ends > end
            assert person.unused is not None
            assert months_after(person.unused, 9 if person.came else 3) > end, person
    assert set(rounds.outcomes) == {"kept", "ended", "silent", "overtaken"} or not IS_WHOLE, "the year had some of each"
    found = RecertificationLine.objects.exclude(state=LineState.UNANSWERED)
    assert Counter(found.values_list("state", flat=True)) == rounds.outcomes
    here = Recertification.objects.filter(closed_at=None)
    assert set(here.values_list("clinic_id", flat=True)) == set(rounds.open)
    for clinic, since in rounds.newest.items():
        assert months_after(since, 7) > end or not who_works(people, clinic, end), "each clinic is asked in time"
    for asked in rounds.open.values():
        assert asked.due > end, "nobody whom nobody answered for has kept a right beyond the time"
    waiting = set(Application.objects.filter(state=ApplicationState.WAITING).values_list("id", flat=True))
    assert waiting == {wish.id for wish in wishes}


# --- the country -----------------------------------------------------------------------------------


def a_country(chance: random.Random) -> tuple[int, dict[int, Person], list[int]]:
    """The account of the office, everybody else by account id, and the clinics."""
    begin = moment(-400)
    cast.clinics(begin)
    cast.appoint_by_program(cast.DORIS, Role.REGISTRY_OFFICE, at=moment(-1))
    office = cast.account_of(cast.DORIS).id
    Account.objects.filter(id=office).update(unused_since=moment(DAYS), logged_in_at=moment(DAYS))
    cast.bring_clinics([f"Sjukhus {n}" for n in range(CLINICS)], at=begin)
    clinics = [cast.clinic_id(f"infektion-{n}") for n in range(CLINICS)]
    people: dict[int, Person] = {}
    grants = []
    for number in range(PEOPLE):
        clinic = clinics[number % CLINICS]
        # Every fifth clinic has no administrator, others have one or two.
        administers = number < 2 * CLINICS and number % CLINICS % 5 != 0 and (number < CLINICS or number % 3 == 0)
        began = moment(-chance.randrange(1, 340))
        person = new_person(chance, number, clinic, administers=administers, confirmed=began)
        rhythm = person.rhythm
        if rhythm:
            person.unused, person.came = began + timedelta(hours=chance.randrange(1, 500)), True
        else:
            person.unused = began
        length = chance.choice([20, 300, 500, 720])
        person.grant_began, person.ends = began, moment(-30) + timedelta(days=length + chance.randrange(0, 300))
        role = Role.LOCAL_ADMINISTRATOR if administers else Role.REPORTER
        grants.append(grant_for(person, role))
        people[person.id] = person
    Grant.objects.bulk_create(grants)
    write_down(people.values())
    return office, people, clinics


def new_person(
    chance: random.Random, number: int, clinic: int, *, administers: bool = False, confirmed: datetime
) -> Person:
    account = Account.objects.create(
        hsa_id=f"SE2321009991-E{number:05}",
        given_name="Nils",
        surname=f"Nummer {number}",
        email=f"nils.{number}@regionnorrvik.se",
        state=AccountState.CONFIRMED,
        created_at=confirmed,
        confirmed_at=confirmed,
    )
    rhythm = chance.choice([3, 20, 60, 250]) if administers else chance.choice([0, 3, 20, 60, 120, 260, 290])
    leaves = chance.choice([DAYS, DAYS, DAYS, chance.randrange(DAYS)])
    return Person(account.id, clinic, administers, rhythm, leaves)


def grant_for(person: Person, role: Role) -> Grant:
    assert person.grant_began is not None
    assert person.ends is not None
    return Grant(
        account_id=person.id,
        role=role,
        clinic_id=person.clinic,
        sub_registries=["pneumoni"],
        begins_at=person.grant_began,
        ends_at=person.ends,
        decided_by_names="Sven Styrelse, Tove Tvåa",
    )


def write_down(people: object) -> None:
    some: list[Person] = list(people)  # type: ignore[call-overload]
    Account.objects.bulk_update(
        [Account(id=p.id, unused_since=p.unused, logged_in_at=p.unused if p.came else None) for p in some],
        ["unused_since", "logged_in_at"],
        batch_size=500,
    )


def come(chance: random.Random, people: dict[int, Person], day: int, at: datetime) -> None:
    """Those who log in today, an hour before the clock runs."""
    then, here = at - timedelta(hours=1), []
    for person in people.values():
        may = person.state == "confirmed" and person.ends is not None and person.ends > at and day < person.leaves
        if may and person.rhythm and chance.random() < 1 / person.rhythm:
            person.unused, person.came = then, True
            here.append(person.id)
    Account.objects.filter(id__in=here).update(unused_since=then, logged_in_at=then)


def apply(chance: random.Random, people: dict[int, Person], clinics: list[int], at: datetime) -> list[Wish]:
    """New people apply, up to six a day, and confirm their address at once."""
    made = []
    for _ in range(chance.randrange(7)):
        since = at - timedelta(hours=chance.randrange(1, 20), minutes=7)
        clinic = chance.choice(clinics)
        person = new_person(chance, len(people), clinic, confirmed=since)
        people[person.id] = person
        row = Application.objects.create(
            account_id=person.id, clinic_id=clinic, role=Role.REPORTER, sub_registries=["pneumoni"], applied_at=since
        )
        made.append(Wish(row.id, person.id, clinic, since, chance.choice([0, 0, 1, 2, 5, 10, 40])))
    return made


def decide(chance: random.Random, wishes: list[Wish], people: dict[int, Person], at: datetime) -> None:
    """Administrators attest what it is time for, an hour before the clock runs; where there are none, nobody does."""
    administrators = [p for p in people.values() if p.administers]
    for wish in [w for w in wishes if w.answered_after and days_after(w.since, w.answered_after) <= at]:
        attesters = [p for p in administrators if attests(p, wish.clinic, at)]
        if not attesters:
            continue
        then = at - timedelta(hours=1)
        Application.objects.filter(id=wish.id).update(
            state=ApplicationState.ATTESTED, decided_at=then, decided_by_id=attesters[0].id
        )
        person = people[wish.person]
        person.grant_began, person.ends = then, months_after(then, chance.choice([1, 6, 24]))
        if not person.came:
            person.unused = then
        grant_for(person, Role.REPORTER).save()
        Account.objects.filter(id=person.id).update(unused_since=person.unused)
        wishes.remove(wish)


def attests(person: Person, clinic: int, at: datetime) -> bool:
    living = person.ends is not None and person.ends > at and person.state == "confirmed"
    return person.administers and person.clinic == clinic and living


def recertify(
    chance: random.Random,
    expected: Expected,
    rounds: Rounds,
    office: int,
    people: dict[int, Person],
    at: datetime,
) -> None:
    """Administrators answer for some, an hour before the clock runs; the office for those that nobody there can."""
    then = at - timedelta(hours=1)
    today = at.astimezone(HERE).date()
    for asked in list(rounds.open.values()):
        if not asked.heeds:
            continue
        here = [p.id for p in people.values() if attests(p, asked.clinic, then)]
        who = [(person, asked.unanswered) for person in here] + [(office, of_the_office(asked, here))]
        for answerer, theirs in who:
            # Some days somebody sits down and answers for some; the rest stays for another day.
            if chance.random() > 0.15:
                continue
            lines = RecertificationLine.objects.filter(state=LineState.UNANSWERED, account_id__in=theirs)
            answers = {}
            for line_id, person_id in lines.order_by("id").values_list("id", "account_id"):
                living = people[person_id].ends
                if person_id != answerer and living is not None and living > then and chance.random() < 0.6:
                    may_end = answerer == office or not people[person_id].administers
                    ends = may_end and chance.random() < 0.05
                    answers[line_id] = (person_id, LineAnswer.END if ends else LineAnswer.KEEP)
            given = {line_id: what for line_id, (_, what) in answers.items()}
            actor = an_actor(answerer, None if answerer == office else asked.clinic, then)
            if given:
                whole = Recertification.objects.get(clinic_id=asked.clinic, closed_at=None)
                results = answer_many(recertification_id=whole.id, answers=given, actor=actor, at=then)
                assert {result.refusal for result in results} == {None}
            for person_id, what in answers.values():
                asked.unanswered.discard(person_id)
                rounds.outcomes["kept" if what is LineAnswer.KEEP else "ended"] += 1
                if what is LineAnswer.END:
                    people[person_id].ends = then
                    expected["recertification_ended", person_id, today] += 1
            if not asked.unanswered:
                del rounds.open[asked.clinic]
                break


def an_actor(account_id: int, clinic: int | None, at: datetime) -> Actor:
    """As a login would make it: a year of logins would take long."""
    role = Role.LOCAL_ADMINISTRATOR if clinic else Role.REGISTRY_OFFICE
    seat = Assignment(
        grant_id=0,
        grant_ids=frozenset({0}),
        clinic_id=clinic,
        clinic_name="",
        care_provider_id=None,
        organisation_number="",
        roles=frozenset({role}),
        rights=frozenset(),
        ends_at=at + timedelta(days=1),
    )
    return Actor(
        account_id=account_id,
        hsa_id=HsaId(f"SE2321009991-A{account_id}"),
        name="Nils",
        email=EmailAddress("nils@regionnorrvik.example"),
        seat=seat,
        seats=(seat,),
        session_id=0,
        card_read_at=at,
        network=None,
    )


# --- the rules, told once more ---------------------------------------------------------------------


def tell(expected: Expected, office: int, people: dict[int, Person], wishes: list[Wish], at: datetime) -> None:
    today = at.astimezone(HERE).date()
    attesters: dict[int, list[int]] = defaultdict(list)
    for person in people.values():
        if person.administers and attests(person, person.clinic, at):
            attesters[person.clinic].append(person.id)
    for wish in list(wishes):
        if days_after(wish.since, 90) <= at:
            wishes.remove(wish)
            expected["lapsed", wish.person, today] += 1
    waits: dict[int, int] = defaultdict(int)
    for wish in wishes:
        here = attesters[wish.clinic]
        if not here and not wish.escalated and not wish.nobody_told:
            wish.nobody_told = True
            expected["application_escalated", office, today] += 1
        elif here and not wish.escalated and days_after(wish.since, 7) <= at:
            wish.escalated = True
            expected["application_late", office, today] += 1
        if not wish.reminded and here and days_after(wish.since, 3) <= at:
            wish.reminded = True
            for administrator in here:
                expected["still_waiting", administrator, today] += 1
        if wish.since.astimezone(HERE).date() < today:
            for administrator in here:
                waits[administrator] += 1
    if today.weekday() < 5:
        for administrator in waits:
            expected["digest", administrator, today] += 1
    for person in people.values():
        if person.state == "confirmed":
            tell_of_use(expected, person, at)
    for person in people.values():
        if person.state == "confirmed":
            tell_of_end(expected, person, at)


def tell_of_use(expected: Expected, person: Person, at: datetime) -> None:
    if person.unused is None:
        return
    today = at.astimezone(HERE).date()
    until = months_after(person.unused, 9 if person.came else 3)
    if person.warned_for != person.unused:
        if days_after(until, -14) <= at:
            person.warned_for, person.warned_at = person.unused, at
            expected["suspension_near", person.id, today] += 1
    elif until <= at and person.warned_at is not None and days_after(person.warned_at, 14) <= at:
        person.state = "suspended"
        expected["suspended_unused", person.id, today] += 1


def tell_of_end(expected: Expected, person: Person, at: datetime) -> None:
    if person.ends is None or person.grant_began is None or person.ends <= at:
        return
    today = at.astimezone(HERE).date()
    if days_after(at, 7) >= person.ends:
        which = "last"
    elif days_after(at, 30) >= person.ends and days_after(person.grant_began, 30) <= person.ends:
        which = "first"
    else:
        return
    if which not in person.told_of_end:
        person.told_of_end.add(which)
        expected["grant_ends", person.id, today] += 1


def who_works(people: dict[int, Person], clinic: int, at: datetime) -> list[Person]:
    """Anyone who has a right at the clinic, whether or not they can use it."""
    return [p for p in people.values() if p.clinic == clinic and p.ends is not None and p.ends > at]


def of_the_office(asked: Asked, here: list[int]) -> set[int]:
    """Of those who are not answered for: whom nobody of `here` can answer for."""
    return {person for person in asked.unanswered if not set(here) - {person}}


def tell_of_silence(expected: Expected, rounds: Rounds, office: int, people: dict[int, Person], at: datetime) -> None:
    today = at.astimezone(HERE).date()
    for asked in list(rounds.open.values()):
        counts = asked.due <= at and asked.last_told is not None and days_after(asked.last_told, 3) <= at
        silent = False
        for person in [people[person_id] for person_id in sorted(asked.unanswered)]:
            if person.ends is None or person.ends <= at:
                rounds.outcomes["overtaken"] += 1
            elif counts:
                person.ends, silent = at, True
                rounds.outcomes["silent"] += 1
                expected["recertification_silent", person.id, today] += 1
            else:
                continue
            asked.unanswered.discard(person.id)
        if not asked.unanswered:
            del rounds.open[asked.clinic]
            if silent:
                for told in [p.id for p in people.values() if attests(p, asked.clinic, at)] + [office]:
                    expected["recertification_closed", told, today] += 1


def tell_of_rounds(expected: Expected, rounds: Rounds, office: int, people: dict[int, Person], at: datetime) -> None:
    today = at.astimezone(HERE).date()
    for clinic in sorted({p.clinic for p in people.values()} - set(rounds.open)):
        there = who_works(people, clinic, at)
        if not there:
            continue
        oldest = min(p.grant_began for p in there if p.grant_began is not None)
        if months_after(max(oldest, rounds.newest.get(clinic, oldest)), 6) > at:
            continue
        due = datetime.combine(today + timedelta(days=31), time(), tzinfo=HERE)
        asked = Asked(clinic, due, {p.id for p in there}, heeds=clinic % 7 != 0)
        rounds.open[clinic], rounds.newest[clinic] = asked, at
        here = [p.id for p in people.values() if attests(p, clinic, at)]
        for administrator in here:
            if asked.unanswered - {administrator}:
                expected["recertification_opened", administrator, today] += 1
        tell_the_office(expected, asked, office, here, today)


def tell_the_office(expected: Expected, asked: Asked, office: int, here: list[int], today: date) -> None:
    occasion = "own" if here else "nobody"
    if of_the_office(asked, here) and occasion not in asked.told:
        asked.told.add(occasion)
        expected["recertification_office", office, today] += 1


def tell_of_reminders(expected: Expected, rounds: Rounds, office: int, people: dict[int, Person], at: datetime) -> None:
    today = at.astimezone(HERE).date()
    for asked in rounds.open.values():
        here = [p.id for p in people.values() if attests(p, asked.clinic, at)]
        tell_the_office(expected, asked, office, here, today)
        which = "last" if days_after(at, 3) >= asked.due else "first" if days_after(at, 14) >= asked.due else ""
        if not which or which in asked.told:
            continue
        asked.told.add(which)
        for administrator in here:
            if asked.unanswered - {administrator}:
                expected["recertification_reminder", administrator, today] += 1
        if of_the_office(asked, here):
            expected["recertification_office", office, today] += 1
        if which == "last":
            asked.last_told = at
            for person_id in asked.unanswered:
                expected["recertification_near", person_id, today] += 1
