"""All routes of the studio: its pages, its JSON routes, and those in the form of others."""

from generation.studio.api.urls import urlpatterns as api
from generation.studio.dialects.urls import urlpatterns as dialects
from generation.studio.pages.urls import urlpatterns as pages

urlpatterns = [*pages, *api, *dialects]
