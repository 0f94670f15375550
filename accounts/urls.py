from django.urls import path

from accounts import api, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("auth/login", api.Login.as_view(), name="auth-login"),
]
