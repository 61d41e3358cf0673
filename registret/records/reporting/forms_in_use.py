"""Forms that episodes were begun with. Their files must not change, so that an answer keeps its meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from registret.database.prepared import Given, Prepared
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
    if not _is_used(form):
        FormVersion.objects.bulk_create(
            [FormVersion(sub_registry=form.code, version=form.version, digest=form.digest, used_at=at)],
            ignore_conflicts=True,
        )
        if not _is_used(form):
            raise FormChanged()


_USED: Final = Prepared(
    lambda: FormVersion.objects.filter(
        sub_registry=Given("code"), version=Given("version"), digest=Given("digest")
    ).values_list("id", flat=True)
)


def _is_used(form: Form) -> bool:
    """As it is now."""
    return _USED.first(code=form.code, version=form.version, digest=form.digest) is not None
