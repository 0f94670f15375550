"""What stands under `/api/v1/`. `config.urls` looks here before anywhere else, because programs ask how a job stands again and
again: each pattern that is tried before costs every one of these requests."""

from django.urls import path

from generation.api import assets, jobs, models, runs, tickets, usage

urlpatterns = [
    path("jobs/<uuid:job_id>", jobs.JobDetail.as_view(), name="api-job"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:job_id>/cancel", jobs.JobCancel.as_view(), name="api-job-cancel"),
    path("jobs/<uuid:job_id>/retry", jobs.JobRetry.as_view(), name="api-job-retry"),
    path("runs", runs.Runs.as_view(), name="api-runs"),
    path("runs/<uuid:run_id>", runs.RunDetail.as_view(), name="api-run"),
    path("models", models.Models.as_view(), name="api-models"),
    path("models/<slug:key>", models.ModelDetail.as_view(), name="api-model"),
    path("assets", assets.Assets.as_view(), name="api-assets"),
    path("assets/<uuid:asset_id>", assets.AssetDetail.as_view(), name="api-asset"),
    path("assets/<uuid:asset_id>/file", assets.AssetFile.as_view(), name="api-asset-file"),
    path("tickets", tickets.Tickets.as_view(), name="api-ticket"),
    path("usage", usage.Usage.as_view(), name="api-usage"),
]
