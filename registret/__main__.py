"""`python -m registret`: the same as the command `registret`."""

from registret.config.cli import main

main()
