"""Forms that episodes were begun with. Their files must not change, so that an answer keeps its meaning."""

from __future__ import annotations

from datetime import datetime

from registret.records.models import FormVersion
from registret.records.refusals import FormChanged
from registret.registries.forms import Form


def require_unchanged(form: Form) -> None:
    """A form that is in use stays as it is: an answer must mean tomorrow what it means today."""
    if not FormVersion.objects.filter(sub_registry=form.code, version=form.version, digest=form.digest).exists():
        raise FormChanged()


def use(form: Form, *, at: datetime) -> None:
    """The form is in use from now on: its files must not change. Raises: FormChanged."""
    FormVersion.objects.bulk_create(
        [FormVersion(sub_registry=form.code, version=form.version, digest=form.digest, used_at=at)],
        ignore_conflicts=True,
    )
    require_unchanged(form)
