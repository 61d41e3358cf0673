"""The sub-registries (delregister), which are data: `definitions/<code>/<version>/` has `register.toml` and its steps.

A new version of a sub-registry is a new folder beside the old one; the highest number that is not a draft is the one in
force. Versions may open and close by date, so what is in force depends on the day. An operator's own folder
(`REGISTRET_DEFINITIONS_DIR`) adds to those that come with the program.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from registret.kernel.sweden import day_of
from registret.registries.forms import Form
from registret.registries.loading.catalogue import DEFINITIONS, Catalogue, SubRegistry, read
from registret.registries.loading.edition_rules import EditionRules
from registret.registries.measuring import Indicator
from registret.registries.vocabulary import RegistryState


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Read once; call it at start, so that a broken file is found then.

    Raises: DefinitionBroken.
    """
    own = settings.DEFINITIONS_DIR
    return read(DEFINITIONS, *([own] if own else []))


def sub_registries(*, on: date | None = None) -> tuple[SubRegistry, ...]:
    """All of them, in their order, those that have been closed last. `on`: None is today.

    Raises: DefinitionBroken.
    """
    return catalogue().on(on or day_of(timezone.now()))


def open_for_entry(*, on: date | None = None) -> tuple[SubRegistry, ...]:
    """Those that episodes can be registered in."""
    return tuple(registry for registry in sub_registries(on=on) if registry.state is RegistryState.OPEN)


def open_for_rights(*, on: date | None = None) -> tuple[SubRegistry, ...]:
    """Those that rights can be given in: also closed ones with forms, so that what was reported there is still read and
    corrected.
    """
    with_forms = {code for code, _ in catalogue().forms}
    return tuple(
        registry
        for registry in sub_registries(on=on)
        if registry.state is RegistryState.OPEN
        or (registry.state is RegistryState.CLOSED and registry.code in with_forms)
    )


def closed_since(code: str) -> int | None:
    """From which year a sub-registry is closed for entry; None if it is not, or nobody has said since when."""
    return next((one.closed_year for one in sub_registries() if one.code == code and one.is_over), None)


def name_of(code: str) -> str:
    """The name of a sub-registry in the active language, whatever its state.

    Raises: KeyError: there is none with this code.
    """
    return {registry.code: registry for registry in sub_registries()}[code].name


def names_of(codes: Collection[str]) -> tuple[str, ...]:
    """The names of several in the active language, in their order.

    Raises: KeyError: there is none with one of the codes.
    """
    known = {registry.code: registry.name for registry in sub_registries()}
    place = {code: number for number, code in enumerate(known)}
    return tuple(known[code] for code in sorted(codes, key=place.__getitem__))


def form_of(code: str, version: int) -> Form:
    """The form that an episode was begun with.

    Raises: KeyError.
    """
    return catalogue().forms[code, version]


def indicators_of(code: str) -> tuple[Indicator, ...]:
    """The indicators of a sub-registry, in the order of their file; none if it has none."""
    return catalogue().indicators.get(code, ())


def edition_rules() -> EditionRules:
    """By which rules figures of others are told, now."""
    return catalogue().edition_rules


def form_in_force(code: str, *, on: date | None = None) -> Form | None:
    """The form for new episodes; None if the sub-registry does not exist or is not open."""
    found = {registry.code: registry for registry in open_for_entry(on=on)}.get(code)
    return catalogue().forms[found.code, found.version] if found else None
