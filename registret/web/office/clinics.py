"""Läs in kliniker: regions, care providers and clinics from a file. First what it would do; after a question, it."""

from __future__ import annotations

import hashlib

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from registret.access.checks import check_card_age
from registret.access.roles import Permission
from registret.places import clinic_file
from registret.places.services import Imported, ImportedChange, import_clinics
from registret.web.gate import needs
from registret.web.http import ActorRequest
from registret.web.office.clinic_pages import ClinicImport, ClinicImportLine, clinic_import_page
from registret.web.pieces import show
from registret.words.clinic_faults import clinic_fault
from registret.words.events import event_name

LARGEST = 500_000
_FIELDS = {
    "name": clinic_file.NAME,
    "hospital": clinic_file.HOSPITAL,
    "mail_domains": clinic_file.MAIL_DOMAINS,
    "region_id": clinic_file.REGION,
    "contact_name": clinic_file.CONTACT_NAME,
    "contact_mail": clinic_file.CONTACT_MAIL,
    "contact_phone": clinic_file.CONTACT_PHONE,
}


class FileForm(forms.Form):
    """A file that the user chose."""

    file = forms.FileField(error_messages={"required": _("Välj en fil"), "empty": _("Filen är tom")})

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        assert isinstance(file, UploadedFile)  # noqa: S101 - what FileField answers
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("Filen är för stor: högst 500 kB"))
        return bytes(file.read())


@needs(Permission.APPOINT).get_post
def bring(request: ActorRequest) -> HttpResponse:
    """The form; POST with a file says what it would do; POST of that text with its state does it."""
    form = FileForm(request.POST, request.FILES) if request.FILES or _is_empty(request) else FileForm()
    answer, done, moved = None, False, False
    if request.method == "POST" and not form.is_bound:
        content = request.POST["text"].encode()
        answer = _answer(request, content, dry_run=True)
        moved = answer.state != request.POST.get("state")
        if not moved and not answer.faults:
            check_card_age(request.actor, at=request.at)
            answer, done = _answer(request, content, dry_run=False), True
    elif form.is_bound and form.is_valid():
        answer = _answer(request, form.cleaned_data["file"], dry_run=True)
    page = clinic_import_page(form, answer, done=done, moved=moved)
    wrong = form.errors or (answer is not None and answer.faults)
    return show(request, "office/bring_clinics.html", page, tab="office", status=422 if wrong else 200)


def _is_empty(request: ActorRequest) -> bool:
    return request.method == "POST" and "text" not in request.POST


def _answer(request: ActorRequest, content: bytes, *, dry_run: bool) -> ClinicImport:
    rows, faults = clinic_file.read(content)
    if faults:
        # The other lines are looked at as well, so that one round of mending is enough.
        done = Imported(changes=(), faults=tuple(sorted([*faults, *clinic_file.checked(rows)[1]])))
    else:
        done = import_clinics(rows=rows, dry_run=dry_run, by=request.actor.by, at=request.at)
    return ClinicImport(
        text=content.decode("utf-8-sig") if not faults else "",
        rows=len(rows),
        faults=tuple(
            ClinicImportLine(line=f.line, column=f.column, what=clinic_fault(f.code, dict(f.values)))
            for f in done.faults
        ),
        changes=tuple(ClinicImportLine(line=c.line, column=c.about, what=_change(c)) for c in done.changes),
        state=hashlib.sha256(repr(done.changes).encode()).hexdigest(),
    )


def _change(change: ImportedChange) -> str:
    fields = ", ".join(_FIELDS.get(field, field) for field in change.fields)
    return f"{event_name(change.event)}: {fields}" if fields else event_name(change.event)
