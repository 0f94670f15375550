from django.urls import path

from generation import views
from generation.api import assets, jobs, tickets

urlpatterns = [
    path("account/keys/", views.own_keys, name="own-keys"),
    path("account/keys/save", views.save_own_key, name="own-key-save"),
    path("account/keys/delete", views.delete_own_key, name="own-key-delete"),
    path("media/<str:token>", views.linked_file, name="media-link"),
    path("api/v1/jobs/<uuid:job_id>", jobs.JobDetail.as_view(), name="api-job"),
    path("api/v1/assets/<uuid:asset_id>/file", assets.AssetFile.as_view(), name="api-asset-file"),
    path("api/v1/tickets", tickets.Tickets.as_view(), name="api-ticket"),
]
