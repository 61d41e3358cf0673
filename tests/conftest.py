"""One environment for all tests, made before Django reads its settings."""

from __future__ import annotations

import django

from tests.environment import prepare

prepare()
django.setup()
