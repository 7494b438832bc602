from django.urls import path

from streamfetch.preferences.api import views

urlpatterns = [
    path("settings/", views.UserSettingsDetail.as_view(), name="user-settings")
]
