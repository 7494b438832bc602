from django.urls import path

from downloads.api import subscription_views, views

_ONE = "downloads/<uuid:download_id>/"
_SUBSCRIPTION = "subscriptions/<uuid:subscription_id>/"

urlpatterns = [
    path("downloads/", views.DownloadList.as_view(), name="download-list"),
    path("downloads/many/", views.DownloadMany.as_view(), name="download-many"),
    path("downloads/inspect/", views.Inspect.as_view(), name="download-inspect"),
    path("downloads/stats/", subscription_views.Statistics.as_view()),
    path("downloads/cookies/", subscription_views.CookieList.as_view()),
    path(
        "downloads/cookies/<uuid:cookies_id>/",
        subscription_views.CookieDetail.as_view(),
    ),
    path(_ONE, views.DownloadDetail.as_view(), name="download"),
    path(f"{_ONE}cancel/", views.CancelDownload.as_view()),
    path(f"{_ONE}retry/", views.RetryDownload.as_view()),
    path(f"{_ONE}pause/", views.PauseDownload.as_view()),
    path(f"{_ONE}resume/", views.ResumeDownload.as_view()),
    path(f"{_ONE}prioritise/", views.PrioritiseDownload.as_view()),
    path(f"{_ONE}again/", views.FetchAgain.as_view()),
    path(f"{_ONE}delete-file/", views.DeleteFile.as_view()),
    path("subscriptions/", subscription_views.SubscriptionList.as_view()),
    path(_SUBSCRIPTION, subscription_views.SubscriptionDetail.as_view()),
    path(
        f"{_SUBSCRIPTION}check/",
        subscription_views.CheckSubscription.as_view(),
    ),
]
