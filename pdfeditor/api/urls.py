from django.urls import path

from pdfeditor.api import annotation_views, views

_PDF = "pdf-projects/<uuid:pdf_id>/"
_ANNOTATION = f"{_PDF}annotations/<uuid:annotation_id>/"

urlpatterns = [
    path("pdf-projects/", views.PdfList.as_view(), name="pdf-list"),
    path(_PDF, views.PdfDetail.as_view(), name="pdf"),
    path(f"{_PDF}restore/", views.RestorePdf.as_view()),
    path(f"{_PDF}unlock/", views.UnlockPdf.as_view()),
    path(f"{_PDF}images/", annotation_views.PdfImages.as_view()),
    path(f"{_PDF}annotations/", annotation_views.AnnotationList.as_view()),
    path(f"{_PDF}annotations/bulk/", annotation_views.BulkAnnotations.as_view()),
    path(_ANNOTATION, annotation_views.AnnotationDetail.as_view()),
]
