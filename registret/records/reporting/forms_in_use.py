"""Forms that episodes were begun with. Their files must not change, so that an answer keeps its meaning."""

from __future__ import annotations

from datetime import datetime

from registret.records.models import FormVersion
from registret.records.refusals import FormChanged
from registret.records.rows import StepPage
from registret.registries.forms import Form


def require_unchanged(page: StepPage) -> None:
    """Refuse a form that is not as it was when it was first used. Raises: FormChanged."""
    if not page.is_as_used:
        raise FormChanged()


def use(form: Form, *, at: datetime) -> None:
    """Note that the form is in use from now on. Raises: FormChanged (it was, and has changed since)."""
    FormVersion.objects.bulk_create(
        [FormVersion(sub_registry=form.code, version=form.version, digest=form.digest, used_at=at)],
        ignore_conflicts=True,
    )
    if not FormVersion.objects.filter(sub_registry=form.code, version=form.version, digest=form.digest).exists():
        raise FormChanged()
