"""Shapes of the PDF endpoints."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from pdfeditor.geometry.document import (
    EditorSettings,
    ExportOptions,
    Metadata,
    Verification,
)
from pdfeditor.models import MAX_NAME, Annotation, PdfExport, PdfProject
from pdfeditor.services.projects import WRITABLE_METADATA
from streamfetch.api.fields import EmbeddedDocumentField, StrictSerializer
from streamfetch.jobs.api.serializers import JobSerializer

# What the database can hold.
MAX_REVISION = 2**31 - 1
LONGEST_PASSWORD = 200
_ASSET = "4b7a1f0e-8a53-4c7e-9a0b-2f1d6c3e5a90"
_ANNOTATION = "0d6c9a4e-52a7-4f0b-9f3e-7d1c2b3a4f55"
_PAGE = "b2b6a7a8-5b0e-4c52-8a5f-3f3a8f0d7c11"


class _Described(serializers.Serializer):
    """Instances are the service's descriptions already."""

    def to_representation(self, instance: Any) -> Any:
        return instance


class PdfSummarySerializer(_Described):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=PdfProject.Status.choices, read_only=True)
    error = serializers.DictField(read_only=True, allow_null=True)
    revision = serializers.IntegerField(read_only=True)
    page_count = serializers.IntegerField(read_only=True)
    thumbnail_url = serializers.CharField(read_only=True, allow_null=True)
    url = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class PdfPageSerializer(_Described):
    id = serializers.UUIDField(read_only=True)
    page_number = serializers.IntegerField(read_only=True)
    width = serializers.FloatField(read_only=True)
    height = serializers.FloatField(read_only=True)
    rotation = serializers.IntegerField(read_only=True)
    crop = serializers.ListField(child=serializers.FloatField(), read_only=True)
    user_unit = serializers.FloatField(read_only=True)
    thumbnail = serializers.CharField(read_only=True, allow_null=True)


class PdfProjectSerializer(PdfSummarySerializer):
    asset = serializers.UUIDField(read_only=True)
    metadata = EmbeddedDocumentField(Metadata, read_only=True)
    settings = EmbeddedDocumentField(EditorSettings, read_only=True)
    notices = serializers.ListField(child=serializers.CharField(), read_only=True)
    pages = PdfPageSerializer(many=True, read_only=True)
    file_url = serializers.CharField(read_only=True, allow_null=True)
    file_revision = serializers.IntegerField(read_only=True)
    original_url = serializers.CharField(read_only=True, allow_null=True)
    has_form = serializers.BooleanField(read_only=True)
    is_signed = serializers.BooleanField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "From a file of the library",
            value={"asset": _ASSET, "name": "Contract"},
            request_only=True,
        )
    ]
)
class CreatePdfSerializer(StrictSerializer):
    asset = serializers.UUIDField()
    name = serializers.CharField(max_length=MAX_NAME, required=False)
    password = serializers.CharField(
        max_length=LONGEST_PASSWORD,
        required=False,
        write_only=True,
        trim_whitespace=False,
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A password", value={"password": "open sesame"}, request_only=True
        )
    ]
)
class UnlockSerializer(StrictSerializer):
    password = serializers.CharField(
        max_length=LONGEST_PASSWORD, write_only=True, trim_whitespace=False
    )


class EditMetadataSerializer(StrictSerializer):
    title = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    author = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    subject = serializers.CharField(max_length=2000, allow_blank=True, required=False)
    keywords = serializers.CharField(max_length=2000, allow_blank=True, required=False)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            # Clients send back all they got; the rest is the server's.
            data = {k: v for k, v in data.items() if k not in _SERVER_METADATA}
        return super().to_internal_value(data)


_SERVER_METADATA = set(Metadata.model_fields) - set(WRITABLE_METADATA)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Rename", value={"name": "The contract", "revision": 3}, request_only=True
        )
    ]
)
class EditPdfSerializer(StrictSerializer):
    name = serializers.CharField(max_length=MAX_NAME, required=False)
    settings = EmbeddedDocumentField(EditorSettings, required=False)
    metadata = EditMetadataSerializer(required=False)
    revision = serializers.IntegerField(min_value=1, max_value=MAX_REVISION)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A rectangle",
            value={
                "page": _PAGE,
                "type": "shape",
                "shape_type": "rectangle",
                "x": 72,
                "y": 72,
                "width": 200,
                "height": 100,
                "stroke_color": "#d92d20",
                "stroke_width": 2,
            },
            request_only=True,
        )
    ]
)
class AnnotationSerializer(_Described):
    """An annotation; beside these fields it has those of its type."""

    id = serializers.UUIDField(required=False)
    page = serializers.UUIDField()
    page_number = serializers.IntegerField(read_only=True, allow_null=True)
    type = serializers.ChoiceField(choices=Annotation.Type.choices)
    x = serializers.FloatField()
    y = serializers.FloatField()
    width = serializers.FloatField()
    height = serializers.FloatField()
    rotation = serializers.FloatField(required=False)
    opacity = serializers.FloatField(required=False)
    z = serializers.FloatField(required=False)
    revision = serializers.IntegerField(read_only=True)
    author = serializers.CharField(read_only=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Annotation.Source.choices, read_only=True
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Move", value={"x": 100, "revision": 1}, request_only=True)
    ]
)
class EditAnnotationSerializer(serializers.Serializer):
    """Any fields of the annotation, and the revision they were changed on."""

    revision = serializers.IntegerField(min_value=1, max_value=MAX_REVISION)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Move one, delete one",
            value={
                "update": [{"id": _ANNOTATION, "x": 100, "revision": 1}],
                "delete": [{"id": _PAGE, "revision": 4}],
            },
            request_only=True,
        )
    ]
)
class BulkAnnotationsSerializer(serializers.Serializer):
    create = serializers.ListField(  # type: ignore[assignment]
        child=serializers.DictField(), required=False
    )
    update = serializers.ListField(  # type: ignore[assignment]
        child=serializers.DictField(), required=False
    )
    delete = serializers.ListField(child=serializers.JSONField(), required=False)


class AnnotationResultSerializer(serializers.Serializer):
    id = serializers.JSONField(read_only=True)
    status = serializers.IntegerField(read_only=True)
    annotation = AnnotationSerializer(read_only=True, required=False)
    error = serializers.DictField(read_only=True, required=False)


class AnnotationResultsSerializer(_Described):
    results = AnnotationResultSerializer(many=True, read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A picture",
            value={"file": "(bytes of a PNG or JPEG)"},
            request_only=True,
            media_type="multipart/form-data",
        )
    ]
)
class ImageUploadSerializer(serializers.Serializer):
    file = serializers.FileField()


class ImageSerializer(_Described):
    image = serializers.CharField(read_only=True)
    image_url = serializers.CharField(read_only=True)
    image_type = serializers.ChoiceField(choices=["png", "jpg"], read_only=True)
    width = serializers.IntegerField(read_only=True)
    height = serializers.IntegerField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Turn one page, move another to the end",
            value={
                "revision": 2,
                "operations": [
                    {"op": "rotate", "pages": [_PAGE], "degrees": 90},
                    {"op": "move", "pages": [_ANNOTATION], "before": None},
                ],
            },
            request_only=True,
        )
    ]
)
class ArrangeSerializer(StrictSerializer):
    """Operations: rotate, move, delete, insert_blank, insert_from."""

    revision = serializers.IntegerField(min_value=1, max_value=MAX_REVISION)
    operations = serializers.ListField(child=serializers.DictField(), max_length=200)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Into two", value={"ranges": [[_PAGE], [_ANNOTATION]]}, request_only=True
        )
    ]
)
class SplitSerializer(StrictSerializer):
    ranges = serializers.ListField(
        child=serializers.ListField(
            child=serializers.UUIDField(), allow_empty=False, max_length=5000
        ),
        allow_empty=False,
        max_length=50,
    )


class SplitResultSerializer(_Described):
    results = PdfSummarySerializer(many=True, read_only=True)


class RemovalSerializer(StrictSerializer):
    scripts = serializers.BooleanField(default=False)
    attachments = serializers.BooleanField(default=False)
    metadata = serializers.BooleanField(default=False)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A flattened PDF",
            value={"format": "pdf", "flatten": True},
            request_only=True,
        )
    ]
)
class StartExportSerializer(StrictSerializer):
    format = serializers.ChoiceField(choices=PdfExport.Format.choices, default="pdf")
    flatten = serializers.BooleanField(default=False)
    pages = serializers.ListField(
        child=serializers.UUIDField(), required=False, allow_null=True, max_length=5000
    )
    password = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        write_only=True,
        trim_whitespace=False,
    )
    remove = RemovalSerializer(required=False)
    dpi = serializers.IntegerField(min_value=36, max_value=600, required=False)


class PdfExportSerializer(JobSerializer):
    project = serializers.UUIDField(read_only=True)
    project_revision = serializers.IntegerField(read_only=True)
    format = serializers.ChoiceField(choices=PdfExport.Format.choices, read_only=True)
    options = EmbeddedDocumentField(ExportOptions, read_only=True)
    verified = EmbeddedDocumentField(Verification, read_only=True, allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField(), read_only=True)
    size_bytes = serializers.IntegerField(read_only=True, allow_null=True)
    file_url = serializers.CharField(read_only=True, allow_null=True)

    def to_representation(self, instance: Any) -> Any:
        return instance


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A file",
            value={"file": "(bytes of an XFDF file)"},
            request_only=True,
            media_type="multipart/form-data",
        )
    ]
)
class XfdfUploadSerializer(serializers.Serializer):
    file = serializers.FileField()


class XfdfResultSerializer(_Described):
    created = serializers.IntegerField(read_only=True)
    left_out = serializers.IntegerField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Named", value={"name": "Before signing"}, request_only=True)
    ]
)
class KeepPdfVersionSerializer(StrictSerializer):
    name = serializers.CharField(max_length=MAX_NAME, required=False, allow_blank=True)


class PdfVersionSerializer(_Described):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    annotation_count = serializers.IntegerField(read_only=True)
    page_count = serializers.IntegerField(read_only=True)
    project_revision = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Fill two fields in",
            value={"values": {"name": "Alice", "agreed": True}},
            request_only=True,
        )
    ]
)
class FillFieldsSerializer(StrictSerializer):
    values = serializers.DictField()
    revision = serializers.IntegerField(
        min_value=1, max_value=MAX_REVISION, required=False
    )


class PdfFieldSerializer(_Described):
    name = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    value = serializers.JSONField(read_only=True)
    options = serializers.JSONField(read_only=True)
    page = serializers.UUIDField(read_only=True)
    rect = serializers.ListField(child=serializers.FloatField(), read_only=True)
    option = serializers.CharField(read_only=True, allow_null=True)
    read_only = serializers.BooleanField(read_only=True)  # type: ignore[assignment]


class PdfFieldsSerializer(_Described):
    fields = PdfFieldSerializer(many=True, read_only=True)  # type: ignore[assignment]
    revision = serializers.IntegerField(read_only=True)
