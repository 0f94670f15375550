"""All routes. What begins with a tier's slug comes last; `accounts.reserved` keeps slugs out of the way of the rest."""

from django.contrib import admin
from django.urls import include, path

from config.health import healthz
from config.metrics import metrics
from config.schema import docs, schema

urlpatterns = [
    path("api/v1/", include("generation.api.urls")),
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("api/schema", schema, name="api-schema"),
    path("api/docs", docs, name="api-docs"),
    path("", include("accounts.urls")),
    path("", include("generation.urls")),
    path("", include("generation.studio.urls")),
    path("", include("gallery.urls")),
    path("", include("stories.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
