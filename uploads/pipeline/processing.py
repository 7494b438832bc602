"""Turns a source that has arrived into something that can be watched.

fetch → probe → poster → preview. Every output has a fixed key, so a second run
replaces what the first one made.
"""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from streamfetch.errors import Invalid
from streamfetch.ffmpeg import runner
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.ffmpeg.progress import Progress
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads import notices
from uploads.models import Asset, AssetProcessing, MediaFacts, Rendition
from uploads.pipeline import previews

HASH_BLOCK_BYTES = 1024 * 1024
DEADLINE_S = 120
# An encode that takes longer than this many times the duration is not coming.
DEADLINE_PER_SOURCE_SECOND = 8


@dataclass(frozen=True)
class Source:
    """A source file in the workspace, and what it was found to be."""

    path: Path
    info: MediaInfo


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
        "duration_ms": None if info.kind == "image" else info.duration_ms,
        "width": info.video.display_width if info.video else None,
        "height": info.video.display_height if info.video else None,
        "updated_at": timezone.now(),
    }
    if not asset.sha256:
        changes["sha256"] = _sha256(source.path)
    Asset.objects.filter(pk=asset.pk).update_idempotently(**changes)


def _store(asset: Asset, made: previews.Made) -> None:
    """Put a finished file in storage, then say so: never the other way round."""
    key = keys.asset_rendition(asset.pk, made.spec, made.path.name)
    stored = media_storage().save_file(made.path, key, consume=True)
    values = {
        "key": key,
        "content_type": stored.content_type,
        "size_bytes": stored.size_bytes,
        "width": made.width,
        "height": made.height,
    }
    found = Rendition.objects.filter(asset_id=asset.pk, spec=made.spec)
    if not found.update(**values, updated_at=timezone.now()):
        Rendition.objects.create(asset_id=asset.pk, spec=made.spec, **values)


def _make(
    run: Run[AssetProcessing],
    source: Source,
    planned: previews.Planned,
    *,
    span: tuple[float, float],
) -> previews.Made:
    """Run one FFmpeg command, told as progress from span[0] to span[1] percent."""
    started = time.monotonic()
    expected_ms = max(1, planned.command.expected_duration_ms or 1)

    def on_progress(progress: Progress) -> None:
        share = min(1.0, (progress.out_time_ms or 0) / expected_ms)
        elapsed_s = time.monotonic() - started
        eta_s = elapsed_s * (1 - share) / share if share > 0.02 else None
        run.report(span[0] + (span[1] - span[0]) * share, eta_s=eta_s)

    runner.run(
        planned.command,
        workspace=run.workspace.path,
        deadline_s=DEADLINE_S
        + DEADLINE_PER_SOURCE_SECOND * source.info.duration_ms / 1000,
        on_progress=on_progress,
        should_stop=run.should_stop,
    )
    return planned.made


def process(run: Run[AssetProcessing]) -> dict[str, Any]:
    """The work of an `AssetProcessing` job; safe to run twice."""
    asset = Asset.objects.get(pk=run.job.asset_id)
    Asset.objects.filter(pk=asset.pk).update(processing_attempts=run.job.attempts)
    run.enter("fetch", percent=1)
    path = run.workspace.path / f"source{Path(asset.source_key).suffix}"
    media_storage().fetch_to(asset.source_key, path)
    run.enter("probe", percent=5)
    source = Source(path=path, info=probe(path))
    _check_length(source.info)
    _describe_source(asset, source)
    run.enter("poster", percent=8)
    poster = previews.poster(source.path, source.info, run.workspace.path)
    if poster is not None:
        _store(asset, _make(run, source, poster, span=(8, 12)))
    preview = previews.preview(source.path, source.info, run.workspace.path)
    if preview is not None:
        run.enter("preview", percent=12)
        _store(asset, _make(run, source, preview, span=(12, 98)))
        asset.refresh_from_db()
        notices.playable(asset, occurrence=str(run.job.pk))
    run.enter("finish", percent=98)
    return {}
