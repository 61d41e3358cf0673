"""Files in CDISC ODM 1.3, as other systems write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

from tests.rooms.exchange.journal_x import COLUMNS, MAPPING

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"


def odm(*parts: str, before: str = "", namespace: str = NAMESPACE) -> bytes:
    """`before`: what stands before the first element."""
    head = f'<ODM xmlns="{namespace}" xmlns:own="urn:own" FileType="Snapshot" CreationDateTime="2026-11-24T08:00:00Z">'
    return f"{before}{head}{''.join(parts)}</ODM>".encode()


def study(
    events: Mapping[str, Sequence[str]],
    forms: Mapping[str, Sequence[str]],
    groups: Mapping[str, Sequence[str]],
    repeating: Sequence[str] = (),
) -> str:
    """Study events of forms, forms of groups, groups of items, all by their OID."""
    told = [
        *(
            f'<StudyEventDef OID="{oid}" Repeating="{"Yes" if oid in repeating else "No"}">'
            + "".join(f'<FormRef FormOID="{one}"/>' for one in found)
            + "</StudyEventDef>"
            for oid, found in events.items()
        ),
        *(
            f'<FormDef OID="{oid}">{"".join(f"""<ItemGroupRef ItemGroupOID="{one}"/>""" for one in found)}</FormDef>'
            for oid, found in forms.items()
        ),
        *(
            f'<ItemGroupDef OID="{oid}">{"".join(f"""<ItemRef ItemOID="{one}"/>""" for one in found)}</ItemGroupDef>'
            for oid, found in groups.items()
        ),
    ]
    return f'<Study OID="S"><MetaDataVersion OID="1">{"".join(told)}</MetaDataVersion></Study>'


def clinical(*subjects: str) -> str:
    return f'<ClinicalData StudyOID="S" MetaDataVersionOID="1">{"".join(subjects)}</ClinicalData>'


def subject(key: str, *events: str, more: str = "") -> str:
    return f'<SubjectData SubjectKey="{key}" {more}>{"".join(events)}</SubjectData>'


def event(oid: str, *items: str, form: str = "F", group: str = "G", more: str = "") -> str:
    inside = f'<ItemGroupData ItemGroupOID="{group}">{"".join(items)}</ItemGroupData>'
    return (
        f'<StudyEventData StudyEventOID="{oid}" {more}><FormData FormOID="{form}">{inside}</FormData></StudyEventData>'
    )


def item(oid: str, value: str | None, inside: str = "", more: str = "") -> str:
    said = 'IsNull="Yes"' if value is None else f"Value={quoteattr(value)}"
    return f'<ItemData ItemOID="{oid}" {said} {more}>{inside}</ItemData>'


def flag(code_list: str, value: str) -> str:
    told = f'<Flag><FlagValue CodeListOID="{code_list}">{value}</FlagValue></Flag>'
    return f'<Annotation SeqNum="1">{told}</Annotation>'


SIMPLE = study({"E": ["F"]}, {"F": ["G"]}, {"G": ["a", "b"]})

JOURNAL_MAPPING = MAPPING.replace('"Vårdtillfälle"', '"SubjectKey"').replace('"Uttaget"', '"CreationDateTime"')


def journal_of(*rows: Mapping[str, str], made: str = "2026-11-24T08:00:00Z") -> bytes:
    """Rows of *Journal X* as it would write them in ODM. `made`: when."""
    items = [name for name in COLUMNS if name not in {"Vårdtillfälle", "Uttaget"}]
    told = [
        subject(row["Vårdtillfälle"], event("E", *(item(name, row[name]) for name in items if row.get(name))))
        for row in rows
    ]
    whole = odm(study({"E": ["F"]}, {"F": ["G"]}, {"G": items}), clinical(*told))
    return whole.replace(b"2026-11-24T08:00:00Z", made.encode())
