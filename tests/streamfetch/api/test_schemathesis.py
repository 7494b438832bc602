"""Requests made up from the schema, sensible and not: no answer breaks its word."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from rest_framework_simplejwt.tokens import RefreshToken
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from streamfetch.accounts.models import User
from streamfetch.api.throttling import WindowThrottle
from tests.streamfetch.api.conftest import EVENTS
from tests.streamfetch.belongings import belongings_of

EXAMPLES = 3
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture
def headers(alice: User, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Alice's token; nobody is told to slow down."""
    monkeypatch.setattr(WindowThrottle, "allow_request", lambda *args: True)
    logging.disable(logging.WARNING)
    token = RefreshToken.for_user(alice).access_token
    yield {"Authorization": f"Bearer {token}"}
    logging.disable(logging.NOTSET)


def run(mode: GenerationMode, headers: dict[str, str], ids: dict[str, UUID]) -> int:
    """Try every operation; returns how many there were."""
    schema = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())
    count = 0
    operations = [found.ok() for found in schema.get_all_operations()]
    # What is deleted answers nothing but 404 afterwards.
    operations.sort(key=lambda operation: operation.method == "delete")
    for operation in operations:
        if operation.path == EVENTS:
            continue
        known: dict[str, Any] = {
            name: str(pk) for name, pk in ids.items() if f"{{{name}}}" in operation.path
        }
        strategy = operation.as_strategy(mode, path_parameters=known or None)

        @seed(20261121)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def check(case: Any) -> None:
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

        check()
        count += 1
    return count


@pytest.mark.django_db
def test_sensible_requests(headers: dict[str, str], alice: User) -> None:
    assert run(GenerationMode.POSITIVE, headers, belongings_of(alice)) > 40


@pytest.mark.django_db
def test_senseless_requests(headers: dict[str, str], alice: User) -> None:
    assert run(GenerationMode.NEGATIVE, headers, belongings_of(alice)) > 40
