"""The OpenAPI schema: problem documents on every operation, pydantic in components."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    inline_serializer,
)
from rest_framework import serializers


class FieldProblemSerializer(serializers.Serializer):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


# RFC 9457. Not a class: its `errors` is not the property of that name.
_problem = inline_serializer(
    "Problem",
    fields={
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "code": serializers.CharField(),
        "detail": serializers.CharField(),
        "errors": FieldProblemSerializer(many=True),
    },
)

PROBLEM = OpenApiResponse(
    _problem,
    description="A problem document; `code` is stable, `detail` is for people.",
    examples=[
        OpenApiExample(
            "invalid",
            value={
                "type": "/api/docs/#invalid",
                "title": "Bad request",
                "status": 400,
                "code": "invalid",
                "detail": "timeline.clips[0].end_time: must lie after start_time.",
                "errors": [
                    {
                        "field": "timeline.clips[0].end_time",
                        "code": "invalid",
                        "message": "must lie after start_time.",
                    }
                ],
            },
        )
    ],
)

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=False,
    description="Any text of your own; the same request with the same key is "
    "answered from the first one.",
)


class ProblemAutoSchema(AutoSchema):
    """Adds the problem responses that every operation has."""

    def _get_response_bodies(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(*args, **kwargs)
        codes = ["400"] if self.method != "GET" else []
        codes += ["401", "404"] if "{" in self.path else ["401"]
        for code in [*codes, "default"]:
            if code not in responses:
                body = self._get_response_for_code(
                    PROBLEM, code, media_types=["application/problem+json"]
                )
                responses[code] = body
        return responses


class PydanticFieldExtension(OpenApiSerializerFieldExtension):
    """Describes `streamfetch.api.fields.EmbeddedDocumentField` by its model."""

    target_class = "streamfetch.api.fields.EmbeddedDocumentField"

    def map_serializer_field(
        self, auto_schema: AutoSchema, direction: str
    ) -> dict[str, Any]:
        model = self.target.schema
        schema = model.model_json_schema(
            mode="serialization",
            ref_template="#/components/schemas/{model}",
        )
        for name, definition in schema.pop("$defs", {}).items():
            self._register(auto_schema, name, definition)
        self._register(auto_schema, model.__name__, schema)
        return {"$ref": f"#/components/schemas/{model.__name__}"}

    @staticmethod
    def _register(auto_schema: AutoSchema, name: str, schema: dict[str, Any]) -> None:
        component = ResolvedComponent(
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
        )
        auto_schema.registry.register_on_missing(component)
