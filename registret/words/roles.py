"""Roles in words."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

_ROLES = {
    "reporter": (_("Registrerare"), _("Skapa, ändra och signera vårdepisoder på din klinik")),
    "reader": (_("Läsare"), _("Läsa vårdepisoder på din klinik")),
    "report_reader": (
        _("Rapportläsare"),
        _("Se klinikens rapporter, aldrig enskilda patienter"),
    ),
    "importer": (_("Importör"), _("Läsa in vårdepisoder ur filer, och allt som en registrerare gör")),
    "system": (_("System"), _("Ett journalsystem som läser in filer på egen hand")),
    "export_system": (_("System som tar ut filer"), _("Ett system som tar ut klinikens vårdepisoder på egen hand")),
    "exporter": (_("Exportör"), _("Läsa vårdepisoder på din klinik, och ta ut dem i filer")),
    "local_administrator": (_("Lokal administratör"), _("Attestera kollegor på din klinik")),
    "registry_office": (_("Registerkansli"), _("Utse lokala administratörer, aldrig se patienter")),
    "log_reviewer": (_("Loggranskare"), _("Granska loggen")),
    "support": (_("Support"), _("Hjälpa användare, aldrig se patienter")),
    "case_handler": (_("Handläggare av patientärenden"), _("Utdrag till patienter, avböjanden och gallring")),
}
# A person has the role and is not always called by its name: nobody is "support for a clinic".
_IN_SENTENCES = {
    "reporter": _("registrerare"),
    "reader": _("läsare"),
    "report_reader": _("rapportläsare"),
    "importer": _("importör"),
    "system": _("system som läser in filer"),
    "export_system": _("system som tar ut filer"),
    "exporter": _("exportör"),
    "local_administrator": _("lokal administratör"),
    "registry_office": _("medarbetare på registerkansliet"),
    "log_reviewer": _("loggranskare"),
    "support": _("medarbetare i supporten"),
    "case_handler": _("handläggare av patientärenden"),
}


def role_name(code: str, *, language: str | None = None) -> str:
    """The role's name, in `language` or in the active one."""
    if language is None:
        return str(_ROLES[code][0])
    with translation.override(language):
        return str(_ROLES[code][0])


def role_in_sentence(code: str, *, language: str | None = None) -> str:
    """What a person with the role is, within a sentence, in `language` or in the active one."""
    with translation.override(language or translation.get_language()):
        return str(_IN_SENTENCES[code])


def role_hint(code: str) -> str:
    """What the role may do, in one line."""
    return str(_ROLES[code][1])


def roles_with_words() -> frozenset[str]:
    return frozenset(_ROLES)
