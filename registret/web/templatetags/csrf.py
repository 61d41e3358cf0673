"""Replaces Django's `{% csrf_token %}`: each form also says for whom its page was made (`web/shown_for.py`)."""

from __future__ import annotations

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from registret.web.shown_for import FIELD

register = template.Library()


@register.simple_tag(takes_context=True, name="csrf_token")
def csrf_token(context: template.Context) -> SafeString:
    """Django's own field, and the page's person and seat."""
    shown_for = context.get("shown_for")
    whose = format_html('<input type="hidden" name="{}" value="{}">', FIELD, shown_for) if shown_for else ""
    return format_html("{}{}", CsrfTokenNode().render(context), whose)
