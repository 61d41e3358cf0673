"""Roles, what they may do, where they sit, and which exclude each other. Pure tables."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    REPORTER = "reporter"
    READER = "reader"
    REPORT_READER = "report_reader"
    IMPORTER = "importer"
    SYSTEM = "system"
    """A record system that brings files in, never a person: see `access.systems`."""
    EXPORT_SYSTEM = "export_system"
    """A system that takes files out, never a person, nor one that brings files in."""
    EXPORTER = "exporter"
    LOCAL_ADMINISTRATOR = "local_administrator"
    REGISTRY_OFFICE = "registry_office"
    LOG_REVIEWER = "log_reviewer"
    SUPPORT = "support"
    CASE_HANDLER = "case_handler"


class Permission(StrEnum):
    WORK = "work"  # sit at the start page as this role
    ATTEST = "attest"  # decide about applications
    APPOINT = "appoint"  # make local administrators, see clinics and escalations
    MANAGE_PEOPLE = "manage_people"  # change, revoke, suspend; never oneself
    READ_RECORDS = "read_records"  # patients and episodes of the own care provider
    REPORT = "report"  # write and sign them at the own clinic
    IMPORT = "import"  # what they would write, out of files of other systems
    EXPORT = "export"  # take the episodes of the own clinic out in a file
    READ_REPORTS = "read_reports"  # figures of the own clinic and of others; nobody is named in them
    HANDLE_CASES = "handle_cases"  # extracts, opting out, numbers; by exact number and case number only
    READ_LOG = "read_log"
    DECIDE_LIMITS = "decide_limits"  # the time limits of rights and accounts
    PUBLISH = "publish"  # decide which indicators all may see
    ASK_CLINICS = "ask_clinics"  # about an answer, by the episode's system id; no patients are shown
    FOLLOW_UP_OUTLIERS = "follow_up_outliers"  # ask clinics why a figure of theirs is not what chance gives
    ANSWER_OUTLIERS = "answer_outliers"  # answer that for the own clinic
    KEEP_INCIDENTS = "keep_incidents"  # the register of personal data incidents; no patients in it
    HELP = "help"  # find any account, see what became of it and its letters; no rights, no patients


# What a person may ask for when registering; the other roles are given by appointment.
ROLES_TO_APPLY_FOR = (Role.REPORTER, Role.READER, Role.REPORT_READER, Role.IMPORTER, Role.EXPORTER)
ROLES_OF_SYSTEMS = (Role.SYSTEM, Role.EXPORT_SYSTEM)
ROLES_AT_A_CLINIC = frozenset({*ROLES_TO_APPLY_FOR, *ROLES_OF_SYSTEMS, Role.LOCAL_ADMINISTRATOR})
ROLES_OF_THE_OFFICE = frozenset({Role.REGISTRY_OFFICE, Role.LOG_REVIEWER, Role.SUPPORT, Role.CASE_HANDLER})
# They read what the office must not: one at the office proposes a person, another confirms.
ROLES_TO_NOMINATE = (Role.LOG_REVIEWER, Role.CASE_HANDLER)
READS_PATIENTS_OR_THE_LOG = frozenset({Role.REPORTER, Role.READER, Role.IMPORTER, Role.EXPORTER, *ROLES_TO_NOMINATE})


def apart_from(role: Role) -> frozenset[Role]:
    """What nobody with this role is at the same time: the registry office reads neither patients nor the log."""
    if role is Role.REGISTRY_OFFICE:
        return READS_PATIENTS_OR_THE_LOG
    return frozenset({Role.REGISTRY_OFFICE}) if role in READS_PATIENTS_OR_THE_LOG else frozenset()


def reads_more(role: Role, than: Role) -> bool:
    """Whether a user at a clinic sees or does more with patients as `role`."""
    return not MAY[role] <= MAY[than]


MAY: dict[Role, frozenset[Permission]] = {
    Role.REPORTER: frozenset(
        {Permission.WORK, Permission.READ_REPORTS, Permission.READ_RECORDS, Permission.REPORT},
    ),
    Role.IMPORTER: frozenset(
        {Permission.WORK, Permission.READ_REPORTS, Permission.READ_RECORDS, Permission.REPORT, Permission.IMPORT},
    ),
    # It meets what is there only where a row of its files does: no page takes a system.
    Role.SYSTEM: frozenset({Permission.READ_RECORDS, Permission.REPORT, Permission.IMPORT}),
    Role.EXPORT_SYSTEM: frozenset({Permission.READ_RECORDS, Permission.EXPORT}),
    Role.READER: frozenset({Permission.WORK, Permission.READ_REPORTS, Permission.READ_RECORDS}),
    Role.EXPORTER: frozenset(
        {Permission.WORK, Permission.READ_REPORTS, Permission.READ_RECORDS, Permission.EXPORT},
    ),
    Role.REPORT_READER: frozenset({Permission.WORK, Permission.READ_REPORTS}),
    Role.LOCAL_ADMINISTRATOR: frozenset(
        {
            Permission.WORK,
            Permission.READ_REPORTS,
            Permission.ANSWER_OUTLIERS,
            Permission.ATTEST,
            Permission.MANAGE_PEOPLE,
        }
    ),
    Role.REGISTRY_OFFICE: frozenset(
        {
            Permission.WORK,
            Permission.ATTEST,
            Permission.MANAGE_PEOPLE,
            Permission.APPOINT,
            Permission.DECIDE_LIMITS,
            Permission.PUBLISH,
            Permission.ASK_CLINICS,
            Permission.FOLLOW_UP_OUTLIERS,
            Permission.KEEP_INCIDENTS,
            Permission.HELP,
        }
    ),
    Role.LOG_REVIEWER: frozenset({Permission.WORK, Permission.READ_LOG}),
    Role.SUPPORT: frozenset({Permission.WORK, Permission.HELP}),
    Role.CASE_HANDLER: frozenset({Permission.WORK, Permission.HANDLE_CASES}),
}
