from django.urls import path

from generation import usage_pages, views
from generation.api import assets, jobs, models, runs, tickets, usage

urlpatterns = [
    path("account/keys/", views.own_keys, name="own-keys"),
    path("account/keys/save", views.save_own_key, name="own-key-save"),
    path("account/keys/delete", views.delete_own_key, name="own-key-delete"),
    path("account/usage/", usage_pages.own_usage, name="account-usage"),
    path("account/usage/limit", usage_pages.set_own_limit, name="account-limit"),
    path("media/<str:token>", views.linked_file, name="media-link"),
    path("api/v1/jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("api/v1/jobs/<uuid:job_id>", jobs.JobDetail.as_view(), name="api-job"),
    path("api/v1/jobs/<uuid:job_id>/cancel", jobs.JobCancel.as_view(), name="api-job-cancel"),
    path("api/v1/jobs/<uuid:job_id>/retry", jobs.JobRetry.as_view(), name="api-job-retry"),
    path("api/v1/runs", runs.Runs.as_view(), name="api-runs"),
    path("api/v1/runs/<uuid:run_id>", runs.RunDetail.as_view(), name="api-run"),
    path("api/v1/models", models.Models.as_view(), name="api-models"),
    path("api/v1/models/<slug:key>", models.ModelDetail.as_view(), name="api-model"),
    path("api/v1/assets", assets.Assets.as_view(), name="api-assets"),
    path("api/v1/assets/<uuid:asset_id>", assets.AssetDetail.as_view(), name="api-asset"),
    path("api/v1/assets/<uuid:asset_id>/file", assets.AssetFile.as_view(), name="api-asset-file"),
    path("api/v1/tickets", tickets.Tickets.as_view(), name="api-ticket"),
    path("api/v1/usage", usage.Usage.as_view(), name="api-usage"),
]
