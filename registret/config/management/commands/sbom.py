"""`registret sbom`: what is installed, for those who look for weaknesses in it."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone

from registret.config.management.decided import Program
from registret.config.sbom import bill_of_materials


class Command(Program):
    help = "Prints what is installed, with licences and hashes, as a bill of materials (CycloneDX 1.6, JSON)."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(bill_of_materials(at=timezone.now()), indent=2))
