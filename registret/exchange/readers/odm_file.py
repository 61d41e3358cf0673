"""CDISC ODM 1.3: the clinical data of each subject become a row, with a column for each item.

Read as a stream, so that there is no tree in memory. A document type, and with it every entity, is refused where it
begins. Source: CDISC Operational Data Model 1.3.2, ClinicalData.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from registret.exchange.readers.odm_item import Attributes, ItemReading, OdmItem
from registret.exchange.readers.odm_places import StudyPlaces
from registret.exchange.readers.odm_rows import OdmRows, Subject
from registret.exchange.readers.table import SourceTable
from registret.exchange.refusals import FileOfOtherKind, FileUnreadable, HasEntities, TransactionNotTaken
from registret.registries.exports.odm_names import NAMESPACE

_DEEPEST: Final = 32
_CONTAINERS: Final = {"StudyEventData": "StudyEventOID", "FormData": "FormOID", "ItemGroupData": "ItemGroupOID"}
_ACTS: Final = frozenset({"", "Insert", "Update", "Upsert", "Context", "Remove"})


def read(content: bytes) -> SourceTable:
    """Raises: FileOfOtherKind, FileUnreadable, HasEntities, TransactionNotTaken, and what `OdmRows` raises."""
    reading = _Reading()
    try:
        reading.parser.Parse(content, True)
    except expat.ExpatError as trouble:
        raise FileUnreadable(line=trouble.lineno) from None
    except (LookupError, ValueError):
        # An encoding that nobody knows, or that Python does not let expat read.
        raise FileUnreadable() from None
    return reading.rows.table()


class _Reading:
    """What stands open while the file is read, element by element."""

    def __init__(self) -> None:
        self.rows = OdmRows()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._depth = 0
        self._study = ""
        self._version = ("", "")
        self._places: StudyPlaces | None = None
        self._subject: Subject | None = None
        self._open: list[_Open] = []
        self._item: ItemReading | None = None

    def _refuse_doctype(self, *_: object) -> None:
        raise HasEntities()

    def _start(self, name: str, attributes: Attributes) -> None:
        element = _own(name)
        if self._depth == 0 and element != "ODM":
            raise FileOfOtherKind()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._unreadable()
        if self._item is not None:
            self._item.start(element, attributes)
        elif self._subject is not None:
            self._start_in_subject(element, attributes)
        elif self._places is not None:
            self._places.note(element, attributes)
        else:
            self._start_outside(element, attributes)

    def _start_outside(self, element: str, attributes: Attributes) -> None:
        match element:
            case "ODM":
                self.rows.created = attributes.get("CreationDateTime", "")
            case "Study":
                self._study = attributes.get("OID", "")
            case "MetaDataVersion":
                self._version = (self._study, attributes.get("OID", ""))
                self._places = StudyPlaces()
            case "ClinicalData":
                self.rows.go_on(attributes.get("StudyOID", ""), attributes.get("MetaDataVersionOID", ""))
            case "SubjectData":
                key = self._required(attributes, "SubjectKey")
                self._open = [_Open(oid=key, act=self._act(attributes))]
                self._subject = Subject(key=key)

    def _start_in_subject(self, element: str, attributes: Attributes) -> None:
        if element in _CONTAINERS:
            oid = self._required(attributes, _CONTAINERS[element])
            time = attributes.get("StudyEventRepeatKey", "").strip()
            self._open.append(_Open(oid=oid, act=self._act(attributes), time=time))
        elif element.startswith("ItemData"):
            self._item = self._item_of(element, attributes)

    def _item_of(self, element: str, attributes: Attributes) -> ItemReading:
        if self._act(attributes) == "Context":
            raise TransactionNotTaken(kind="Context")
        oids = [*(one.oid for one in self._open[1:]), self._required(attributes, "ItemOID")]
        if len(oids) != 4:
            raise self._unreadable()
        event, form, group, item = oids
        return ItemReading(OdmItem(place=(event, form, group, item)), element, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        element = _own(name)
        if self._item is not None:
            if self._item.end() and self._subject is not None:
                self.rows.add_item(self._subject, self._item.item, self._open[1].time)
                self._item = None
        elif self._subject is not None:
            self._end_in_subject(self._subject, element)
        elif self._places is not None and element == "MetaDataVersion":
            self.rows.add_version(*self._version, self._places)
            self._places = None

    def _end_in_subject(self, subject: Subject, element: str) -> None:
        if element in _CONTAINERS:
            self._open.pop()
        elif element == "SubjectData":
            self.rows.add_subject(subject)
            self._subject = None

    def _text(self, text: str) -> None:
        if self._item is not None:
            self._item.text(text)

    def _act(self, attributes: Attributes) -> str:
        """What is to be done with an element: as it says itself, else as what it stands in. Raises: FileUnreadable,
        TransactionNotTaken.
        """
        act = attributes.get("TransactionType", self._open[-1].act if self._open else "")
        if act not in _ACTS:
            raise self._unreadable()
        if act == "Remove":
            raise TransactionNotTaken(kind=act)
        return act

    def _required(self, attributes: Attributes, name: str) -> str:
        """Raises: FileUnreadable."""
        found = attributes.get(name, "").strip()
        if not found:
            raise self._unreadable()
        return found

    def _unreadable(self) -> FileUnreadable:
        return FileUnreadable(line=self.parser.CurrentLineNumber)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An element around items. `act`: what its TransactionType says, or that of what it stands in."""

    oid: str
    act: str
    time: str = ""


def _own(name: str) -> str:
    """The name of an element of ODM 1.3; of others none."""
    namespace, _, element = name.rpartition(" ")
    return element if namespace == NAMESPACE else ""
