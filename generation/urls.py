from django.urls import path

from generation import usage_pages, views

urlpatterns = [
    path("account/keys/", views.own_keys, name="own-keys"),
    path("account/keys/save", views.save_own_key, name="own-key-save"),
    path("account/keys/delete", views.delete_own_key, name="own-key-delete"),
    path("account/usage/", usage_pages.own_usage, name="account-usage"),
    path("account/usage/limit", usage_pages.set_own_limit, name="account-limit"),
    path("media/<str:token>", views.linked_file, name="media-link"),
]
