"""The control: the ASGI entry with sockets that listen to the channel layer, as Channels has them."""

from __future__ import annotations

from config.asgi import application
from generation.live import ProgressConsumer

ProgressConsumer.channel_layer_alias = "default"
__all__ = ["application"]
