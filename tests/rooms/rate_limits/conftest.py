from tests.parallel import committed

__all__ = ["committed"]
