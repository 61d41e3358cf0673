"""`registret check-definitions [FOLDER]`: whether sub-registries can be used, each fault with its file and line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from registret.config.management.decided import Program
from registret.kernel.sweden import day_of
from registret.registries.forms import Form
from registret.registries.loading.catalogue import DEFINITIONS, logic_faults, read
from registret.registries.loading.faults import DefinitionBroken


class Command(Program):
    help = (
        "Reads the definitions of sub-registries and prints each fault with its file and line, or else a line for each "
        "version. Answers are tried, too: a rule that none can break is a fault, and so is a required outcome that an "
        "unknown answer hides. FOLDER is one like REGISTRET_DEFINITIONS_DIR, with <code>/<version>/register.toml in "
        "it. Without FOLDER: what this installation uses."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="only what lies in this folder")

    def handle(self, *args: Any, folder: Path | None, **options: Any) -> None:
        used = [DEFINITIONS, *([settings.DEFINITIONS_DIR] if settings.DEFINITIONS_DIR else [])]
        try:
            folders = [folder] if folder else used
            found = read(*folders, codes_on=day_of(timezone.now()))
            if faults := logic_faults(found, *folders):
                raise DefinitionBroken(faults)
        except DefinitionBroken as broken:
            self.stop(*broken.faults, f"registret: {_count(len(broken.faults), 'fault')}")
        for key, register in found.registers.items():
            says = _told(found.forms[key]) if key in found.forms else "no forms"
            self.stdout.write(f"{key[0]} {key[1]}: {register.state.value}, {says}")
        for code, indicators in found.indicators.items():
            self.stdout.write(f"{code}: {_count(len(indicators), 'indicator')}")


def _told(form: Form) -> str:
    numbers = {"step": len(form.steps), "variable": len(form.questions), "score": len(form.scores)}
    return ", ".join(_count(number, what) for what, number in numbers.items())


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
