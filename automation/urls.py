from django.urls import path

from automation import views

app_name = "automation"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("new/", views.new_job, name="new"),
    path("<uuid:job_id>/", views.job_page, name="job"),
]
