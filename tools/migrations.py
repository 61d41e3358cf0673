"""Make the migrations that changed models need, with the settings and the throw-away PostgreSQL of the tests."""

from __future__ import annotations

import sys

from registret.config.cli import main
from tests.environment import prepare

if __name__ == "__main__":
    prepare()
    sys.argv = ["registret", "makemigrations", *sys.argv[1:]]
    main()
