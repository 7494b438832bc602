from django.urls import URLPattern

app_name = "pdfeditor"
urlpatterns: list[URLPattern] = []
