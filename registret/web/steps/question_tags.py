"""The questions of a form, as a tag of templates.

They are drawn here and not by templates because a form has fifty, with hundreds of options: with templates that include
templates, the whole page took the server more than twice as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.web.steps.code_fields import CodeInput
from registret.web.steps.fields import Choice, Field
from registret.web.templatetags.components import attributes
from registret.web.templatetags.fields import date_input
from registret.web.templatetags.look import icon

register = template.Library()


@register.simple_tag
def question(f: Field) -> SafeString:
    """A question, what is said of it, and what is typed or chosen in."""
    return SafeString(_with_options(f) if f.widget in {"chips", "boxes"} else _with_input(f))


def _with_options(f: Field) -> str:
    """Buttons or boxes in a row, those that are folded away, and why there is no answer."""
    row = " data-row" if f.widget == "boxes" else ""
    told = attributes(data_theirs=f.theirs, aria_describedby=f.described_by, hidden=f.is_hidden)
    options = f"{_options(f, f.choices.first)}{_folded(f)}{_options(f, f.choices.missing, is_missing=True)}"
    return (
        f'<fieldset class="field {f.remarks.look}" id="{f.code}" data-q="{f.code}" tabindex="-1"{told}>\n'
        f'<legend>{_name(f)}</legend>{_said(f)}<div class="chips"{row}>{options}</div></fieldset>\n'
    )


def _with_input(f: Field) -> str:
    control = _list(f) if f.widget == "list" else f"{_input(f)}{_missing(f)}"
    told = attributes(data_theirs=f.theirs, hidden=f.is_hidden)
    return (
        f'<div class="field {f.remarks.look}" data-q="{f.code}"{told}>\n'
        f'<label for="{f.code}">{_name(f)}</label>{_said(f)}<div class="measure">{control}</div></div>\n'
    )


def _name(f: Field) -> str:
    optional = "" if f.is_required else f' <span class="soft small">{escape(gettext("(frivilligt)"))}</span>'
    return f"{escape(f.label)}{optional}"


def _said(f: Field) -> str:
    """Lines with nothing to say are left to the script (`steps/parts/templates.html`), but for the fault of a date,
    which *Ny vårdepisod* fills."""
    lines = [f'<p class="hint" id="{f.code}-{name}">{escape(text)}</p>' for name, text in f.hints]
    remarks = f.remarks
    if remarks.opens:
        lines.append(f'<p class="hint" id="{f.code}-fran">{icon("clock")} {escape(remarks.opens)}</p>')
    if remarks.fault or f.date:
        hidden = "" if remarks.fault else " hidden"
        lines.append(_line("err", f"{f.code}-fel", f"data-fault{hidden}", icon("stop"), remarks.fault))
    if remarks.stops:
        lines.append(_line("err", f"{f.code}-stopp", "data-stops", icon("stop"), remarks.stops))
    if remarks.odd:
        lines.append(_line("odd", f"{f.code}-udda", "data-odd", icon("info"), remarks.odd))
    return f'<div class="said">{"".join(lines)}</div>'


def _line(css: str, id: str, data: str, beside: str, text: str) -> str:
    return f'<p class="{css}" id="{id}" {data}>{beside} <span>{escape(text)}</span></p>'


def _input(f: Field) -> str:
    if f.date:
        return str(date_input(f.date))
    if f.codes:
        return _codes(f.codes)
    told = attributes(inputmode=f.keys, aria_describedby=f.described_by, aria_invalid=f.aria_invalid)
    unit = f"<span>{escape(f.unit)}</span>" if f.unit else ""
    return (
        f'<span class="{"unit" if unit else "bare"}"><input id="{f.code}" name="{f.code}" value="{escape(f.value)}"'
        f' autocomplete="off" maxlength="{f.longest}"{told}>{unit}</span>'
    )


def _codes(codes: CodeInput) -> str:
    """Codes out of a list to search in, if its names are known."""
    nothing = gettext("Ingen träff. Skriv hela koden om du vet den.")
    search = attributes(data_codes=codes.address, data_within=codes.within, data_none=nothing) if codes.address else ""
    told = attributes(
        data_several=codes.has_several,
        aria_describedby=codes.explained_by,
        aria_invalid="true" if codes.is_bad else "",
    )
    return (
        f'<input id="{codes.name}" name="{codes.name}" class="coded" value="{escape(codes.value)}"'
        f' maxlength="{codes.longest}" autocomplete="off" autocapitalize="characters" spellcheck="false"{search}{told}>'
        f'<output class="hint named" id="{codes.name}-namn" for="{codes.name}">{escape(codes.named)}</output>'
    )


def _list(f: Field) -> str:
    """One option of many, and why there is none, in one list."""
    told = attributes(aria_describedby=f.described_by, aria_invalid=f.aria_invalid, disabled=f.is_disabled)
    why = escape(gettext("Svaret saknas"))
    missing = f'<optgroup label="{why}">{_lines(f.choices.missing)}</optgroup>' if f.choices.missing else ""
    first = f'<option value="">{escape(gettext("Välj"))}</option>'
    return f'<select id="{f.code}" name="{f.code}"{told}>{first}{_lines(f.choices.first)}{missing}</select>'


def _missing(f: Field) -> str:
    """Why a field is empty, as one control: a box for one reason, a list for several."""
    if not f.choices.missing:
        return ""
    label = escape(gettext("%(label)s saknas") % {"label": f.label})
    if len(f.choices.missing) == 1:
        box = _options(f, f.choices.missing, is_missing=True)
        return f'<div class="chips faint" role="group" aria-label="{label}">{box}</div>'
    first = f'<option value="">{escape(gettext("Saknas?"))}</option>'
    lines = f"{first}{_lines(f.choices.missing)}"
    return f'<select class="why" name="{f.code}" data-missing aria-label="{label}">{lines}</select>'


def _lines(choices: Iterable[Choice]) -> str:
    return "".join(
        f'<option value="{escape(c.value)}"{" selected" if c.is_chosen else ""}>{escape(c.label)}</option>'
        for c in choices
    )


def _folded(f: Field) -> str:
    choices = f.choices
    if not choices.more:
        return ""
    summary = f"{escape(choices.more_name)} ({len(choices.more)})"
    return (
        f"<details{' open' if choices.is_unfolded else ''}><summary>{summary}</summary>"
        f'<div class="chips">{_options(f, choices.more)}</div></details>'
    )


def _options(f: Field, choices: Iterable[Choice], *, is_missing: bool = False) -> str:
    kind, locked = "radio" if f.widget == "chips" else "checkbox", " disabled" if f.is_disabled else ""
    look = ' class="soft"' if is_missing else ""
    begun = f'<label{look}><input type="{kind}" name="{f.code}" value="'
    return "".join(
        f'{begun}{escape(c.value)}"{_marks(c, is_missing=is_missing)}{locked}> {escape(c.label)}</label>'
        for c in choices
    )


def _marks(choice: Choice, *, is_missing: bool) -> str:
    mark = " data-missing" if is_missing else " data-alone" if choice.is_alone else ""
    return f"{mark} checked" if choice.is_chosen else mark
