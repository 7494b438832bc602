"""Renders a project in a worker: sources in, one file out.

The output's key follows from what is rendered, so that a second run after a crash
writes the same object again instead of another one.
"""

import hashlib
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from projects.fonts import fonts_directory
from projects.models import Render
from projects.pipeline.compile import SourceFile, compile_render
from streamfetch.errors import DomainError
from streamfetch.ffmpeg import binary, runner
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.probe import probe
from streamfetch.ffmpeg.progress import Progress
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Asset

DEADLINE_S = 300
DEADLINE_PER_OUTPUT_SECOND = 30
# Address space, of which a decoder reserves more than it uses.
MEMORY_BYTES = 4 * 1024**3
MEMORY_BYTES_PER_CLIP = 64 * 1024**2
FETCHED_AT = 5.0
ENCODED_AT = 97.0


class SourceMissing(DomainError):
    """A clip's file was deleted after the render was asked for."""

    code = "asset_missing"


def _assets(render: Render) -> dict[UUID, Asset]:
    ids = {clip.asset for clip in render.timeline.clips}
    found = Asset.objects.filter(pk__in=list(ids), owner_id=render.owner_id)
    assets = {asset.pk: asset for asset in found}
    if ids - assets.keys():
        raise SourceMissing(
            "A file of this timeline was deleted for good. Remove its clips, then "
            "render again."
        )
    return assets


def _fetch(run: Run[Render], assets: dict[UUID, Asset]) -> dict[UUID, SourceFile]:
    sources = {}
    for index, asset in enumerate(assets.values()):
        path = run.workspace.path / f"{asset.pk}{Path(asset.source_key).suffix}"
        media_storage().fetch_to(asset.source_key, path)
        sources[asset.pk] = SourceFile(path=path, info=probe(path))
        run.report(FETCHED_AT * (index + 1) / len(assets))
    return sources


def digest_of(render: Render, assets: dict[UUID, Asset]) -> str:
    """Names what is rendered: document, sources and the FFmpeg that does it."""
    parts = [
        render.timeline.model_dump_json(exclude={"playhead_time", "markers"}),
        render.settings.model_dump_json(),
        *sorted(f"{pk}:{asset.sha256}" for pk, asset in assets.items()),
        binary.version(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _encode(run: Run[Render], command: Command) -> None:
    expected_frames = max(1, command.expected_frames or 1)
    duration_s = (command.expected_duration_ms or 0) / 1000
    started = time.monotonic()

    def on_progress(progress: Progress) -> None:
        share = min(1.0, (progress.frame or 0) / expected_frames)
        elapsed_s = time.monotonic() - started
        eta_s = elapsed_s * (1 - share) / share if share > 0.01 else None
        run.report(FETCHED_AT + (ENCODED_AT - FETCHED_AT) * share, eta_s=eta_s)

    runner.run(
        command,
        workspace=run.workspace.path,
        deadline_s=DEADLINE_S + DEADLINE_PER_OUTPUT_SECOND * duration_s,
        on_progress=on_progress,
        should_stop=run.should_stop,
        file_bytes=settings.MAX_RENDER_BYTES,
        memory_bytes=MEMORY_BYTES + MEMORY_BYTES_PER_CLIP * len(run.job.timeline.clips),
    )


def render(run: Run[Render]) -> dict[str, Any]:
    """The work of a `Render` job; safe to run twice."""
    job = run.job
    run.enter("fetch", percent=0)
    assets = _assets(job)
    sources = _fetch(run, assets)
    run.enter("encode", percent=FETCHED_AT)
    command = compile_render(
        job.timeline,
        job.settings,
        sources=sources,
        fonts_directory=fonts_directory(),
        directory=run.workspace.path,
    )
    _encode(run, command)
    run.enter("store", percent=ENCODED_AT)
    key = keys.render_output(job.pk, digest_of(job, assets), "mp4")
    stored = media_storage().save_file(command.outputs[0], key, consume=True)
    return {
        "output_key": key,
        "output_removed_at": None,
        "size_bytes": stored.size_bytes,
        "duration_ms": command.expected_duration_ms,
    }
