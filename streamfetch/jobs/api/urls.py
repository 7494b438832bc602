from django.urls import path

from streamfetch.jobs.api import views

urlpatterns = [
    path("jobs/", views.JobList.as_view(), name="job-list"),
    path("jobs/<uuid:job_id>/cancel/", views.CancelJob.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", views.RetryJob.as_view(), name="job-retry"),
]
