"""An installation in which somebody has added a view and not decided who may come in."""

from registret.config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.rooms.config.ungated_urls"
