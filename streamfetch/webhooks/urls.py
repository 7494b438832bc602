from django.urls import path

from streamfetch.webhooks import views

app_name = "webhooks"
urlpatterns = [path("", views.webhooks, name="list")]
