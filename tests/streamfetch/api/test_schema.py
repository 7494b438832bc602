"""The OpenAPI document: valid, complete, with examples that work."""

import json
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.api.docs import METHODS, api_schema
from tests.streamfetch.api.conftest import EVENTS, operations
from tests.streamfetch.belongings import belongings_of


def test_it_is_valid_openapi_3_1(client: Client) -> None:
    answer = client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    assert answer.status_code == 200
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    assert document["paths"].keys() == api_schema()["paths"].keys()


def test_it_is_made_without_warnings(tmp_path: Any) -> None:
    call_command("spectacular", file=str(tmp_path / "schema.yml"), fail_on_warn=True)


def test_every_operation_is_named_and_has_the_problem_response() -> None:
    seen = set()
    for path, item in api_schema()["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                assert operation["operationId"] not in seen
                seen.add(operation["operationId"])
                assert operation["tags"], path
                assert operation["responses"]["default"] == {
                    "$ref": "#/components/responses/Problem"
                }
    assert EVENTS in api_schema()["paths"]


def test_requests_with_a_body_show_an_example_that_fits() -> None:
    schema = api_schema()
    bodies = 0
    for path, item in schema["paths"].items():
        for method in METHODS:
            content = item.get(method, {}).get("requestBody", {}).get("content", {})
            for media in content.values():
                bodies += 1
                assert media.get("examples"), f"No example: {method} {path}"
                for example in media["examples"].values():
                    jsonschema.validate(
                        example["value"],
                        {**media["schema"], "components": schema["components"]},
                    )
    assert bodies >= 8


@pytest.mark.django_db
def test_examples_are_accepted(api: APIClient, alice: User) -> None:
    """As far as they name no object: those answer 404 or 409, never 400. Their
    addresses lead nowhere, which is 422 to whoever looks them up."""
    ids = belongings_of(alice)
    tried = 0
    for operation in operations():
        if operation.body and "/auth/" not in operation.path:
            answer = getattr(api, operation.method)(operation.url(ids), operation.body)
            assert answer.status_code in {200, 201, 202, 404, 409, 422}, (
                operation,
                answer.content,
            )
            tried += 1
    assert tried >= 6


def test_the_page_shows_every_operation(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    for path in api_schema()["paths"]:
        assert path in text
