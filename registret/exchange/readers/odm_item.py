"""One value of a CDISC ODM file, with what stands inside its element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registret.exchange.readers.odm_places import ItemPlace
from registret.registries.exports.odm_names import MARK_LIST, MISSING_LIST

Attributes = Mapping[str, str]


@dataclass(kw_only=True)
class OdmItem:
    """`value`: empty if there is none. `unit`: the OID of its unit, if that is said with the value."""

    place: ItemPlace
    value: str = ""
    missing: str = ""
    mark: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        """As a person would type it, or the form send it."""
        return f"missing:{self.missing}" if self.missing else f"{self.mark}{self.value}"


class ItemReading:
    """An element `ItemData`, or one of those that say the type of the value and have it as their text."""

    def __init__(self, item: OdmItem, element: str, attributes: Attributes) -> None:
        self.item = item
        self._is_null = attributes.get("IsNull") == "Yes"
        self._has_text = element != "ItemData"
        self._depth = 1
        self._list = ""
        self._text: list[str] = []
        if not self._is_null:
            item.value = attributes.get("Value", "")

    def start(self, element: str, attributes: Attributes) -> None:
        self._depth += 1
        if element == "FlagValue":
            self._list, self._text = attributes.get("CodeListOID", ""), []
        elif element == "MeasurementUnitRef":
            self.item.unit = attributes.get("MeasurementUnitOID", "").strip()

    def text(self, text: str) -> None:
        if self._list or (self._has_text and self._depth == 1):
            self._text.append(text)

    def end(self) -> bool:
        """Whether the value is at its end."""
        self._depth -= 1
        said = "".join(self._text).strip()
        if self._list:
            if self._list == MISSING_LIST and self._is_null:
                self.item.missing = said
            elif self._list == MARK_LIST:
                self.item.mark = said
            self._list, self._text = "", []
        elif self._depth == 0 and self._has_text and not self._is_null:
            self.item.value = said
        return self._depth == 0
