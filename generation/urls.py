from django.urls import path

from generation import api, api_tickets, views

urlpatterns = [
    path("account/keys/", views.own_keys, name="own-keys"),
    path("account/keys/save", views.save_own_key, name="own-key-save"),
    path("account/keys/delete", views.delete_own_key, name="own-key-delete"),
    path("api/v1/jobs/<uuid:job_id>", api.JobDetail.as_view(), name="api-job"),
    path("api/v1/tickets", api_tickets.Tickets.as_view(), name="api-ticket"),
]
