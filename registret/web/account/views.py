"""Mitt konto: facts, rights, applying for more, leaving, one's own log, one's data in a file."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse

from registret.access.applications import application_notes, applying
from registret.access.applications.earlier_accounts import links_of
from registret.access.lifecycle import ApplicationState
from registret.access.queries.applications import application_of, applications_of
from registret.access.refusals import AlreadyApplied, ClinicClosed, NotParticipating, RightHeld, SubRegistryClosed
from registret.access.roles import Permission
from registret.access.self_service import my_account as access
from registret.access.self_service import subject_access as data
from registret.accounts.queries import address_rests_until, pending_change
from registret.accounts.sessions import sessions_of
from registret.kernel.sweden import day_of
from registret.ledger.queries import entries_of_account
from registret.places.queries import care_provider_of, open_clinics
from registret.web.account.account_pages import account_page, address_part
from registret.web.account.own_pages import apply_page, leave_page, own_application_page, own_log_page
from registret.web.account.pages import own, show
from registret.web.forms import refusals_as_errors
from registret.web.gate import needs, needs_any_card
from registret.web.http import ActorRequest, CardRequest, posted, see_other
from registret.web.numbers import number_in
from registret.web.signup.forms import AnswerForm, ApplicationForm

# What was attested stands among the rights, and what one took back oneself is no news.
_OF_INTEREST = {ApplicationState.WAITING, ApplicationState.DECLINED, ApplicationState.LAPSED}


@needs_any_card.get
def account(request: CardRequest) -> HttpResponse:
    """All of it on one page; what changes something has a page of its own."""
    me = own(request)
    rests_until = address_rests_until(account_id=me.id)
    page = account_page(
        me,
        card=request.sitting.card,
        address=address_part(me, pending_change(account_id=me.id), rests_until=rests_until, at=request.at),
        grants=access.own_grants(account_id=me.id, at=request.at),
        applications=[a for a in applications_of(account_id=me.id) if a.state in _OF_INTEREST][:5],
        sessions=len(sessions_of(hsa_id=me.hsa_id, at=request.at)),
    )
    return show(request, "account/account.html", page)


@needs_any_card.post
def own_data(request: CardRequest) -> HttpResponseBase:
    """Everything that is kept about oneself, in one file."""
    me = own(request)
    stream = data.take_out(hsa_id=me.hsa_id, card_read_at=request.sitting.began_at, by=request.person.by, at=request.at)
    name = f"mina-uppgifter-{day_of(request.at)}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(stream, content_type="application/json; charset=utf-8", headers=headers)


@needs_any_card.post
def language(request: CardRequest) -> HttpResponse:
    """The language of one's letters; that of the pages is a matter of the browser."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    access.choose_language(account_id=own(request).id, language=chosen, by=request.person.by, at=request.at)
    return see_other("account")


@needs(Permission.WORK).get_post
def apply(request: ActorRequest) -> HttpResponse:
    """More clinics or roles; another person attests."""
    me = own(request)
    sent = posted(request)
    form = ApplicationForm(sent, clinics=open_clinics(first_of_organisation=me.hsa_id.organisation_number))
    if form.is_valid() and (wanted := _applied(request, me.id, form)):
        return see_other("own_application", wanted)
    provider = care_provider_of(me.hsa_id.organisation_number)
    page = apply_page(form, provider, may_attest=request.actor.may(Permission.ATTEST))
    return show(request, "account/account_apply.html", page, status=422 if form.errors else 200)


@needs_any_card.get
def application(request: CardRequest, id: int) -> HttpResponse:
    """One of one's own applications: where it stands, what was asked."""
    return _application(request, id, AnswerForm())


@needs_any_card.post
def answer(request: CardRequest, id: int) -> HttpResponse:
    """Svara på en fråga from the clinic."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _application(request, id, form, status=422)
    wanted = application_of(account_id=own(request).id, application_id=id)
    application_notes.answer(
        account_id=wanted.account_id,
        application_id=wanted.id,
        text=form.cleaned_data["text"],
        by=request.person.by,
        at=request.at,
    )
    return see_other("own_application", id)


@needs_any_card.post
def withdraw(request: CardRequest, id: int) -> HttpResponse:
    """Takes one's own waiting application back."""
    applying.withdraw(account_id=own(request).id, application_id=id, by=request.person.by, at=request.at)
    return see_other("account")


@needs_any_card.get_post
def leave(request: CardRequest, id: int) -> HttpResponse:
    """Lämna a right of one's own, after a question."""
    me = own(request)
    grant = access.own_grant(account_id=me.id, grant_id=id, at=request.at)
    if request.method == "POST":
        access.leave(account_id=me.id, grant_id=id, by=request.person.by, at=request.at)
        return see_other("account")
    last = len(access.own_grants(account_id=me.id, at=request.at)) == 1
    needed = access.needs_successor(grant=grant, account_id=me.id, at=request.at)
    return show(request, "account/account_leave.html", leave_page(grant, needed=needed, is_last=last))


@needs_any_card.get
def own_log(request: CardRequest) -> HttpResponse:
    """What the log holds about oneself."""
    me = own(request)
    log = entries_of_account(account_id=me.id, before=number_in(request.GET, "fore"))
    page = own_log_page(log, account_id=me.id, links=links_of(account_id=me.id))
    return show(request, "account/own_log.html", page)


def _applied(request: ActorRequest, account_id: int, form: ApplicationForm) -> int | None:
    with refusals_as_errors(
        form,
        {
            AlreadyApplied: "clinic",
            ClinicClosed: "clinic",
            RightHeld: "role",
            SubRegistryClosed: "sub_registries",
            NotParticipating: "sub_registries",
        },
    ):
        return access.apply_for_more(account_id=account_id, **form.wish, by=request.actor.by, at=request.at)
    return None


def _application(request: CardRequest, id: int, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    wanted = application_of(account_id=own(request).id, application_id=id)
    questions = application_notes.questions_to(account_id=wanted.account_id, application_id=wanted.id)
    page = own_application_page(wanted, questions, form)
    return show(request, "account/account_application.html", page, status=status)
