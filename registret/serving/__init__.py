"""The embedded listeners: TLS and one-time hosts. No Django here, and no decision about cards."""

from registret.serving.listener import DOOR_LIMITS, SITE_LIMITS, Door, Limits, Listener, ServingTrouble
from registret.serving.run import Background, serve

__all__ = ["DOOR_LIMITS", "SITE_LIMITS", "Background", "Door", "Limits", "Listener", "ServingTrouble", "serve"]
