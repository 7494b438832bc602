from django.urls import path

from downloads.api import views

_ONE = "downloads/<uuid:download_id>/"

urlpatterns = [
    path("downloads/", views.DownloadList.as_view(), name="download-list"),
    path("downloads/inspect/", views.Inspect.as_view(), name="download-inspect"),
    path(_ONE, views.DownloadDetail.as_view(), name="download"),
    path(f"{_ONE}cancel/", views.CancelDownload.as_view()),
    path(f"{_ONE}retry/", views.RetryDownload.as_view()),
    path(f"{_ONE}pause/", views.PauseDownload.as_view()),
    path(f"{_ONE}resume/", views.ResumeDownload.as_view()),
    path(f"{_ONE}prioritise/", views.PrioritiseDownload.as_view()),
    path(f"{_ONE}again/", views.FetchAgain.as_view()),
    path(f"{_ONE}delete-file/", views.DeleteFile.as_view()),
]
