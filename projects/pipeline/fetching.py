"""Brings the sources of a timeline to a worker, each when it is first needed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.cache import cache
from pydantic import TypeAdapter

from projects.pipeline.sources import SourceFile
from projects.timeline.document import Timeline
from streamfetch.errors import DomainError
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, Kind

FACTS_TTL_S = 7 * 24 * 3600
PROBE_S = 30
# Probing reads the whole file: slower disks than this are not served.
PROBE_BYTES_PER_S = 20 * 1024 * 1024

_FACTS = TypeAdapter(MediaInfo)


class SourceMissing(DomainError):
    """A clip's file was deleted after the render was asked for."""

    code = "asset_missing"


class Sources(Mapping[UUID, SourceFile]):
    """The files of some assets in `directory`; fetched and probed on first use."""

    def __init__(self, assets: Mapping[UUID, Asset], directory: Path) -> None:
        self._assets = assets
        self._directory = directory
        self._files: dict[UUID, SourceFile] = {}

    def __getitem__(self, asset_id: UUID) -> SourceFile:
        if asset_id not in self._files:
            asset = self._assets[asset_id]
            path = self.path_of(asset)
            media_storage().fetch_to(asset.source_key, path)
            self._files[asset_id] = SourceFile(path=path, info=facts_of(asset, path))
        return self._files[asset_id]

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._assets)

    def __len__(self) -> int:
        return len(self._assets)

    def path_of(self, asset: Asset) -> Path:
        return self._directory / f"{asset.pk}{Path(asset.source_key).suffix}"

    def audible(self) -> list[UUID]:
        """The assets that have sound; nothing is fetched to find out."""
        return [
            pk
            for pk, asset in self._assets.items()
            if asset.facts is not None and asset.facts.audio_codec
        ]

    def is_video(self, asset_id: UUID) -> bool:
        return self._assets[asset_id].kind == Kind.VIDEO

    def digests(self) -> dict[UUID, str]:
        """What each asset's content is called."""
        return {pk: content_of(asset) for pk, asset in self._assets.items()}


def content_of(asset: Asset) -> str:
    return asset.sha256 or str(asset.pk)


def assets_of(owner_id: Any, timeline: Timeline) -> dict[UUID, Asset]:
    """The assets that a timeline plays. Raises `SourceMissing`."""
    ids = timeline.assets
    found = Asset.objects.filter(pk__in=list(ids), owner_id=owner_id)
    assets = {asset.pk: asset for asset in found}
    if ids - assets.keys():
        raise SourceMissing(
            "A file of this timeline was deleted for good. Remove its clips, then "
            "render again."
        )
    return assets


def facts_of(asset: Asset, path: Path) -> MediaInfo:
    """What probing finds out about an asset's file; asked once for each content."""
    key = f"media-facts:{content_of(asset)}"
    known = cache.get(key)
    if known is not None:
        return _FACTS.validate_python(known)
    timeout_s = PROBE_S + path.stat().st_size / PROBE_BYTES_PER_S
    info = probe(path, timeout_s=timeout_s)
    cache.set(key, _FACTS.dump_python(info, mode="json"), FACTS_TTL_S)
    return info
