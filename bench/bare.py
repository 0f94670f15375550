"""The measure of the benches: a Django of its own with one view, no middleware, and one look at a row by its primary
key, in the same database and behind the same server and handler as the real thing (`config.wsgi`, `config.asgi`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
from django.conf import settings

from config import settings as real

settings.configure(
    DATABASES=real.DATABASES, ROOT_URLCONF=__name__, MIDDLEWARE=[], INSTALLED_APPS=[], ALLOWED_HOSTS=["*"], USE_TZ=True,
    DEFAULT_AUTO_FIELD=real.DEFAULT_AUTO_FIELD, DATABASE_POOL=real.DATABASE_POOL, SECRET_KEY="bare",
)  # fmt: skip
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402 -- after the set-up
from django.db import models  # noqa: E402 -- after the set-up
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    id = models.UUIDField(primary_key=True)
    status = models.CharField(max_length=10)
    version = models.PositiveBigIntegerField()
    progress = models.FloatField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "generation_job"


def show(request: HttpRequest, row_id: Any) -> JsonResponse:
    return JsonResponse(Row.objects.values("id", "status", "version", "progress", "created_at").get(id=row_id))


urlpatterns = [path("bare/<uuid:row_id>", show)]


def __getattr__(name: str) -> Any:
    """`wsgi` or `asgi`, made when it is asked for: a process has one of them."""
    from config import databases, threaded

    if name == "asgi":
        return threaded.get_application()
    if name == "wsgi":
        databases.for_web()
        return WSGIHandler()
    raise AttributeError(name)
