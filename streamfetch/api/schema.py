"""The OpenAPI schema: problem documents on every operation, pydantic in components."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

_TEXT = {"type": "string"}
# RFC 9457. Written by hand: one response for all operations, by reference.
_PROBLEM_COMPONENTS: dict[str, dict[str, Any]] = {
    "schemas": {
        "FieldProblem": {
            "type": "object",
            "description": "One wrong value, by its path.",
            "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            "required": ["field", "code", "message"],
        },
        "Problem": {
            "type": "object",
            "description": "RFC 9457. `code` is stable, `detail` is for people.",
            "properties": {
                "type": _TEXT,
                "title": _TEXT,
                "status": {"type": "integer"},
                "code": _TEXT,
                "detail": _TEXT,
                "errors": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/FieldProblem"},
                },
            },
            "required": ["type", "title", "status", "code", "detail", "errors"],
        },
    },
    "responses": {
        "Problem": {
            "description": "A problem document.",
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {
                        "Invalid": {
                            "value": {
                                "type": "/api/docs/#invalid",
                                "title": "Bad request",
                                "status": 400,
                                "code": "invalid",
                                "detail": "title: This field is required.",
                                "errors": [
                                    {
                                        "field": "title",
                                        "code": "required",
                                        "message": "This field is required.",
                                    }
                                ],
                            }
                        }
                    },
                }
            },
        }
    },
}
PROBLEM_RESPONSE = {"$ref": "#/components/responses/Problem"}


def add_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular: what the references lead to."""
    for kind, components in _PROBLEM_COMPONENTS.items():
        result["components"].setdefault(kind, {}).update(components)
    return result


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
            responses.setdefault(code, PROBLEM_RESPONSE)
        return responses


class PydanticFieldExtension(OpenApiSerializerFieldExtension):
    """Describes `streamfetch.api.fields.EmbeddedDocumentField` by its model."""

    target_class = "streamfetch.api.fields.EmbeddedDocumentField"

    def map_serializer_field(
        self, auto_schema: AutoSchema, direction: str
    ) -> dict[str, Any]:
        # What is sent lacks what follows from it, such as a clip's duration.
        sent = direction == "request"
        suffix = "Input" if sent else ""
        model = self.target.schema
        schema = model.model_json_schema(
            mode="validation" if sent else "serialization",
            ref_template=f"#/components/schemas/{{model}}{suffix}",
        )
        for name, definition in schema.pop("$defs", {}).items():
            self._register(auto_schema, f"{name}{suffix}", definition)
        self._register(auto_schema, f"{model.__name__}{suffix}", schema)
        return {"$ref": f"#/components/schemas/{model.__name__}{suffix}"}

    @staticmethod
    def _register(auto_schema: AutoSchema, name: str, schema: dict[str, Any]) -> None:
        component = ResolvedComponent(
            name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
        )
        auto_schema.registry.register_on_missing(component)
