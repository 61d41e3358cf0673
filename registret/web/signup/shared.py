"""What the views of a person who is not let in yet have in common."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registret.access.refusals import NotRegistered
from registret.accounts.queries import AccountRow
from registret.accounts.refusals import CodeBurnt, CodeWrong, ConfirmationExpired
from registret.rate_limits.services import TooMany
from registret.web.http import HolderRequest

AT_THE_CODE: Final = dict.fromkeys((CodeWrong, CodeBurnt, ConfirmationExpired, TooMany), "code")


def show_signup(request: HttpRequest, template: str, page: object, *, status: int = 200) -> HttpResponse:
    return render(request, template, {"page": page}, status=status)


def account_of(request: HolderRequest) -> AccountRow:
    account = request.holder.standing.account
    if account is None:
        raise NotRegistered()
    return account
