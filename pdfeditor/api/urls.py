from django.urls import path

from pdfeditor.api import annotation_views, export_views, state_views, views

_PDF = "pdf-projects/<uuid:pdf_id>/"
_EXPORT = f"{_PDF}exports/<uuid:export_id>/"
_ANNOTATION = f"{_PDF}annotations/<uuid:annotation_id>/"

urlpatterns = [
    path("pdf-projects/", views.PdfList.as_view(), name="pdf-list"),
    path(_PDF, views.PdfDetail.as_view(), name="pdf"),
    path(f"{_PDF}restore/", views.RestorePdf.as_view()),
    path(f"{_PDF}unlock/", views.UnlockPdf.as_view()),
    path(f"{_PDF}images/", annotation_views.PdfImages.as_view()),
    path(f"{_PDF}annotations/", annotation_views.AnnotationList.as_view()),
    path(f"{_PDF}annotations/bulk/", annotation_views.BulkAnnotations.as_view()),
    path(f"{_PDF}pages/", export_views.ArrangePages.as_view()),
    path(f"{_PDF}split/", export_views.SplitPdf.as_view()),
    path(f"{_PDF}fields/", state_views.PdfFields.as_view()),
    path(f"{_PDF}versions/", state_views.VersionList.as_view()),
    path(
        f"{_PDF}versions/<uuid:version_id>/restore/",
        state_views.RestoreVersion.as_view(),
    ),
    path(f"{_PDF}xfdf/", export_views.ImportXfdf.as_view()),
    path(f"{_PDF}exports/", export_views.ExportList.as_view()),
    path(_EXPORT, export_views.ExportDetail.as_view()),
    path(f"{_EXPORT}file/", export_views.ExportFile.as_view(), name="pdf-export-file"),
    path(_ANNOTATION, annotation_views.AnnotationDetail.as_view()),
]
