"""Describes the event stream, which is no endpoint of the REST framework."""

from typing import Any

PATH = "/api/v1/events/"


def describe_events(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    result["paths"][PATH] = {
        "get": {
            "operationId": "events_follow",
            "tags": ["events"],
            "summary": "Follow what happens, as Server-Sent Events",
            "description": (
                "Events are named `job`, `asset` and `project`, and carry the object "
                "as JSON. They are hints: what counts is what the object's own "
                "address answers. `reset` says that events were missed for good."
            ),
            "parameters": [
                {
                    "in": "header",
                    "name": "Last-Event-ID",
                    "schema": {"type": "string"},
                    "description": "Go on after this event. Browsers send it.",
                }
            ],
            "security": [{"jwtAuth": []}, {"cookieAuth": []}],
            "responses": {
                "200": {
                    "description": "A stream that goes on until it is closed.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}}},
                },
                "default": {"$ref": "#/components/responses/Problem"},
            },
        }
    }
    return result
