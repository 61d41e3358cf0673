from tests.pki import pki

__all__ = ["pki"]
