"""`registret forget`: once what `registret work` does each hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from registret.config.workers import forget_old


class Command(BaseCommand):
    help = "Removes counts of limits, login attempts, sessions and OCSP answers whose time is over, never the log."

    def handle(self, *args: Any, **options: Any) -> None:
        forgotten = forget_old()
        self.stdout.write(", ".join(f"{number} {what}" for what, number in forgotten.items()) + " forgotten")
