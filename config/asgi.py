"""The ASGI entry: plain HTTP to Django, assistants to the MCP door, websockets to the consumers. The embedded default serves
everything through it; in production it gets the sockets and `/mcp` alone (see `config.wsgi`)."""

from __future__ import annotations

import os

from config.threaded import get_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# First: the consumers import models, and models need Django to be set up.
http = get_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 -- after the set-up above
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from config.proxies import before_asgi  # noqa: E402
from config.request_ids import before_asgi as with_request_id  # noqa: E402
from config.sockets import websocket_urlpatterns  # noqa: E402
from generation.studio.dialects.mcp.door import McpDoor  # noqa: E402

# The id first: it is taken from a proxy alone, and behind the other wall the peer is the client.
application = with_request_id(
    before_asgi(
        ProtocolTypeRouter(
            {
                "http": McpDoor(http),
                "websocket": AuthMiddlewareStack(URLRouter(websocket_urlpatterns)),
            }
        ),
        settings.TRUSTED_PROXIES,
    )
)
