"""What a person who checked a card sends to the support: codes to search for, and no personal number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from registret.access.queries.logins import LoginStatus
from registret.kernel.sweden import day_of

LONGEST_BROWSER = 200


def support_text(
    report: Mapping[str, Any],
    *,
    code: str | None,
    standing: LoginStatus | None,
    browser: str,
    reference: str,
    at: datetime,
) -> str:
    """Lines of plain text. `code`: the refusal, None if the card is good. `browser`: how it calls itself."""
    lines = [f"{gettext('Referens')} {reference}, {_moment(at)}"]
    lines.append(f"{code} {help_address(code)}" if code else "ok")
    if report.get("issuer"):
        lines += _card(report)
    if standing is not None:
        account = standing.account
        missing = standing.missing.code if standing.missing else "ok"
        lines.append(f"{gettext('Konto')}: {f'{account.id}, {account.state.value}' if account else '–'}, {missing}")
    lines.append("".join(c for c in browser if c.isprintable())[:LONGEST_BROWSER])
    return "\n".join(line for line in lines if line)


def _card(report: Mapping[str, Any]) -> list[str]:
    facts = [report.get("holder"), report.get("kind"), report.get("purpose"), report["issuer"], _level(report)]
    source = "OCSP" if report.get("revocation_by_ocsp") else "CRL"
    list_of = f" ({source} {_moment(report['revocation_as_of'])})" if report.get("revocation_as_of") else ""
    return [
        ", ".join(str(fact) for fact in facts if fact),
        f"{_day(report['not_before'])} – {_day(report['not_after'])}, {report['revocation'] or '?'}{list_of}",
    ]


def help_address(code: str) -> str:
    """Where the error of a card is explained: an address that never changes."""
    return settings.SITE_ORIGIN + reverse("help_card", args=[code])


def _level(report: Mapping[str, Any]) -> str:
    return f"LoA{report['level']}" if report.get("level") else ""


def _moment(value: datetime) -> str:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


def _day(value: datetime | None) -> str:
    return f"{day_of(value)}" if value else "?"
