"""Whether a recertification waits for the one who is at work."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registret.access.roles import Permission
from registret.access.staff.recertification.rows import count_to_answer, open_recertifications
from registret.web.http import ActorRequest
from registret.web.pieces import Note, marked_up
from registret.web.templatetags.look import day, last_day


def due(request: ActorRequest) -> Note | None:
    """For the start page and Personer: how many grants wait for an answer of the actor, and by when the first ones."""
    if not request.actor.may(Permission.MANAGE_PEOPLE):
        return None
    number = count_to_answer(actor=request.actor, at=request.at)
    going_on = open_recertifications(actor=request.actor) if number else ()
    if not going_on:
        return None
    text = ngettext(
        "<b>Genomgång pågår.</b> %(n)s behörighet väntar på ditt svar, senast %(until)s.",
        "<b>Genomgång pågår.</b> %(n)s behörigheter väntar på ditt svar, senast %(until)s.",
        number,
    )
    told = marked_up(text, n=str(number), until=day(last_day(going_on[0].due_at)))
    only = len(going_on) == 1
    address = reverse("recertification", args=[going_on[0].id]) if only else reverse("recertifications")
    link = format_html('<a href="{}">{}</a>', address, _("Till genomgången"))
    return Note("warn", format_html("{} {}", told, link), icon="clock")
