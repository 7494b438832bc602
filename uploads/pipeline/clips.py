"""Cuts a clip out of a source: copied where the cut allows, exact otherwise.

A copied clip can only begin with a key frame. Whether the wanted beginning is one
is seen from the result: frames before it are in the file, and hidden.
"""

import logging
from pathlib import Path
from typing import Any

from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream
from streamfetch.ffmpeg.errors import FFmpegFailed
from streamfetch.ffmpeg.filters import to_sdr
from streamfetch.ffmpeg.probe import MediaInfo, VideoStream, probe
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, ClipMaking
from uploads.pipeline.commands import run_command
from uploads.pipeline.starting import accept

logger = logging.getLogger(__name__)

COPIED_CODECS = {"h264", "hevc", "av1", "aac", "mp3"}
ENCODED_PICTURE = {
    "c:v": "libx264",
    "preset": "veryfast",
    "crf": 17,
    "pix_fmt": "yuv420p",
}
ENCODED_SOUND = {"c:a": "aac", "b:a": "192k"}


def _can_be_copied(info: MediaInfo) -> bool:
    streams = [stream for stream in (info.video, info.audio) if stream]
    return all(stream.codec in COPIED_CODECS for stream in streams)


def _encodable(stream: Stream, video: VideoStream) -> Stream:
    """In BT.709 and without an odd last row or column, as 8-bit 4:2:0 has to be."""
    if video.width % 2 or video.height % 2:
        stream = stream.filter("crop", w="trunc(iw/2)*2", h="trunc(ih/2)*2")
    return to_sdr(stream, video)


def _command(
    run: Run[ClipMaking], path: Path, info: MediaInfo, *, copied: bool
) -> Command:
    job = run.job
    graph = Graph()
    media = graph.input(
        Input(
            path=path,
            demuxer=info.container,
            start_ms=job.start_ms,
            duration_ms=job.end_ms - job.start_ms,
        )
    )
    streams: list[Stream] = []
    options: dict[str, Any] = {"movflags": "+faststart", "map_metadata": -1}
    if info.video:
        streams.append(media.video if copied else _encodable(media.video, info.video))
        options |= {"c:v": "copy"} if copied else ENCODED_PICTURE
    if info.audio:
        streams.append(media.audio)
        options |= {"c:a": "copy"} if copied else ENCODED_SOUND
    name = "clip.mp4" if info.video else "clip.m4a"
    output = Output(
        path=run.workspace.path / name, muxer="mp4", streams=streams, options=options
    )
    return graph.command(output, expected_duration_ms=job.end_ms - job.start_ms)


def _is_exact(path: Path, job: ClipMaking, info: MediaInfo) -> bool:
    made = probe(path)
    if made.video and made.video.hidden_frame_count:
        return False
    frame_ms = 1000 / float(info.video.fps) if info.video else 50
    return abs(made.duration_ms - (job.end_ms - job.start_ms)) <= 1.5 * frame_ms


def _cut(run: Run[ClipMaking], path: Path, info: MediaInfo) -> Path:
    """The clip's file in the workspace."""
    length_ms = run.job.end_ms - run.job.start_ms
    if _can_be_copied(info):
        command = _command(run, path, info, copied=True)
        try:
            run_command(run, command, span=(5, 30), duration_ms=length_ms)
            if _is_exact(command.outputs[0], run.job, info):
                return command.outputs[0]
        except FFmpegFailed:
            # Some streams cannot be put into MP4 as they are.
            logger.info("Clip %s could not be copied: encoding it", run.job.clip_id)
    command = _command(run, path, info, copied=False)
    run_command(run, command, span=(30, 90), duration_ms=length_ms)
    return command.outputs[0]


def make_clip(run: Run[ClipMaking]) -> dict[str, Any]:
    """The work of a `ClipMaking` job; safe to run twice."""
    job = run.job
    run.enter("fetch", percent=1)
    path = run.workspace.path / f"source{Path(job.source.source_key).suffix}"
    media_storage().fetch_to(job.source.source_key, path)
    info = probe(path)
    run.enter("encode", percent=5)
    clip_path = _cut(run, path, info)
    run.enter("store", percent=90)
    key = keys.asset_source(job.clip_id, clip_path.suffix.removeprefix("."))
    stored = media_storage().save_file(clip_path, key, consume=True)
    Asset.objects.filter(pk=job.clip_id).update_idempotently(
        source_key=key,
        file_name=f"{job.clip_title}{clip_path.suffix}"[:255],
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
    )
    accept(Asset.objects.get(pk=job.clip_id))
    return {}
