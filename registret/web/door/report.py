"""The report of *Kontrollera ditt kort* as plain values that can wait in the database. Never a personal number."""

from __future__ import annotations

from typing import Any

from registret.cards import CardReport


def report_facts(report: CardReport) -> dict[str, Any]:
    """`report` as JSON values; moments in ISO 8601, ages in whole minutes."""
    age = report.revocation_age
    return {
        "believed": report.believed,
        "kind": report.kind.value if report.kind else None,
        "purpose": report.purpose.value if report.purpose else None,
        "holder": report.holder,
        "name": report.name,
        "organisation": report.organisation,
        "issuer": report.issuer,
        "level": report.level,
        "not_before": report.not_before.isoformat() if report.not_before else None,
        "not_after": report.not_after.isoformat() if report.not_after else None,
        "serial": report.serial,
        "revocation": report.revocation.state.value if report.revocation else None,
        "revocation_by_ocsp": report.revocation.by_ocsp if report.revocation else False,
        "revocation_as_of": report.revocation.as_of.isoformat()
        if report.revocation and report.revocation.as_of
        else None,
        "revocation_minutes": int(age.total_seconds() // 60) if age is not None else None,
    }
