"""Turns a source that has arrived into something that can be watched.

fetch → probe → poster → ladder (`adaptive`). Every output has a fixed key, so a
second run replaces what the first one made.
"""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from streamfetch.errors import Invalid
from streamfetch.ffmpeg.errors import FFmpegFailed
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.jobs.running import Run
from streamfetch.storage.backends import media_storage
from uploads.models import (
    Asset,
    AssetProcessing,
    Chapters,
    Kind,
    MediaFacts,
    Rendition,
)
from uploads.pipeline import first_page, journal, previews, publishing
from uploads.pipeline.adaptive import PLAYABLE_AT, make_playable
from uploads.pipeline.commands import run_command
from uploads.pipeline.encoding import Source

HASH_BLOCK_BYTES = 1024 * 1024
PROBE_S = 30
# Probing reads the whole file: slower disks than this are not served.
PROBE_BYTES_PER_S = 20 * 1024 * 1024


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def facts_of(info: MediaInfo) -> MediaFacts:
    video, audio = info.video, info.audio
    return MediaFacts(
        container=info.container,
        video_codec=video.codec if video else None,
        audio_codec=audio.codec if audio else None,
        pixel_format=video.pix_fmt if video else None,
        frame_rate=video.frame_rate if video else None,
        is_variable_frame_rate=bool(video and video.is_variable_frame_rate),
        rotation=video.rotation if video else 0,
        is_hdr=bool(video and video.is_hdr),
        bit_rate=info.bit_rate or None,
        audio_channels=audio.channels if audio else None,
        audio_sample_rate=audio.sample_rate if audio else None,
    )


def chapters_of(info: MediaInfo) -> Chapters | None:
    return Chapters(items=info.chapters) if info.chapters else None


def _check_length(info: MediaInfo) -> None:
    if info.duration_ms > settings.MAX_SOURCE_MS:
        hours = settings.MAX_SOURCE_MS / 3_600_000
        raise Invalid(
            f"This file lasts {info.duration_ms / 3_600_000:.1f} hours; this server "
            f"takes {hours:g} at most. Cut it into parts first.",
            code="too_long",
        )


def _describe_source(asset: Asset, source: Source) -> None:
    info = source.info
    changes: dict[str, Any] = {
        "kind": info.kind,
        "facts": facts_of(info),
        "chapters": chapters_of(info),
        "duration_ms": None if info.kind == "image" else info.duration_ms,
        "width": info.video.display_width if info.video else None,
        "height": info.video.display_height if info.video else None,
        "updated_at": timezone.now(),
    }
    if not asset.sha256:
        changes["sha256"] = _sha256(source.path)
    Asset.objects.filter(pk=asset.pk).update_idempotently(**changes)


def _make_poster(run: Run[AssetProcessing], source: Source) -> None:
    directory, duration_ms = run.workspace.path, source.info.duration_ms
    planned = previews.poster(source.path, source.info, directory)
    try:
        run_command(run, planned.command, span=(8, 12), duration_ms=duration_ms)
    except FFmpegFailed:
        # The last frame may begin before the moment that was chosen.
        planned = previews.poster(source.path, source.info, directory, moment_ms=0)
        run_command(run, planned.command, span=(8, 12), duration_ms=duration_ms)
    publishing.store_file(
        run.job.asset_id, Rendition.Spec.POSTER, planned.path, size=planned.size
    )


def process(run: Run[AssetProcessing]) -> dict[str, Any]:
    """The work of an `AssetProcessing` job; safe to run twice."""
    asset = Asset.objects.get(pk=run.job.asset_id)
    Asset.objects.filter(pk=asset.pk).update(processing_attempts=run.job.attempts)
    began_at = time.monotonic()
    first_part = run.job.first_part
    run.enter("fetch", percent=PLAYABLE_AT if first_part else 1)
    journal.begun(run)
    path = run.workspace.path / f"source{Path(asset.source_key).suffix}"
    stored = media_storage().fetch_to(asset.source_key, path)
    journal.fetched(
        run, size_bytes=stored.size_bytes, seconds=time.monotonic() - began_at
    )
    if asset.kind == Kind.PDF:
        # Nothing is played: the PDF editor reads it when it is opened there.
        Asset.objects.filter(pk=asset.pk).update_idempotently(
            sha256=_sha256(path), updated_at=timezone.now()
        )
        run.enter("poster", percent=50)
        if drawn := first_page.draw(path, run.workspace.path):
            picture, size = drawn
            publishing.store_file(asset.pk, Rendition.Spec.POSTER, picture, size=size)
        return {}
    if first_part is None:
        source = _looked_at(run, asset, path, stored.size_bytes)
    else:
        source = Source(path=path, info=first_part.info)
    if source.info.kind != "image":
        make_playable(run, source)
    run.enter("finish", percent=98)
    journal.finished(run, seconds=time.monotonic() - began_at)
    return {"first_part": None}


def _looked_at(
    run: Run[AssetProcessing], asset: Asset, path: Path, size_bytes: int
) -> Source:
    """The source with what it is; its facts and its poster are stored."""
    run.enter("probe", percent=5)
    timeout_s = PROBE_S + size_bytes / PROBE_BYTES_PER_S
    source = Source(path=path, info=probe(path, timeout_s=timeout_s))
    journal.found(run, source.info)
    _check_length(source.info)
    _describe_source(asset, source)
    run.enter("poster", percent=8)
    # Whoever brought the file in may have brought its picture along.
    spec = Rendition.Spec.POSTER
    if not Rendition.objects.filter(asset_id=asset.pk, spec=spec).exists():
        _make_poster(run, source)
    return source
