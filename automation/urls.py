from django.urls import path

from automation import views

app_name = "automation"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<uuid:job_id>/", views.job_page, name="job"),
]
