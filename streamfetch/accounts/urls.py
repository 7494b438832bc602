from django.contrib.auth.views import LogoutView
from django.urls import path

from streamfetch.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("settings/", views.Settings.as_view(), name="settings"),
]
