from django.urls import path

from downloads.api import views

urlpatterns = [
    path("downloads/", views.DownloadList.as_view(), name="download-list"),
    path(
        "downloads/<uuid:download_id>/",
        views.DownloadDetail.as_view(),
        name="download",
    ),
    path("downloads/<uuid:download_id>/cancel/", views.CancelDownload.as_view()),
    path("downloads/<uuid:download_id>/retry/", views.RetryDownload.as_view()),
]
