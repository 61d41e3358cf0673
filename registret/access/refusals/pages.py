"""Why a page is not shown, or what it sends is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from registret.kernel.refused import Refused


@dataclass(kw_only=True, eq=False)
class NotPermitted(Refused):
    """The role that somebody works in does not include this."""

    code: ClassVar[str] = "access.not_permitted"


@dataclass(kw_only=True, eq=False)
class NotFound(Refused):
    """It does not exist, or lies outside what the person may see: the answer is the same."""

    code: ClassVar[str] = "access.not_found"
    status: ClassVar[int] = 404


@dataclass(kw_only=True, eq=False)
class PageOfAnother(Refused):
    """The form stood on a page that was made for another person, who used this browser before."""

    code: ClassVar[str] = "request.page_of_another"
    status: ClassVar[int] = 412


@dataclass(kw_only=True, eq=False)
class PageOfOtherSeat(Refused):
    """The form stood on a page that was made while the person had another seat."""

    code: ClassVar[str] = "request.page_of_other_seat"
    status: ClassVar[int] = 412


@dataclass(kw_only=True, eq=False)
class CardTooOld(Refused):
    """The card was read too long ago for this act; `minutes` is what is allowed."""

    code: ClassVar[str] = "access.card_too_old"
    minutes: int
