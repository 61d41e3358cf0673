"""Expected refusals at the field that each belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from django import forms

from registret.kernel.refused import Refused
from registret.words.refusals import short

T = TypeVar("T")


def beside(form: forms.Form, places: Mapping[type[Refused], str | None], act: Callable[[], T]) -> T | None:
    """What `act` answers; None if it was refused in a way that has a place in the form (None: the form as a whole).

    All other refusals go on to their own page.
    """
    try:
        return act()
    except tuple(places) as refusal:
        form.add_error(places[type(refusal)], short(refusal))
        return None
