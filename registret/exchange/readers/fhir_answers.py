"""The answers in a FHIR R4 QuestionnaireResponse, as text by linkId: groups are flattened."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from registret.exchange.refusals import ResourceUnfit
from registret.kernel.typed import typed
from registret.registries.exports.fhir_terms import ABSENT, is_own_extension

Json = dict[str, Any]

BETWEEN: Final = ","
"""Several codes that answer one question, as a mapping reads them unless it says otherwise."""
_DEEPEST: Final = 20
_LONGEST_LINK: Final = 255
_WHOLE: Final = "QuestionnaireResponse"
_SHOWN_LINK: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,79}")
_REASON_OF: Final = {coding: reason for reason, coding in ABSENT.items()}
_MARKS: Final = ("<", ">")


class JsonNumber(str):
    """A number as it is written, so that no digit is lost, and is told from a text."""

    __slots__ = ()


_KINDS: Final[dict[str, type]] = {
    "valueBoolean": bool,
    "valueInteger": JsonNumber,
    "valueDecimal": JsonNumber,
    "valueString": str,
    "valueDate": str,
    "valueDateTime": str,
    "valueTime": str,
    "valueCoding": dict,
}
_NUMBERS: Final = frozenset({"valueInteger", "valueDecimal"})
_NOT_READ: Final = frozenset({"valueAttachment", "valueQuantity", "valueReference", "valueUri"})


@dataclass(frozen=True, slots=True)
class ResponsePlace:
    """Where in a file: which resource, from 1, and the linkIds that lead there."""

    line: int
    links: tuple[str, ...] = ()

    def below(self, link: str) -> ResponsePlace:
        return replace(self, links=(*self.links, link))

    def unfit(self, element: str) -> ResourceUnfit:
        """A refusal, which is logged: what does not look like a linkId is not in it."""
        links = (link if _SHOWN_LINK.fullmatch(link) else "?" for link in self.links)
        return ResourceUnfit(line=self.line, element=element, place="/".join(links) or _WHOLE)


def answers_of(place: ResponsePlace, resource: Json, *, besides: Collection[str]) -> dict[str, str]:
    """`besides`: names that no linkId may have. Raises: ResourceUnfit."""
    found: dict[str, str] = {}
    for where, link, answers in _answered(place, resource):
        if link in found or link in besides:
            raise where.unfit("linkId")
        found[link] = _cell(where, answers)
    return found


def _answered(place: ResponsePlace, of: Json) -> Iterator[tuple[ResponsePlace, str, list[Any]]]:
    """Each item that has answers, also below groups and below answers. Raises: ResourceUnfit."""
    for item in _list(place, of, "item"):
        link = item.get("linkId") if isinstance(item, dict) else None
        if type(link) is not str or not (name := typed(link).strip()) or len(name) > _LONGEST_LINK:
            raise place.unfit("linkId")
        where = place.below(name)
        if len(where.links) > _DEEPEST or "modifierExtension" in item:
            raise where.unfit("modifierExtension" if "modifierExtension" in item else "item")
        answers = _list(where, item, "answer")
        if answers:
            yield where, name, answers
        for one in (item, *answers):
            if isinstance(one, dict):
                yield from _answered(where, one)


def _list(place: ResponsePlace, of: Json, key: str) -> list[Any]:
    found = of.get(key, [])
    if not isinstance(found, list):
        raise place.unfit(key)
    return found


def _cell(place: ResponsePlace, answers: list[Any]) -> str:
    """Only codes can be several: of other values a cell would be another value. Raises: ResourceUnfit."""
    told = [_text(place, answer) for answer in answers]
    if len(told) > 1 and (not all("valueCoding" in one for one in answers) or any(BETWEEN in one for one in told)):
        raise place.unfit("answer")
    return BETWEEN.join(told)


def _text(place: ResponsePlace, answer: Any) -> str:
    """One answer as a person would have typed it. Raises: ResourceUnfit."""
    if not isinstance(answer, dict) or "modifierExtension" in answer:
        raise place.unfit("answer")
    kinds = [name for name in answer if name.startswith("value")]
    if not kinds and (reason := _own(place, answer, "missing", "valueCoding")) is not None:
        return _missing(place, reason)
    if len(kinds) != 1 or (kind := kinds[0]) not in _KINDS:
        raise place.unfit(kinds[0] if kinds and kinds[0] in _NOT_READ else "value[x]")
    value = answer[kind]
    if type(value) is not _KINDS[kind]:
        raise place.unfit(kind)
    if isinstance(value, dict):
        return _code(place, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{_mark(place, answer) if kind in _NUMBERS else ''}{value}"


def _code(place: ResponsePlace, coding: Json) -> str:
    code = coding.get("code")
    if type(code) is not str or not code.strip():
        raise place.unfit("valueCoding.code")
    return code


def _missing(place: ResponsePlace, reason: Any) -> str:
    coding = (str(reason.get("system")), str(reason.get("code"))) if isinstance(reason, dict) else ("", "")
    if coding not in _REASON_OF:
        raise place.unfit("extension")
    return f"missing:{_REASON_OF[coding]}"


def _mark(place: ResponsePlace, answer: Json) -> str:
    mark = _own(place, answer, "mark", "valueCode")
    if mark is None:
        return ""
    if mark not in _MARKS:
        raise place.unfit("extension")
    return str(mark)


def _own(place: ResponsePlace, answer: Json, name: str, kind: str) -> Any:
    """What our extension of this name holds; None if the answer has none."""
    for one in _list(place, answer, "extension"):
        if isinstance(one, dict) and is_own_extension(one, name):
            return one.get(kind, "")
    return None
