from django.urls import path

from generation import api

urlpatterns = [
    path("api/v1/jobs/<uuid:job_id>", api.JobDetail.as_view(), name="api-job"),
]
