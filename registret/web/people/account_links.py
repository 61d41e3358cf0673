"""Other accounts of the same person: an earlier one, or the one that came after it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registret.access.applications.earlier_accounts import AccountLink
from registret.web.pieces import FactText
from registret.web.templatetags.look import day


def link_facts(links: Sequence[AccountLink]) -> list[FactText]:
    return [FactText(_("Tidigare konto") if link.earlier else _("Senare konto"), [_account(link)]) for link in links]


def _account(link: AccountLink) -> SafeString:
    erased = _("konto %(n)s, vars uppgifter är gallrade") % {"n": link.account_id}
    account = format_html('<span class="id">{}</span>', link.hsa_id) if link.hsa_id else erased
    when = _("kopplat %(when)s") % {"when": day(link.linked_at)}
    return format_html("{} <small>{}</small>", account, when)
