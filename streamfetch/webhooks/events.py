"""Every event that can be subscribed to. Later ones are added here and nowhere else.

An event says that something happened to one subject; its `data` is described by
`example`, which the API's documentation shows.
"""

from dataclasses import dataclass
from typing import Any

from streamfetch.errors import Invalid


@dataclass(frozen=True)
class EventType:
    """`name` is `subject.happening`; `description` is one sentence for a person."""

    name: str
    description: str
    example: dict[str, Any]


_ASSET: dict[str, Any] = {
    "id": "0b6f2a53-6f0b-4b53-9d8e-5a4c3f1d2e70",
    "kind": "video",
    "title": "Harbour at dawn",
    "status": "ready",
    "file_name": "harbour.mp4",
    "content_type": "video/mp4",
    "size_bytes": 52428800,
    "duration_ms": 61234,
    "width": 1920,
    "height": 1080,
    "error": None,
    "api_url": "/api/v1/assets/0b6f2a53-6f0b-4b53-9d8e-5a4c3f1d2e70/",
}

ASSET_UPLOADED = EventType(
    "asset.uploaded",
    "A file has arrived in full and was accepted; its processing begins.",
    {
        "asset": _ASSET
        | {"status": "processing", "duration_ms": None, "width": None, "height": None}
    },
)
ASSET_PLAYABLE = EventType(
    "asset.playable",
    "A first version of a file can be played; better ones are still being made.",
    {"asset": _ASSET | {"status": "processing"}},
)
ASSET_READY = EventType(
    "asset.ready",
    "Everything was made of a file that will be.",
    {"asset": _ASSET},
)
ASSET_FAILED = EventType(
    "asset.failed",
    "A file could not be processed; `error` says why.",
    {
        "asset": _ASSET
        | {
            "status": "failed",
            "error": {
                "code": "not_media",
                "message": "This is not a video that can be read.",
                "recoverable": False,
            },
        }
    },
)

EVENT_TYPES: dict[str, EventType] = {
    each.name: each
    for each in (ASSET_UPLOADED, ASSET_PLAYABLE, ASSET_READY, ASSET_FAILED)
}

# Sent on demand to one endpoint, whatever it subscribed to.
PING = "ping"


def check(name: str) -> str:
    """Return `name` when there is such an event. Raises `Invalid`."""
    if name not in EVENT_TYPES:
        raise Invalid(
            f"There is no event {name!r}. There are: {', '.join(EVENT_TYPES)}.",
            code="unknown_event",
            field="events",
        )
    return name
