"""Programs that act, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

PROGRAMS = {
    "visitor": _("Någon utan kort"),
    "clock": _("Klockan"),
    "appoint": _("Kommandot appoint"),
    "dismiss": _("Kommandot dismiss"),
    "suspend": _("Kommandot suspend"),
    "import-clinics": _("Kommandot import-clinics"),
    "import-coverage": _("Kommandot import-coverage"),
    "import-accounts": _("Kommandot import-accounts"),
    "accept-card": _("Kommandot accept-card"),
    "import": _("Inläsningen av filer"),
    "import-history": _("Kommandot import-history"),
    "mail": _("Mejlutskicket"),
    "probe": _("Frågan om kortet sitter i"),
    "lists": _("Hämtning av spärrlistor"),
    "cull-ledger": _("Kommandot cull-ledger"),
    "exports": _("Exporten"),
    "population": _("Frågan till folkbokföringen"),
    "replay-opt-outs": _("Kommandot replay-opt-outs"),
    "research-key": _("Kommandot research-key"),
}


def program_name(code: str) -> str:
    """The program in the active language; the code itself if nobody has worded it."""
    return str(PROGRAMS.get(code, code))
