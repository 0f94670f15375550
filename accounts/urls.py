from django.urls import path

from accounts import api, key_pages, own_pages, second_factor_pages, second_step, views

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
    path("account/data/", own_pages.own_data, name="account-data"),
    path("account/data/archive", own_pages.own_data_archive, name="account-data-archive"),
    path("account/leave/", own_pages.leave, name="account-leave"),
    path("account/leave/now", own_pages.leave_now, name="account-leave-now"),
    path("account/view-as/end", own_pages.end_view_as, name="view-as-end"),
    path("account/second-factor/", second_factor_pages.own_second_factor, name="second-factor"),
    path("account/second-factor/begin", second_factor_pages.begin_second_factor, name="second-factor-begin"),
    path("account/second-factor/confirm", second_factor_pages.confirm_second_factor, name="second-factor-confirm"),
    path("account/second-factor/off", second_factor_pages.end_second_factor, name="second-factor-off"),
]
