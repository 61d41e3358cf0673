"""`registret export-definitions CODE`: a sub-registry as a code book, or as a questionnaire for other systems."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import timezone

from registret.config.management.decided import Program
from registret.kernel.sweden import day_of
from registret.registries.exports.codebook import as_csv
from registret.registries.exports.questionnaire import as_questionnaire
from registret.registries.forms import Form
from registret.registries.queries import catalogue, sub_registries


class Command(Program):
    help = (
        "Writes the definition of a sub-registry to standard output: the code book as CSV (UTF-8, separated by ;), or "
        "a FHIR R4 Questionnaire as JSON. Without --version: the one in force today."
    )
    says = "registret: "

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        # Django's own --version, of Django, gives way.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="CODE", help="of the sub-registry, such as pneumoni")
        parser.add_argument("--version", type=int, metavar="N", help="another version than the one in force")
        parser.add_argument("--as", dest="kind", choices=["csv", "fhir"], required=True, help="what to write")

    def handle(self, *args: Any, code: str, version: int | None, kind: str, **options: Any) -> None:
        form = self._form(code, version)
        if kind == "csv":
            self.stdout.write(as_csv(form), ending="")
        else:
            found = as_questionnaire(form, origin=settings.SITE_ORIGIN, on=day_of(timezone.now()))
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))

    def _form(self, code: str, version: int | None) -> Form:
        in_force = {registry.code: registry.version for registry in sub_registries()}
        if code not in in_force:
            self.stop(f"there is no sub-registry {code}: choose among {', '.join(in_force)}")
        wanted = version or in_force[code]
        form = catalogue().forms.get((code, wanted))
        if form is None:
            there = ", ".join(str(v) for c, v in sorted(catalogue().forms) if c == code)
            self.stop(f"{code} {wanted} has no forms" + (f"; these versions have: {there}" if there else ""))
        return form
