"""What becomes of proposals when the patient opts out, the form is another, or answers are destroyed."""

from __future__ import annotations

from collections.abc import Collection

from registret.records.models import Proposal


def forget_waiting(**about: object) -> None:
    """Take away what waits of the steps that fit `about`, a filter."""
    Proposal.objects.filter(ended_at=None, **about).delete()


def forget_answers(step_id: int, codes: Collection[str]) -> None:
    """Destroy what was proposed for these variables. Inside `deletion_allowed`, with the step locked."""
    for one in Proposal.objects.filter(step_id=step_id, answers__has_any_keys=list(codes)):
        left = {code: told for code, told in one.answers.items() if code not in codes}
        kept = [code for code in one.accepted if code not in codes]
        if left:
            Proposal.objects.filter(id=one.id).update(answers=left, accepted=kept)
        else:
            one.delete()
