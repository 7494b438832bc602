"""What programs are told about assets, by webhook.

Each notice may be given twice, as work may be done twice: `occurrence` names the
happening, and it is sent once. Imports no model, because models give notices.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse

from streamfetch.webhooks import events
from streamfetch.webhooks.services.emitting import emit


def describe(asset: Any) -> dict[str, Any]:
    """An asset as receivers see it: nothing that expires."""
    return {
        "id": str(asset.pk),
        "kind": str(asset.kind),
        "title": asset.title,
        "status": str(asset.status),
        "file_name": asset.file_name,
        "content_type": asset.content_type,
        "size_bytes": asset.size_bytes,
        "duration_ms": asset.duration_ms,
        "width": asset.width,
        "height": asset.height,
        "error": asset.last_error.model_dump() if asset.last_error else None,
        "api_url": settings.PUBLIC_URL + reverse("asset", args=[asset.pk]),
    }


def uploaded(asset: Any) -> None:
    """A file was accepted. Called before processing begins, so that it is repeated
    should the process die; receivers are told what comes next."""
    data = describe(asset) | {"status": "processing"}
    _tell(events.ASSET_UPLOADED, asset, data=data, occurrence="")


def playable(asset: Any, *, occurrence: str) -> None:
    _tell(events.ASSET_PLAYABLE, asset, data=describe(asset), occurrence=occurrence)


def ready(asset: Any, *, occurrence: str) -> None:
    _tell(events.ASSET_READY, asset, data=describe(asset), occurrence=occurrence)


def failed(asset: Any, *, occurrence: str) -> None:
    _tell(events.ASSET_FAILED, asset, data=describe(asset), occurrence=occurrence)


def _tell(
    event_type: events.EventType,
    asset: Any,
    *,
    data: dict[str, Any],
    occurrence: str,
) -> None:
    emit(
        asset.owner_id,
        event_type=event_type,
        subject_id=asset.pk,
        data={"asset": data},
        occurrence=occurrence,
    )
