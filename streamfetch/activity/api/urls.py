from django.urls import path

from streamfetch.activity.api import views

urlpatterns = [path("activity/", views.ActivityList.as_view(), name="activity-list")]
