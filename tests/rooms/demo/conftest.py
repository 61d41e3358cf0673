"""Pages need the static files under their final names."""

from tests.rooms.web.conftest import static_files

__all__ = ["static_files"]
