from django.urls import path

from downloads import views

app_name = "downloads"
urlpatterns = [
    path("downloads/", views.download_list, name="list"),
    path("downloads/history.csv", views.history_csv, name="export"),
    path("downloads/subscriptions/", views.subscription_list, name="subscriptions"),
    path("downloads/statistics/", views.statistics_page, name="statistics"),
    path("downloads/settings/", views.settings_page, name="settings"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
