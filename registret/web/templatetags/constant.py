"""Replaces Django's `{% translate %}` and `{% url %}` where a template names the text or the page itself. The result is
the same each time, and a page has dozens: they took a fifteenth of the application's processor time for a login.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, Variable
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as do_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import get_script_prefix, get_urlconf
from django.utils.translation import get_language

register = template.Library()


class Text(TranslateNode):
    """A text that is looked up once for each language."""

    def __init__(self, found: TranslateNode) -> None:
        super().__init__(found.filter_expression, found.noop)
        self._known: dict[str | None, str] = {}

    def render(self, context: template.Context) -> str:
        language = get_language()
        if language not in self._known:
            self._known[language] = super().render(context)
        return self._known[language]


class Address(URLNode):
    """An address that is looked up once for the site, and once for the card hosts."""

    def __init__(self, found: URLNode) -> None:
        super().__init__(found.view_name, [], {}, None)
        self._known: dict[tuple[str | None, str], str] = {}

    def render(self, context: template.Context) -> str:
        host = get_urlconf(), get_script_prefix()
        if host not in self._known:
            self._known[host] = super().render(context)
        return self._known[host]


@register.tag
def translate(parser: Parser, token: Token) -> TranslateNode:
    """Django's own, with the same arguments."""
    found = do_translate(parser, token)
    is_plain = not found.asvar and found.message_context is None
    return Text(found) if is_plain and _is_constant(found.filter_expression) else found


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Django's own, with the same arguments."""
    found = do_url(parser, token)
    is_plain = not (found.args or found.kwargs or found.asvar)
    return Address(found) if is_plain and _is_constant(found.view_name) else found


def _is_constant(expression: FilterExpression) -> bool:
    """Whether the template names it in quotation marks, and changes it by no filter."""
    named: Any = expression.var
    return not expression.filters and (not isinstance(named, Variable) or named.literal is not None)
