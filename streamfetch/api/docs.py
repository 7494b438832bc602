"""The API's schema, and the documentation page made from it without a script."""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

METHODS = ("get", "post", "patch", "put", "delete")


@functools.cache
def api_schema() -> dict[str, Any]:
    """The schema of the whole API: the same for everybody, and slow to make."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


class CachedGenerator(SchemaGenerator):
    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return api_schema()


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON."""

    generator_class = CachedGenerator


def _type_name(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {_type_name(schema.get('items', {}))}"
    kinds = schema.get("type", "any")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def _body_type(content: dict[str, Any]) -> str:
    for media in content.values():
        return _type_name(media.get("schema", {}))
    return ""


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {**parameter, "kind": _type_name(parameter.get("schema", {}))}
            for parameter in operation.get("parameters", [])
        ],
        "body": _body_type(operation.get("requestBody", {}).get("content", {})),
        "responses": [
            {
                "status": status,
                "description": response.get("description", ""),
                # A reference leads to the one response that is shared: a problem.
                "kind": _body_type(response.get("content", {}))
                or _type_name(response if "$ref" in response else {"type": ""}),
            }
            for status, response in sorted(operation["responses"].items())
        ],
    }


def _component(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = set(schema.get("required", []))
    return {
        "name": name,
        "description": schema.get("description", ""),
        "values": schema.get("enum", []),
        "fields": [
            {
                "name": field,
                "kind": _type_name(part),
                "required": field in required,
                "description": part.get("description", ""),
            }
            for field, part in schema.get("properties", {}).items()
        ],
    }


def docs(request: HttpRequest) -> HttpResponse:
    schema = api_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                group = groups.setdefault(item[method]["tags"][0], [])
                group.append(_operation(path, method, item[method]))
    components = schema["components"].get("schemas", {})
    context = {
        "info": schema["info"],
        "groups": groups,
        "components": [
            _component(name, component) for name, component in components.items()
        ],
    }
    return render(request, "api/docs.html", context)
