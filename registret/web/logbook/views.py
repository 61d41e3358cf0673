"""Loggen, for those who review it."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import reverse

from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.kernel.sweden import day_of
from registret.oversight.openings import open_log
from registret.oversight.refusals import LogReasonNeeded
from registret.web.gate import needs
from registret.web.http import ActorRequest, see_other
from registret.web.logbook.forms import LogForm, OpeningForm
from registret.web.logbook.pages import LogPage, log_lines, log_page
from registret.web.logbook.reading import export_log, read_log
from registret.web.numbers import number_in
from registret.web.pieces import FormPage, older_and_newest, show

# Name, ending and type of each file that the log can be taken out as.
_FILES = {
    "csv": ("logg", "csv", "text/csv; charset=utf-8"),
    "jsonl": ("logg", "jsonl", "application/jsonl"),
    "seals": ("forseglingar", "jsonl", "application/jsonl"),
}


@needs(Permission.READ_LOG).get
def logbook(request: ActorRequest) -> HttpResponse:
    """Who did what, when and from where. A reader who has not said why is asked; the reading itself is logged."""
    form = LogForm(request.GET)
    if not form.is_valid():
        return _log(request, LogPage(form=form), status=422)
    before = number_in(request.GET, "fore")
    try:
        page = read_log(
            wanted=form.wanted,
            patient=form.cleaned_data["patient"],
            told=form.told,
            before=before,
            actor=request.actor,
            at=request.at,
        )
    except LogReasonNeeded:
        return _ask(request, OpeningForm(initial={"question": request.GET.urlencode()}))
    links = older_and_newest(
        older=_with(request, page.older) if page.older else "", newest=_with(request, None) if before else ""
    )
    return _log(request, log_page(form, log_lines(page.rows, actor=request.actor), links))


@needs(Permission.READ_LOG).post
def open_up(request: ActorRequest) -> HttpResponse:
    """A reason is given, and the log is shown as it was asked for."""
    form = OpeningForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    data = form.cleaned_data
    open_log(why=data["why"], reason=data["reason"], actor=request.actor, at=request.at)
    return _to_log(QueryDict(data["question"]).urlencode())


@needs(Permission.READ_LOG).post
def export(request: ActorRequest) -> HttpResponseBase:
    """All that fits the filter, as a file; it is written while it is read, however long the log is.

    Raises: CardTooOld.
    """
    check_card_age(request.actor, at=request.at)
    form, kind = LogForm(request.POST), request.POST.get("form", "")
    if not form.is_valid() or kind not in _FILES:
        return _log(request, LogPage(form=form), status=422)
    try:
        stream = export_log(
            wanted=form.wanted,
            patient=form.cleaned_data["patient"],
            told=form.told,
            form=kind,
            actor=request.actor,
            at=request.at,
        )
    except LogReasonNeeded:
        return _to_log("")
    name, ending, content_type = _FILES[kind]
    file = f"{name}-{day_of(request.at)}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingHttpResponse(stream, content_type=content_type, headers=headers)


def _ask(request: ActorRequest, form: OpeningForm) -> HttpResponse:
    page = FormPage(form=form)
    return show(request, "logbook/log_open.html", page, tab="logbook", status=422 if form.errors else 200)


def _log(request: ActorRequest, page: LogPage, *, status: int = 200) -> HttpResponse:
    return show(request, "logbook/logbook.html", page, tab="logbook", status=status)


def _to_log(question: str) -> HttpResponse:
    return see_other(f"{reverse('logbook')}?{question}" if question else reverse("logbook"))


def _with(request: ActorRequest, before: int | None) -> str:
    """The address of the question as it was put, from below entry number `before`."""
    query = request.GET.copy()
    query.pop("fore", None)
    if before is not None:
        query["fore"] = str(before)
    return f"?{query.urlencode()}"
