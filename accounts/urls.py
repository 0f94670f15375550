from django.urls import path

from accounts import account_pages, api, joining_pages, key_pages, recovery_pages, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("sign-in/forgotten", recovery_pages.forgotten, name="password-forgotten"),
    path("sign-in/new-password", recovery_pages.new_password, name="password-new"),
    path("sign-up/", joining_pages.sign_up, name="sign-up"),
    path("sign-up/confirm", joining_pages.confirm_sign_up, name="sign-up-confirm"),
    path("sign-up/join", joining_pages.join, name="sign-up-join"),
    path("auth/login", api.Login.as_view(), name="auth-login"),
    path("auth/refresh", api.Refresh.as_view(), name="auth-refresh"),
    path("auth/logout", api.Logout.as_view(), name="auth-logout"),
    path("account/", account_pages.account, name="account"),
    path("account/name", account_pages.change_name, name="account-name"),
    path("account/password", account_pages.change_password, name="account-password"),
    path("account/email", account_pages.change_email, name="account-email"),
    path("account/email/confirm", account_pages.confirm_email, name="account-email-confirm"),
    path("account/alerts", account_pages.change_alerts, name="account-alerts"),
    path("account/api-keys/", key_pages.own_api_keys, name="api-keys"),
    path("account/api-keys/new", key_pages.new_api_key, name="api-key-new"),
    path("account/api-keys/revoke", key_pages.revoke_api_key, name="api-key-revoke"),
]
