"""Granskningar: the log looked at, by lot and on suspicion, by a reviewer who is not in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse

from registret.access.queries.administrators import log_reviewers
from registret.access.roles import Permission
from registret.oversight import services as oversight
from registret.oversight.queries import EntriesPage, ReviewRow
from registret.oversight.refusals import NotAllJudged, NotAReviewer, NothingToReview, OutcomeImpossible, OwnEntries
from registret.places.queries import open_clinics
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs
from registret.web.http import ActorRequest, posted, see_other
from registret.web.logbook.reading import read_review
from registret.web.logbook.review_forms import CloseForm, DirectedForm, NewReview, SampleForm, VerdictsForm
from registret.web.logbook.review_pages import ReviewForms, new_review_page, review_page, reviews_page
from registret.web.numbers import number_in
from registret.web.pieces import show

_YEAR = timedelta(days=365)
_PLACES = {NotAReviewer: "reviewer", OwnEntries: "reviewer", NothingToReview: "until"}


@needs(Permission.READ_LOG).get
def reviews(request: ActorRequest) -> HttpResponse:
    """What is open, what was found, and how the clinics stand."""
    before = number_in(request.GET, "fore")
    page = reviews_page(actor=request.actor, before=before, since=request.at - _YEAR, at=request.at)
    return show(request, "logbook/reviews.html", page, tab="logbook")


@needs(Permission.READ_LOG).get_post
def new_sample(request: ActorRequest) -> HttpResponse:
    """Stickprov at one clinic."""
    form = SampleForm(
        posted(request), reviewers=log_reviewers(at=request.at), clinics=open_clinics(first_of_organisation=None)
    )
    if form.is_valid():
        data = form.cleaned_data
        with refusals_as_errors(form, _PLACES):
            return see_other(
                "review",
                oversight.draw_sample(
                    clinic_id=data["clinic"],
                    span=form.span,
                    size=data["size"],
                    reviewer_id=data["reviewer"],
                    actor=request.actor,
                    at=request.at,
                ),
            )
    return _new(request, form)


@needs(Permission.READ_LOG).get_post
def new_directed(request: ActorRequest) -> HttpResponse:
    """Riktad granskning of one person, or about one patient."""
    reviewers = log_reviewers(at=request.at)
    form = DirectedForm(posted(request), reviewers=reviewers)
    if form.is_valid():
        with refusals_as_errors(form, _PLACES):
            return see_other("review", _directed(request, form))
    return _new(request, form)


@needs(Permission.READ_LOG).get
def review(request: ActorRequest, review_id: int) -> HttpResponse:
    """One review: a page of its entries, the judgements, the outcome."""
    row, page = _read(request, review_id)
    return _review(request, row, page)


@needs(Permission.READ_LOG).post
def judge(request: ActorRequest, review_id: int) -> HttpResponse:
    """The judgements of a page are kept, the rest of it justified if that was pressed. A page that is done leads on."""
    row, page = _read(request, review_id)
    form = VerdictsForm(request.POST, entries=page.entries, rest="rest" in request.POST)
    if not form.is_valid():
        return _review(request, row, page, form=form)
    oversight.judge(review_id=review_id, verdicts=form.verdicts, actor=request.actor, at=request.at)
    done = all(entry.verdict or entry.number in form.verdicts for entry in page.entries)
    return see_other(_address(review_id, page.next_unfinished if done else page.number))


@needs(Permission.READ_LOG).post
def close(request: ActorRequest, review_id: int) -> HttpResponse:
    """Avsluta granskningen."""
    form = CloseForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        with refusals_as_errors(form, {NotAllJudged: "outcome", OutcomeImpossible: "outcome"}):
            oversight.close(
                review_id=review_id,
                outcome=data["outcome"],
                conclusion=data["conclusion"],
                actor=request.actor,
                at=request.at,
            )
    if form.is_valid():
        return see_other("review", review_id)
    row, page = _read(request, review_id)
    return _review(request, row, page, closing=form)


@needs(Permission.READ_LOG).post
def take(request: ActorRequest, review_id: int) -> HttpResponseBase:
    """Ta över."""
    oversight.take(review_id=review_id, actor=request.actor, at=request.at)
    return see_other("review", review_id)


def _new(request: ActorRequest, form: NewReview) -> HttpResponse:
    status = 422 if form.errors else 200
    return show(request, "logbook/review_new.html", new_review_page(form), tab="logbook", status=status)


def _directed(request: ActorRequest, form: DirectedForm) -> int:
    """Of a form that is valid: begins the review that it asks for."""
    data = form.cleaned_data
    how: dict[str, Any] = {"span": form.span, "reason": data["reason"], "reviewer_id": data["reviewer"]}
    if data["hsa_id"]:
        return oversight.draw_directed(hsa_id=data["hsa_id"], actor=request.actor, at=request.at, **how)
    return oversight.draw_about_patient(system_id=data["patient"], actor=request.actor, at=request.at, **how)


def _read(request: ActorRequest, review_id: int) -> tuple[ReviewRow, EntriesPage]:
    page = number_in(request.GET, "sida") or 1
    return read_review(review_id=review_id, page=page, actor=request.actor, at=request.at)


def _address(review_id: int, page: int | None) -> str:
    """Of a page of a review; None: where it is closed."""
    there = reverse("review", args=[review_id])
    return there + "#avsluta" if page is None else f"{there}?{urlencode({'sida': page})}#poster"


def _review(
    request: ActorRequest,
    row: ReviewRow,
    page: EntriesPage,
    *,
    form: VerdictsForm | None = None,
    closing: CloseForm | None = None,
) -> HttpResponse:
    forms = ReviewForms(verdicts=form or VerdictsForm(entries=page.entries), closing=closing or CloseForm())
    shown = review_page(row, page, forms, actor=request.actor)
    return show(request, "logbook/review.html", shown, tab="logbook", status=422 if forms.have_errors else 200)
