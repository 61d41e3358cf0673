"""Where items stand by the metadata of a CDISC ODM file, and what their columns are called after it.

Source: CDISC Operational Data Model 1.3.2, MetaDataVersion: a study event has forms, a form has groups, a group items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from registret.exchange.readers.table import MOST_COLUMNS
from registret.exchange.refusals import TooManyColumns

ItemPlace = tuple[str, str, str, str]
"""The OIDs of study event, form, item group and item."""

_OWNERS: Final = {"StudyEventDef": "FormRef", "FormDef": "ItemGroupRef", "ItemGroupDef": "ItemRef"}
_REFERENCES: Final = {"FormRef": "FormOID", "ItemGroupRef": "ItemGroupOID", "ItemRef": "ItemOID"}
_TOO_MANY: Final = MOST_COLUMNS + 1


class StudyPlaces:
    """A `MetaDataVersion`, as far as it says where items stand. `repeating`: study events that a subject may have
    several of."""

    def __init__(self) -> None:
        self.repeating: set[str] = set()
        self._events: dict[str, None] = {}
        self._parts: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._owner = ("", "")

    def note(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element of the metadata, in the order of the file."""
        if element in _OWNERS:
            oid = attributes.get("OID", "")
            self._owner = (_OWNERS[element], oid)
            if element == "StudyEventDef":
                self._events[oid] = None
                self.repeating |= {oid} if attributes.get("Repeating") == "Yes" else set()
        elif element == self._owner[0]:
            self._parts[self._owner][attributes.get(_REFERENCES[element], "")] = None

    def columns(self) -> dict[ItemPlace, str]:
        """The column of each place: the item alone if it stands in one place, else with as much before it as tells its
        places apart.

        Raises: TooManyColumns.
        """
        places = list(islice(self._places(), _TOO_MANY))
        if len(places) > MOST_COLUMNS:
            raise TooManyColumns(most=MOST_COLUMNS)
        of_item: dict[str, list[ItemPlace]] = defaultdict(list)
        for place in places:
            of_item[place[-1]].append(place)
        named = {place: name for same in of_item.values() for place, name in _told_apart(same)}
        return {place: named[place] for place in places}

    def _places(self) -> Iterator[ItemPlace]:
        """Each form is gone through once, and kept only as far as there may be columns: a small file can refer to the
        same large form a thousand times."""
        forms = {
            oid: list(islice(self._items(groups), _TOO_MANY))
            for (kind, oid), groups in self._parts.items()
            if kind == "ItemGroupRef"
        }
        for event in self._events:
            for form in self._parts.get(("FormRef", event), ()):
                for group, item in forms.get(form, ()):
                    yield event, form, group, item

    def _items(self, groups: Mapping[str, None]) -> Iterator[tuple[str, str]]:
        for group in groups:
            for item in self._parts.get(("ItemRef", group), ()):
                yield group, item


def _told_apart(places: list[ItemPlace]) -> Iterator[tuple[ItemPlace, str]]:
    names: list[str] = []
    for length in (1, 2, 3, 4):
        names = [".".join(place[-length:]) for place in places]
        if len(set(names)) == len(places):
            break
    yield from zip(places, names, strict=True)
