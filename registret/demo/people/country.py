"""A running country, brought into the database through the real services only: who works there, and who waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import transaction

from registret.access.roles import Role
from registret.accounts.queries import living_account
from registret.demo.people import cast, journal_x, left_out, office
from registret.demo.people.patients import registrations
from registret.demo.people.story import Story
from registret.kernel.identifiers import HsaId


def is_there() -> bool:
    """Whether the country has been furnished."""
    return living_account(hsa_id=HsaId(cast.DORIS.hsa_id)) is not None


@transaction.atomic
def furnish(*, cards: Path, at: datetime) -> None:
    """Clinics, people at work and people who wait, over the half year before `at`; all of it or nothing.

    `cards` is the folder of the cast's cards, which the door must believe. Anna is not there: she is the newcomer.
    """
    story = Story(cards=cards, now=at, to_report=registrations(now=at))
    _the_half_year(story)
    _the_last_week(story)


def _the_half_year(story: Story) -> None:
    story.open_country(ago=timedelta(140))
    story.appoint_by_program(cast.DORIS, Role.REGISTRY_OFFICE, ago=timedelta(140))
    story.appoint_by_program(cast.INGRID, Role.REGISTRY_OFFICE, ago=timedelta(140))
    story.appoint_by_program(cast.ERIK, Role.LOG_REVIEWER, ago=timedelta(140))
    story.appoint_local_administrator(cast.BERTIL, cast.INFECTION, ago=timedelta(139))
    story.appoint_local_administrator(cast.KARIN, cast.INFECTION, ago=timedelta(139))
    story.appoint_local_administrator(cast.CECILIA, cast.SYDVIK, ago=timedelta(139))
    story.register(cast.NADIA, cast.INFECTION, "Registrerar pneumoni och sepsis.", closed=True, ago=timedelta(132))
    story.attest(cast.NADIA, cast.BERTIL, ago=timedelta(131))
    story.report(cast.NADIA, until=timedelta(29))
    story.do(left_out.count, by=cast.NADIA, ago=timedelta(29))
    story.do(office.set_time_limit, ago=timedelta(28))
    story.do(office.publish, ago=timedelta(27))
    story.appoint_support(cast.SAMIR, ago=timedelta(26))
    story.register(cast.TOVE, cast.INFECTION, "ST-läkare på avdelning 11.", ago=timedelta(24))
    story.attest(cast.TOVE, cast.KARIN, ago=timedelta(23))
    story.register(cast.SIXTEN, cast.INFECTION, "Läser inför kvalitetsronden.", role=Role.READER, ago=timedelta(22))
    story.attest(cast.SIXTEN, cast.BERTIL, ago=timedelta(21))
    story.apply(cast.SIXTEN, cast.INFECTION, "Tar fram underlag till ronden.", role=Role.EXPORTER, ago=timedelta(20.5))
    story.attest(cast.SIXTEN, cast.BERTIL, ago=timedelta(20.2))
    story.register(cast.LOVA, cast.INFECTION, "Läser in ur Journal X.", role=Role.IMPORTER, ago=timedelta(18.5))
    story.attest(cast.LOVA, cast.KARIN, ago=timedelta(18.2))
    story.at_work(cast.LOVA, ago=timedelta(18.1))
    story.do(journal_x.save, by=cast.LOVA, ago=timedelta(18))
    story.report(cast.NADIA, until=timedelta(10.1))
    story.register(cast.ASTRID, cast.INFECTION, "Verksamhetschef.", role=Role.REPORT_READER, ago=timedelta(10))
    story.attest(cast.ASTRID, cast.BERTIL, ago=timedelta(9.5))
    # At Medicinkliniken nobody attests, so the registry office does.
    story.apply(cast.TOVE, cast.MEDICINE, "Konsult där på torsdagar.", role=Role.READER, ago=timedelta(9))
    story.attest(cast.TOVE, cast.DORIS, ago=timedelta(8.5))
    story.register(cast.MOA, cast.MEDICINE, "Läkare på medicinkliniken sedan i våras.", ago=timedelta(8.2))
    story.register(cast.YUSUF, cast.SYDVIK, "Forskningssjuksköterska.", ago=timedelta(8))


def _the_last_week(story: Story) -> None:
    story.nominate(cast.HENRIK, Role.CASE_HANDLER, cast.DORIS, ago=timedelta(6))
    story.confirm_nomination(cast.HENRIK, cast.INGRID, ago=timedelta(5))
    story.nominate(cast.MAJ, Role.CASE_HANDLER, cast.INGRID, ago=timedelta(4.8))
    story.confirm_nomination(cast.MAJ, cast.DORIS, ago=timedelta(4.6))
    story.prepare_disclosure(cast.HENRIK, ago=timedelta(4.4))
    story.register(cast.PER_OLOF, cast.INFECTION, "Ny ST-läkare på avdelning 12.", ago=timedelta(4))
    # With Per-Olof's there are two to attest at once.
    story.apply(cast.SIXTEN, cast.INFECTION, "Ska börja registrera.", role=Role.REPORTER, ago=timedelta(3.5))
    story.propose_substitute(cast.TOVE, cast.BERTIL, days=range(21), ago=timedelta(3))
    story.confirm_substitute(cast.TOVE, cast.KARIN, ago=timedelta(2.5))
    story.at_work(cast.TOVE, ago=timedelta(2.2))
    story.nominate(cast.GRETA, Role.LOG_REVIEWER, cast.INGRID, ago=timedelta(2))
    story.propose_substitute(cast.NADIA, cast.BERTIL, days=range(30, 44), ago=timedelta(1.5))
    story.ask_whether_all_still_work(cast.INFECTION, "Kliniken har fått en ny enhet.", ago=timedelta(1))
    story.draw_review(cast.ERIK, cast.INFECTION, since=timedelta(15), ago=timedelta(hours=22))
    story.report(cast.NADIA, until=timedelta())
    story.do(partial(office.ask_clinic, story.begun), ago=timedelta(hours=21))
    story.register(cast.ELIN, cast.INFECTION, "", confirms=False, ago=timedelta(hours=20))
