from django.apps import AppConfig


class PdfEditorConfig(AppConfig):
    name = "pdfeditor"

    def ready(self) -> None:
        # Models must be loaded before services are.
        from pdfeditor.services.uses import pdf_projects_using
        from uploads.services import usage

        usage.register(pdf_projects_using)
