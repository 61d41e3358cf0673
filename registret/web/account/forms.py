from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ObjectionForm(forms.Form):
    """Programs that look through mail follow links and send forms; they do not say whose card it was."""

    sure = forms.BooleanField(error_messages={"required": _("Kryssa för att det inte var du")})
