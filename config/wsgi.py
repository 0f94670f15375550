"""The WSGI entry: plain HTTP on threads, which serve Django two to three times as fast as ASGI does. In production it
stands beside `config.asgi`, behind one proxy."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

from config.request_ids import before_wsgi as with_request_id  # noqa: E402 -- after the set-up above

application = with_request_id(django_application)
