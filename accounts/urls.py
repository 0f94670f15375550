from django.urls import path

from accounts import api, fence_pages, key_pages, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("auth/login", api.Login.as_view(), name="auth-login"),
    path("auth/refresh", api.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", api.Logout.as_view(), name="auth-logout"),
    path("account/api-keys/", key_pages.own_api_keys, name="api-keys"),
    path("account/api-keys/new", key_pages.new_api_key, name="api-key-new"),
    path("account/api-keys/revoke", key_pages.revoke_api_key, name="api-key-revoke"),
    path("<slug:tier>/leave", fence_pages.leave, name="tier-leave"),
]
