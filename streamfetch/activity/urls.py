from django.urls import path

from streamfetch.activity import views

app_name = "activity"
urlpatterns = [path("", views.activity, name="list")]
