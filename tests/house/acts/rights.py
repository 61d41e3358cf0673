"""Rights: asked for, given, kept and taken back, and what the office decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registret.access.applications import application_notes, applying, attesting
from registret.access.grants import participation
from registret.access.models import RecertificationLine
from registret.access.roles import Role
from registret.access.staff import nominating, substitutes
from registret.access.staff.appointing import appoint_local_administrator
from registret.access.staff.changing_grants import change_grant, revoke_grant
from registret.access.staff.dismissing import dismiss_by_program
from registret.access.staff.people import GrantRow, person_of
from registret.access.staff.recertification.answering import LineAnswer, answer
from registret.access.staff.recertification.opening import start
from registret.access.staff.recertification.rows import outcome_of
from registret.access.systems.appointing import confirm_system, remove_key
from registret.chores import running
from registret.kernel.by import By
from registret.kernel.identifiers import HsaId
from registret.reports.publishing import decide_publication
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.services import decide
from tests import cast
from tests.cast import ANNA, BERTIL, DORIS, ERIK, INGRID, KARIN, Person
from tests.house.acts.told import HENRIK, LISA, Act, Told
from tests.rooms.access.scene import LAST_DAY, attested, declined
from tests.rooms.access.systems import Journal, proposed
from tests.rooms.records.scene import DAY, NOW, Ward

TWO = ("Sven Styrelse", "Tove Tvåa")


def id_of(who: Person) -> int:
    return cast.account_of(who).id


# --- applications ----------------------------------------------------------------------------------


def waiting(here: Ward) -> int:
    return cast.register(LISA, here.place.infection, at=NOW)


def about_lisa(by: Person, here: Ward, *, hsa_id: bool = True) -> Told:
    return Told(by=by, account=LISA, hsa_id=LISA.hsa_id if hsa_id else "", clinic=here.place.infection)


def applied(here: Ward) -> Told:
    waiting(here)
    return about_lisa(LISA, here, hsa_id=False)


def recommended(here: Ward) -> Told:
    """Nobody attests at the clinic for medicine, so two at the office do."""
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    attesting.recommend(
        application_id=cast.register(LISA, here.place.medicine, at=NOW),
        role=Role.REPORTER,
        sub_registries=["pneumoni"],
        last_day=LAST_DAY,
        actor=cast.actor(INGRID, at=NOW),
        at=NOW,
    )
    return Told(by=INGRID, account=LISA, hsa_id=LISA.hsa_id, clinic=here.place.medicine)


def given(here: Ward) -> Told:
    attested(waiting(here), by=KARIN)
    return about_lisa(KARIN, here)


def turned_down(here: Ward) -> Told:
    declined(waiting(here), by=KARIN)
    return about_lisa(KARIN, here)


def withdrawn(here: Ward) -> Told:
    waiting(here)
    applying.withdraw(account_id=id_of(LISA), by=LISA.by, at=NOW)
    return about_lisa(LISA, here, hsa_id=False)


def lapsed(here: Ward) -> Told:
    waiting(here)
    running.run("lapse", at=NOW + 90 * DAY)
    return replace(about_lisa(LISA, here), by=None, program="clock")


def escalated(here: Ward) -> Told:
    waiting(here)
    running.run("escalate", at=NOW + 7 * DAY)
    return replace(about_lisa(LISA, here), by=None, program="clock")


def taken(here: Ward) -> Told:
    application_notes.take_on(application_id=waiting(here), actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_lisa(BERTIL, here)


def put_back(here: Ward) -> Told:
    application = waiting(here)
    application_notes.take_on(application_id=application, actor=cast.actor(BERTIL, at=NOW), at=NOW)
    application_notes.put_back(application_id=application, actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_lisa(BERTIL, here)


def noted(here: Ward) -> Told:
    application_notes.write_note(application_id=waiting(here), text="Ring", actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_lisa(BERTIL, here)


def asked(here: Ward) -> Told:
    application_notes.ask(
        application_id=waiting(here), text="Vilken avdelning?", actor=cast.actor(BERTIL, at=NOW), at=NOW
    )
    return about_lisa(BERTIL, here)


def answered(here: Ward) -> Told:
    asked(here)
    application_notes.answer(account_id=id_of(LISA), text="Avdelning 3", by=LISA.by, at=NOW)
    return about_lisa(LISA, here, hsa_id=False)


def reminded(here: Ward) -> Told:
    waiting(here)
    applying.remind(account_id=id_of(LISA), by=LISA.by, at=NOW)
    return about_lisa(LISA, here, hsa_id=False)


def forgotten(here: Ward) -> Told:
    declined(waiting(here))
    running.run("forget-applications", at=NOW + 366 * DAY)
    return Told(program="clock")


# --- grants ----------------------------------------------------------------------------------------


def annas_right(here: Ward) -> GrantRow:
    return person_of(actor=here.bertil, account_id=id_of(ANNA), at=NOW).grants[0]


def appointed(here: Ward) -> Told:
    appoint_local_administrator(
        hsa_id=HsaId.parse(HENRIK.hsa_id),
        given_name="Henrik",
        surname="Vall",
        email=HENRIK.email,
        clinic_id=here.place.sydvik,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    return Told(by=DORIS, account=HENRIK, hsa_id=HENRIK.hsa_id, clinic=here.place.sydvik)


def dismissed(here: Ward) -> Told:
    dismiss_by_program(
        hsa_id=HsaId.parse(ERIK.hsa_id),
        role=Role.LOG_REVIEWER,
        reason="slutat",
        decided_by=TWO,
        by=By.of_program("dismiss"),
        at=NOW,
    )
    return Told(program="dismiss", account=ERIK, hsa_id=ERIK.hsa_id)


def changed(here: Ward) -> Told:
    change_grant(
        grant_id=annas_right(here).id,
        role=Role.READER,
        sub_registries=["pneumoni"],
        last_day=LAST_DAY,
        actor=cast.actor(KARIN, at=NOW),
        at=NOW,
    )
    return Told(by=KARIN, account=ANNA, clinic=here.place.infection)


def revoked(here: Ward) -> Told:
    revoke_grant(grant_id=annas_right(here).id, reason="slutat", actor=cast.actor(KARIN, at=NOW), at=NOW)
    return Told(by=KARIN, account=ANNA, clinic=here.place.infection)


# --- recertification -------------------------------------------------------------------------------


def open_recertification(here: Ward) -> int:
    """By Doris, out of turn."""
    doris = cast.actor(DORIS, at=NOW)
    return start(clinic_id=here.place.infection, reason="Ny chef", actor=doris, at=NOW)


def recertification_opened(here: Ward) -> Told:
    open_recertification(here)
    return Told(by=DORIS, clinic=here.place.infection)


def keep(line: RecertificationLine, *, by: Person) -> None:
    answer(line_id=line.id, answer=LineAnswer.KEEP, actor=cast.actor(by, at=NOW), at=NOW)


def recertified(here: Ward) -> Told:
    keep(RecertificationLine.objects.get(recertification=open_recertification(here), account_id=id_of(ANNA)), by=BERTIL)
    return Told(by=BERTIL, account=ANNA, clinic=here.place.infection)


def finish(here: Ward) -> int:
    """Bertil's own right is the last one, and Karin keeps it."""
    whole = open_recertification(here)
    lines = RecertificationLine.objects.filter(recertification=whole)
    for line in lines.exclude(account_id=id_of(BERTIL)):
        keep(line, by=BERTIL)
    keep(lines.get(account_id=id_of(BERTIL)), by=KARIN)
    return whole


def recertification_closed(here: Ward) -> Told:
    finish(here)
    return Told(by=KARIN, clinic=here.place.infection)


def recertification_exported(here: Ward) -> Told:
    outcome_of(actor=here.bertil, recertification_id=finish(here), at=NOW)
    return Told(by=BERTIL, clinic=here.place.infection)


# --- proposed by one, confirmed by another ---------------------------------------------------------


def proposal(here: Ward) -> int:
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    return substitutes.propose(
        account_id=id_of(ANNA), first_day=first, last_day=last, actor=cast.actor(BERTIL, at=NOW), at=NOW
    )


def about_substitute(by: Person, here: Ward) -> Told:
    return Told(by=by, account=ANNA, clinic=here.place.infection)


def substitute_proposed(here: Ward) -> Told:
    proposal(here)
    return about_substitute(BERTIL, here)


def substitute_confirmed(here: Ward) -> Told:
    substitutes.confirm(substitution_id=proposal(here), actor=cast.actor(KARIN, at=NOW), at=NOW)
    return about_substitute(KARIN, here)


def substitute_declined(here: Ward) -> Told:
    substitutes.decline(substitution_id=proposal(here), reason="nej", actor=cast.actor(KARIN, at=NOW), at=NOW)
    return about_substitute(KARIN, here)


def substitute_withdrawn(here: Ward) -> Told:
    substitutes.withdraw_proposal(substitution_id=proposal(here), actor=cast.actor(BERTIL, at=NOW), at=NOW)
    return about_substitute(BERTIL, here)


def nominate() -> int:
    """By Doris; Ingrid can confirm."""
    cast.appoint_by_program(INGRID, Role.REGISTRY_OFFICE, at=NOW - DAY)
    return nominating.nominate(
        hsa_id=HsaId.parse(HENRIK.hsa_id),
        given_name="Henrik",
        surname="Vall",
        email=HENRIK.email,
        role=Role.CASE_HANDLER,
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )


def nominated(here: Ward) -> Told:
    nominate()
    return Told(by=DORIS, hsa_id=HENRIK.hsa_id)


def nomination_confirmed(here: Ward) -> Told:
    nominating.confirm(nomination_id=nominate(), actor=cast.actor(INGRID, at=NOW), at=NOW)
    return Told(by=INGRID, hsa_id=HENRIK.hsa_id)


def nomination_declined(here: Ward) -> Told:
    nominating.decline(nomination_id=nominate(), reason="Okänd", actor=cast.actor(INGRID, at=NOW), at=NOW)
    return Told(by=INGRID, hsa_id=HENRIK.hsa_id)


def nomination_withdrawn(here: Ward) -> Told:
    nominating.withdraw_nomination(nomination_id=nominate(), actor=cast.actor(DORIS, at=NOW), at=NOW)
    return Told(by=DORIS, hsa_id=HENRIK.hsa_id)


def system_proposed(here: Ward) -> Told:
    proposed(Journal(), at=NOW)
    return Told(by=BERTIL, clinic=here.place.infection)


def system_confirmed(here: Ward) -> Told:
    account_id = confirm_system(key_id=proposed(Journal(), at=NOW), actor=cast.actor(KARIN, at=NOW), at=NOW)
    return Told(by=KARIN, account=account_id, clinic=here.place.infection)


def system_key_removed(here: Ward) -> Told:
    remove_key(key_id=proposed(Journal(), at=NOW), actor=cast.actor(KARIN, at=NOW), at=NOW)
    return Told(by=KARIN, clinic=here.place.infection)


# --- decisions of the office -----------------------------------------------------------------------


def participation_decided(here: Ward) -> Told:
    participation.decide(
        clinic_id=here.place.infection,
        sub_registry="pneumoni",
        takes_part=False,
        reason="Avtalet är uppsagt",
        actor=cast.actor(DORIS, at=NOW),
        at=NOW,
    )
    return Told(by=DORIS, clinic=here.place.infection)


def limit_decided(here: Ward) -> Told:
    by = cast.actor(DORIS, at=NOW).by
    decide(limit=TimeLimit.LAPSE, number=60, reason="Färre ska falla bort", by=by, at=NOW)
    return Told(by=DORIS)


def publication_decided(here: Ward) -> Told:
    by = cast.actor(DORIS, at=NOW).by
    decide_publication(subject="pneumoni.crp", is_published=True, reason="Alla får se den", by=by, at=NOW)
    return Told(by=DORIS)


ACTS: dict[str, Act] = {
    "application.made": applied,
    "application.recommended": recommended,
    "application.attest": given,
    "application.decline": turned_down,
    "application.withdraw": withdrawn,
    "application.lapse": lapsed,
    "application.escalated": escalated,
    "application.taken": taken,
    "application.put_back": put_back,
    "application.noted": noted,
    "application.asked": asked,
    "application.answered": answered,
    "application.reminded": reminded,
    "data.forgotten": forgotten,
    "grant.appointed": appointed,
    "grant.dismissed": dismissed,
    "grant.changed": changed,
    "grant.revoked": revoked,
    "grant.recertified": recertified,
    "recertification.opened": recertification_opened,
    "recertification.closed": recertification_closed,
    "recertification.exported": recertification_exported,
    "system.proposed": system_proposed,
    "system.confirmed": system_confirmed,
    "system.key_removed": system_key_removed,
    "substitute.proposed": substitute_proposed,
    "substitute.confirm": substitute_confirmed,
    "substitute.decline": substitute_declined,
    "substitute.withdraw": substitute_withdrawn,
    "nomination.proposed": nominated,
    "nomination.confirm": nomination_confirmed,
    "nomination.decline": nomination_declined,
    "nomination.withdraw": nomination_withdrawn,
    "participation.decided": participation_decided,
    "limit.decided": limit_decided,
    "publication.decided": publication_decided,
}
