"""Assets that are ready for use, without the time that processing takes."""

from pathlib import Path
from uuid import uuid4

from streamfetch.accounts.models import User
from streamfetch.ffmpeg.probe import probe
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Asset
from uploads.pipeline.processing import facts_of


def ready_asset(owner: User, path: Path, *, title: str = "A clip") -> Asset:
    """`path` in storage, probed, and without renditions."""
    info = probe(path)
    asset_id = uuid4()
    key = keys.asset_source(asset_id, path.suffix.removeprefix("."))
    stored = media_storage().save_file(path, key)
    return Asset.objects.create(
        pk=asset_id,
        owner=owner,
        title=title,
        kind=info.kind,
        status=Asset.Status.READY,
        source_key=key,
        file_name=path.name,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        sha256=str(asset_id.hex),
        duration_ms=None if info.kind == "image" else info.duration_ms,
        width=info.video.display_width if info.video else None,
        height=info.video.display_height if info.video else None,
        facts=facts_of(info),
    )
