from django.urls import path

from uploads import views

app_name = "uploads"
urlpatterns = [
    path("", views.library, name="library"),
    path("assets/<uuid:asset_id>/", views.asset, name="asset"),
]
