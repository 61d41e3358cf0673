"""The file of a history: NDJSON, an episode on each line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, BinaryIO, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from registret.exchange.refusals import HistoryUnreadable
from registret.kernel.identifiers import mask_personal_numbers

LONGEST_LINE: Final = 1_000_000
"""Bytes."""

_Text = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
Code = Annotated[_Text, Field(min_length=1, max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EarlierPerson(_Part):
    """Who registered or signed: the name, as pages show it, and the HSA-id where it is known."""

    name: Annotated[_Text, Field(min_length=1, max_length=520)]
    hsa_id: Annotated[_Text, Field(max_length=31)] = ""


class MissingTold(_Part):
    missing: Code


AnswerTold = str | list[str] | MissingTold
"""Numbers are read as texts, so that no digit is lost."""


class TellsState(StrEnum):
    SIGNED = "signed"
    DRAFT = "draft"


class StepTold(_Part):
    state: TellsState
    at: AwareDatetime
    by: EarlierPerson
    answers: dict[Code, AnswerTold]


class EpisodeTold(_Part):
    """`id`: at the earlier platform. `created_at` and `created_by` are those of the first step if nothing is said."""

    id: Code
    clinic: Code
    sub_registry: Code
    version: Annotated[int, Field(ge=1, le=30_000)]
    number: Annotated[str, Field(max_length=20)]
    birth_date: date | None = None
    sex: Annotated[str, Field(max_length=10)] = ""
    created_at: AwareDatetime | None = None
    created_by: EarlierPerson | None = None
    steps: dict[Code, StepTold]


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Lines as they are, the last perhaps without its end. One that is too long comes cut off, and cannot be read."""
    while line := file.readline(LONGEST_LINE):
        yield line.removeprefix(b"\xef\xbb\xbf").strip()


def told_on(line: bytes) -> EpisodeTold:
    """Raises: HistoryUnreadable."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=_no_number)
        told = EpisodeTold.model_validate(found)
    except ValidationError as wrong:
        raise HistoryUnreadable(where=_where(wrong.errors(include_url=False, include_input=False))) from None
    except (ValueError, RecursionError):
        raise HistoryUnreadable() from None
    # It is shown and said aloud, as no number of a patient may be.
    if mask_personal_numbers(told.id) != told.id:
        raise HistoryUnreadable(where="id")
    return told


def _no_number(text: str) -> None:
    raise ValueError(text)


def _where(errors: Iterable[Mapping[str, object]]) -> str:
    """The first place that is wrong: names of fields, and nothing that stands in them."""
    place = next(iter(errors))["loc"]
    names = [str(part) for part in place] if isinstance(place, tuple) else []
    return mask_personal_numbers(".".join(names))[:100]
