"""The same thing done to many assets; what one refuses does not stop the others."""

from typing import Any
from uuid import UUID

from streamfetch.errors import DomainError
from uploads.services import assets


def _one(owner: Any, action: str, asset_id: UUID, *, force: bool) -> None:
    if action == "delete":
        assets.move_to_bin(assets.find(owner, asset_id), force=force)
    elif action == "restore":
        assets.restore(owner, asset_id)
    else:
        assets.purge(owner, asset_id)


def apply(
    owner: Any, *, action: str, ids: list[UUID], force: bool = False
) -> dict[str, Any]:
    """{done: ids, refused: [{id, code, detail}]}. Safe to repeat."""
    done: list[UUID] = []
    refused: list[dict[str, Any]] = []
    for asset_id in dict.fromkeys(ids):
        try:
            _one(owner, action, asset_id, force=force)
            done.append(asset_id)
        except DomainError as error:
            refused.append({"id": asset_id, "code": error.code, "detail": error.detail})
    return {"done": done, "refused": refused}
