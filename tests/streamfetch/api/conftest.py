"""Every operation of the API, from its own schema."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from streamfetch.api.docs import METHODS, api_schema

EVENTS = "/api/v1/events/"


@dataclass(frozen=True)
class Operation:
    """One method of one address; `body` is the first example of its request."""

    method: str
    path: str
    body: Any

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def url(self, ids: dict[str, Any]) -> str:
        missing = set(self.parameters) - ids.keys()
        assert not missing, f"Say in tests/streamfetch/belongings.py: {missing}"
        return self.path.format(**ids)


def operations() -> Iterator[Operation]:
    """All of the schema, without the stream that never ends."""
    for path, item in api_schema()["paths"].items():
        for method in METHODS:
            if method in item and path != EVENTS:
                content = item[method].get("requestBody", {}).get("content", {})
                examples = content.get("application/json", {}).get("examples", {})
                bodies = [each["value"] for each in examples.values()]
                yield Operation(method, path, bodies[0] if bodies else {})


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    """The answer is an RFC 9457 document; returns it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"]
    assert document["detail"]
    assert document["title"]
    assert isinstance(document["errors"], list)
    return document
