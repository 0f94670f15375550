"""The WSGI entry: plain HTTP on threads, which serve Django two to three times as fast as ASGI does. In production it
stands beside `config.asgi`, behind one proxy."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from config.threaded import keep_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
keep_connections()
