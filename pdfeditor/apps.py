from django.apps import AppConfig


class PdfEditorConfig(AppConfig):
    name = "pdfeditor"
