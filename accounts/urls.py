from django.urls import path

from accounts import api, key_pages, second_factor_pages, second_step, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", second_step.sign_in_code, name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("auth/login", api.Login.as_view(), name="auth-login"),
    path("auth/refresh", api.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", api.Logout.as_view(), name="auth-logout"),
    path("account/api-keys/", key_pages.own_api_keys, name="api-keys"),
    path("account/api-keys/new", key_pages.new_api_key, name="api-key-new"),
    path("account/api-keys/revoke", key_pages.revoke_api_key, name="api-key-revoke"),
    path("account/second-factor/", second_factor_pages.own_second_factor, name="second-factor"),
    path("account/second-factor/begin", second_factor_pages.begin_second_factor, name="second-factor-begin"),
    path("account/second-factor/confirm", second_factor_pages.confirm_second_factor, name="second-factor-confirm"),
    path("account/second-factor/off", second_factor_pages.end_second_factor, name="second-factor-off"),
]
