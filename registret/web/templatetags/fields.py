"""Fields of forms: each with its label, its hint, its faults, and what is typed or chosen in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from registret.web.dates import DateInput, DayField
from registret.web.pieces import OptionText
from registret.web.templatetags.components import attribute, escape
from registret.web.templatetags.look import icon

register = template.Library()


@register.simple_tag
def field(
    bound: BoundField,
    label: str = "",
    *,
    hint: str = "",
    aside: str = "",
    label_css: str = "",
    rows: int = 0,
    focus: object = False,
    **attributes: object,
) -> SafeString:
    """A line, a text of several `rows`, a list or a date: what the form says that it is.

    `aside`: in parentheses after the label. `focus`: the cursor stands here. `attributes` are those of the element that
    is typed or chosen in; `css` are its classes, and `empty` is the first line of a list.
    """
    faults = list(bound.errors)
    if isinstance(bound.field, DayField):
        control, hint = str(date_input(bound.input)), f"{hint} {bound.how}".strip()  # type: ignore[attr-defined]
    else:
        given = {_html_name(key): value for key, value in attributes.items()} | {"autofocus": bool(focus)}
        control = _control(bound, rows, given | _described(bound.name, hint=hint, faults=faults))
    return labelled(
        control, bound.name, label or str(bound.label), hint=hint, aside=aside, css=label_css, errors=faults
    )


@register.simple_tag
def date_input(date: DateInput) -> SafeString:
    """A day or a time of day, typed, and read back in words."""
    limits = date.limits
    told: dict[str, object] = {
        "class": "date",
        "maxlength": 40,
        "autocomplete": "off",
        "spellcheck": "false",
        "data-date": date.kind,
        "data-now": date.now,
        "data-reach": limits.reach,
        "data-earliest": date.earliest,
        "data-latest": date.latest,
        "data-arrived": date.arrived,
        "data-time-alone": limits.takes_time_alone,
        "data-full-year": limits.needs_full_year,
        "aria-describedby": date.explained_by,
        "aria-invalid": "true" if date.is_bad else "",
    }
    return SafeString(
        f'<input id="{date.name}" name="{date.name}" value="{escape(date.value)}"{_attributes(told)}>'
        f'<output class="hint read-back" id="{date.name}-last" for="{date.name}">{escape(date.read_back)}</output>'
    )


@register.simple_tag
def clinic_field(form: forms.Form, label: str, *, hint: str = "") -> SafeString:
    """The clinics of a form, by region, to be found by typing."""
    return SafeString(
        field(
            form["clinic"],
            label,
            hint=hint,
            empty=gettext("Välj klinik"),
            data_search=gettext("Ingen klinik matchar"),
            data_typed=form.data.get("clinic_typed", ""),
        )
    )


@register.simple_tag
def search_field(name: str, label: str, *, value: str = "", focus: bool = False) -> SafeString:
    """Words to look for. `focus`: the cursor stands here, as long as nothing was looked for."""
    control = (
        f'<input id="{name}" name="{name}" type="search" maxlength="100" value="{escape(value)}" autocomplete="off"'
        f' spellcheck="false"{attribute("autofocus", focus and not value)}>'
    )
    return labelled(control, name, label)


@register.simple_block_tag
def labelled(
    content: str,
    name: str,
    label: str,
    *,
    hint: str = "",
    aside: str = "",
    css: str = "",
    errors: Sequence[object] = (),
) -> SafeString:
    """A label, a hint and `errors` around an element `name`, which a page may write itself."""
    faults = _all(errors)
    bad = " is-bad" if faults else ""
    beside = f' <span class="soft">({escape(aside)})</span>' if aside else ""
    explained = f'<p class="hint" id="{name}-h">{escape(hint)}</p>' if hint else ""
    return SafeString(
        f'<div class="field{bad}"><label{attribute("class", css)} for="{name}">{escape(label)}{beside}</label>'
        f"{explained}{_faults(name, faults)}{content}</div>"
    )


@register.simple_tag
def chips(bound: BoundField, legend: str, *, hint: str = "", label_css: str = "") -> SafeString:
    """A choice of one or several, in a row."""
    chosen = _chosen(bound)
    lines = "".join(
        f"<label>{_button(bound, value, bound.name if not number else '', chosen)}{escape(text)}</label>"
        for number, (value, text) in enumerate(bound.field.choices)  # type: ignore[attr-defined]
    )
    return group(
        f'<div class="chips">{lines}</div>', bound.name, legend, hint=hint, label_css=label_css, errors=bound.errors
    )


@register.simple_tag
def choices(bound: BoundField, legend: str, options: Iterable[OptionText] = (), *, hint: str = "") -> SafeString:
    """A choice of one or several, below each other. `options`: with a hint each, in place of the field's own."""
    chosen = _chosen(bound)
    lines = "".join(
        f'<div class="choice">{_button(bound, option.value, option.id, chosen)}'
        f'<label for="{escape(option.id)}">{escape(option.text)}{_small(option.hint)}</label></div>'
        for option in options or _options(bound)
    )
    return group(lines, bound.name, legend, hint=hint, errors=bound.errors)


@register.simple_block_tag
def group(
    content: str,
    name: str,
    legend: str,
    *,
    hint: str = "",
    label_css: str = "",
    errors: Sequence[object] = (),
    is_target: bool = False,
) -> SafeString:
    """A legend, a hint and `errors` around a choice, which a page may write itself.

    `is_target`: a fault leads to the whole of it.
    """
    faults = _all(errors)
    bad = " is-bad" if faults else ""
    target = f' id="{name}" tabindex="-1"' if is_target else ""
    explained = f'<p class="hint">{escape(hint)}</p>' if hint else ""
    return SafeString(
        f'<fieldset class="field{bad}"{target}><legend{attribute("class", label_css)}>{escape(legend)}</legend>'
        f"{explained}{_faults(name, faults)}{content}</fieldset>"
    )


@register.simple_tag
def check(bound: BoundField, label: str, *, hint: str = "") -> SafeString:
    """A box to tick."""
    name, faults = bound.name, bound.errors
    told = _described(name, faults=faults) | {"checked": bool(bound.value())}
    return SafeString(
        f'<div class="{"field is-bad" if faults else "field"}">{_faults(name, faults)}<div class="choice">'
        f'<input type="checkbox" id="{name}" name="{name}" value="yes"{_attributes(told)}>'
        f'<label for="{name}">{escape(label)}{_small(hint)}</label></div></div>'
    )


def _all(errors: Sequence[object]) -> Sequence[object]:
    """A page that has no form has at most one error for a field, as a text."""
    return [errors] if errors and isinstance(errors, str) else errors


def _faults(name: str, faults: Sequence[object]) -> str:
    return "".join(f'<p class="err" id="{name}-fel">{icon("stop")}{escape(fault)}</p>' for fault in faults)


def _described(name: str, *, hint: str = "", faults: Sequence[object] = ()) -> dict[str, object]:
    ids = [f"{name}-h"] * bool(hint) + [f"{name}-fel"] * bool(faults)
    return {"aria-describedby": " ".join(ids), "aria-invalid": "true" if faults else ""}


def _html_name(key: str) -> str:
    return "class" if key == "css" else key.replace("_", "-")


def _attributes(values: dict[str, object]) -> str:
    return "".join(attribute(name, value) for name, value in values.items())


def _control(bound: BoundField, rows: int, told: dict[str, object]) -> str:
    """What is typed or chosen in. What the page says of it goes before what the form says."""
    given = {**bound.field.widget.attrs, **told}
    if isinstance(bound.field.widget, forms.Select):
        return _list(bound, given)
    return _text(bound, rows, given) if rows else _line(bound, given)


def _line(bound: BoundField, given: dict[str, object]) -> str:
    kind = bound.field.widget.input_type
    first: dict[str, object] = {"type": kind if kind != "text" else "", "autocomplete": "off"}
    value = "" if kind == "file" else f' value="{escape(_value(bound))}"'
    return f'<input id="{bound.name}" name="{bound.name}"{value}{_attributes({**first, **given})}>'


def _text(bound: BoundField, rows: int, given: dict[str, object]) -> str:
    given["rows"] = rows
    return f'<textarea id="{bound.name}" name="{bound.name}"{_attributes(given)}>{escape(_value(bound))}</textarea>'


def _list(bound: BoundField, given: dict[str, object]) -> str:
    empty = given.pop("empty", "")
    chosen = _value(bound)
    lines = [f'<option value="">{escape(empty)}</option>'] if empty else []
    lines += [_option(value, text, chosen) for value, text in bound.field.choices]  # type: ignore[attr-defined]
    return f'<select id="{bound.name}" name="{bound.name}"{_attributes(given)}>{"".join(lines)}</select>'


def _option(value: object, text: object, chosen: str) -> str:
    """An option, or a group of them."""
    if isinstance(text, (list, tuple)):
        lines = "".join(_option(one, name, chosen) for one, name in text)
        return f'<optgroup label="{escape(value)}">{lines}</optgroup>'
    return f'<option value="{escape(value)}"{" selected" if str(value) == chosen else ""}>{escape(text)}</option>'


def _value(bound: BoundField) -> str:
    value = bound.value()
    return "" if value is None else str(value)


def _chosen(bound: BoundField) -> set[str]:
    value = bound.value()
    return {str(one) for one in value} if isinstance(value, (list, tuple)) else {_value(bound)}


def _button(bound: BoundField, value: str, id: str, chosen: set[str]) -> str:
    kind = "checkbox" if isinstance(bound.field, forms.MultipleChoiceField) else "radio"
    checked = " checked" if str(value) in chosen else ""
    return f'<input type="{kind}" name="{bound.name}"{attribute("id", id)} value="{escape(value)}"{checked}>'


def _options(bound: BoundField) -> list[OptionText]:
    return [
        OptionText(f"{bound.name}-{value}" if number else bound.name, value, text, "", False)
        for number, (value, text) in enumerate(bound.field.choices)  # type: ignore[attr-defined]
    ]


def _small(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""
