"""The embedded listeners: TLS, one-time hosts and the worker loop. No Django here, and no decision about cards."""

from registret.serving.listener import DOOR_LIMITS, SITE_LIMITS, Door, Limits, Listener, ServingTrouble
from registret.serving.run import serve
from registret.serving.worker import Worker

__all__ = ["DOOR_LIMITS", "SITE_LIMITS", "Door", "Limits", "Listener", "ServingTrouble", "Worker", "serve"]
