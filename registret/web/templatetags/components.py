"""Components: what a page is put together from. They know their arguments and nothing that is around them."""

from __future__ import annotations

from django import template

from registret.access.actor import Actor
from registret.web import menu

register = template.Library()


@register.simple_tag
def main_menu(actor: Actor, *, here: str, page: str, waiting: int) -> tuple[menu.Entry, ...]:
    """The tabs that `actor` has; `waiting` applications stand at those to attest."""
    return menu.main_menu(actor, here=here, page=page, counts={"waiting": waiting})


@register.simple_tag
def office_menu(*, here: str, page: str) -> tuple[menu.Entry, ...]:
    return menu.office_menu(here=here, page=page)
