"""The WSGI entry: plain HTTP on threads, which serve Django two to three times as fast as ASGI does. In production it
stands beside `config.asgi`, behind one proxy."""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.databases import for_web  # noqa: E402 -- it needs the settings
from config.proxies import before_wsgi  # noqa: E402
from config.request_ids import before_wsgi as with_request_id  # noqa: E402

for_web()
# The id first: it is taken from a proxy alone, and behind the other wall the peer is the client.
application = with_request_id(before_wsgi(get_wsgi_application(), settings.TRUSTED_PROXIES))
