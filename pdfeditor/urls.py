from django.urls import path

from pdfeditor import views

app_name = "pdfeditor"
urlpatterns = [
    path("", views.pdf_list, name="list"),
    path("<uuid:pdf_id>/", views.editor, name="editor"),
]
