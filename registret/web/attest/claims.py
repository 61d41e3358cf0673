"""The earlier account of an applicant, as the one who attests sees it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from registret.access.applications.earlier_accounts import ClaimRow
from registret.accounts.lifecycle import AccountState
from registret.kernel.identifiers import HsaId
from registret.web.pieces import Note, Tag
from registret.web.templatetags.look import moment
from registret.words.states import account_state_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPart:
    """`note`: what attesting does with the earlier account, or why it cannot be done."""

    name: str
    hsa_id: HsaId
    other_name: Tag | None
    state: str
    proven: str
    note: Note


def claim_part(claim: ClaimRow) -> ClaimPart:
    proven = _("med en kod till det kontots bekräftade e-post, %(when)s")
    return ClaimPart(
        name=claim.old_name,
        hsa_id=claim.old_hsa_id,
        other_name=None if claim.same_name else Tag(_("annat namn"), "warn", "warn"),
        state=account_state_name(claim.old_state),
        proven=proven % {"when": moment(claim.proven_at)},
        note=Note("info" if claim.may_end else "warn", _what_follows(claim)),
    )


def _what_follows(claim: ClaimRow) -> str:
    if claim.may_end:
        return _(
            "När du attesterar avslutas det tidigare kontot och dess behörigheter. Inget följer med: den nya "
            "behörigheten är den som du väljer."
        )
    if claim.old_state is AccountState.SUSPENDED:
        return _(
            "Det tidigare kontot är spärrat, och en spärr försvinner inte med ett nytt HSA-id. Ansökan går inte att "
            "attestera så länge spärren finns. Prata med registerkansliet, eller avslå."
        )
    return _(
        "Det tidigare kontot hör till någon som arbetar för registret, och avslutas bara av registerkansliet. Ansökan "
        "går inte att attestera förrän det är gjort."
    )
