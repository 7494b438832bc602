"""Brings the source into the workspace and lays its sound on a line of samples.

The line begins where the file begins and ends where its picture ends, at 48 kHz:
every boundary, chunk and result is counted on it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from automation.models import AutomationJob
from automation.pipeline.commands import run_command
from automation.pipeline.journal import note
from automation.pipeline.pcm import Reader
from streamfetch.errors import DomainError
from streamfetch.ffmpeg.command import Command, Graph, Input, Output
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.jobs.running import Run
from streamfetch.storage.backends import media_storage
from uploads.models import Asset

SAMPLES_PER_MS = 48
VOICE_RATE = 8_000
SCENE_RATE = 5
SCENE_SIZE = (32, 18)
PROBE_S = 60
PROBE_BYTES_PER_S = 20_000_000
PEAKS_PER_S = 50
MAX_MS = 4 * 3600 * 1000


class CannotDub(DomainError):
    """The source is not something that can be dubbed."""

    code = "cannot_dub"
    http_status = 422


@dataclass(frozen=True, kw_only=True)
class Line:
    """The source file and its sound as WAV files of the workspace.

    `sound` is all of it at 48 kHz, `voice` the voice band of its mono mix at 8 kHz,
    `scenes` small grey pictures when they were asked for.
    """

    source: Path
    info: MediaInfo
    sound: Path
    voice: Path
    scenes: Path
    channels: int
    sample_count: int


def fetch(run: Run[AutomationJob], asset: Asset) -> tuple[Path, MediaInfo]:
    """The source and what it is. Raises `CannotDub` with what to do next."""
    path = run.workspace.path / f"source{Path(asset.source_key).suffix}"
    stored = media_storage().fetch_to(asset.source_key, path)
    info = probe(path, timeout_s=PROBE_S + stored.size_bytes / PROBE_BYTES_PER_S)
    if info.video is None:
        raise CannotDub(
            "Only videos can be dubbed. Choose a video.", code="not_a_video"
        )
    if info.audio is None:
        raise CannotDub(
            "This video has no sound, so there is nothing to dub. Choose one in which "
            "somebody speaks.",
            code="no_audio",
        )
    if info.duration_ms > MAX_MS:
        raise CannotDub(
            "This video is longer than four hours. Cut it into clips and dub those.",
            code="too_long",
        )
    return path, info


def sample_count_of(info: MediaInfo) -> int:
    """How long the line is: up to the end of the picture."""
    if info.video is None:
        return info.duration_ms * SAMPLES_PER_MS
    end_ms = info.video.start_ms - info.start_ms + info.video.duration_ms
    return max(1, end_ms) * SAMPLES_PER_MS


def extract(
    run: Run[AutomationJob],
    source: Path,
    info: MediaInfo,
    *,
    with_scenes: bool,
    span: tuple[float, float],
) -> Line:
    """Decode the sound once, for all that follows."""
    if info.audio is None:
        raise ValueError("there is no sound to extract")
    line = Line(
        source=source,
        info=info,
        sound=run.workspace / "line.wav",
        voice=run.workspace / "voice.wav",
        scenes=run.workspace / "scenes.gray",
        channels=1 if info.audio.channels == 1 else 2,
        sample_count=sample_count_of(info),
    )
    run.workspace.require_free(line.sample_count * line.channels * 6)
    run_command(run, _command(line, with_scenes=with_scenes), span=span)
    with Reader(line.sound) as reader:
        if reader.sample_count != line.sample_count:
            note(
                run.job,
                f"The sound has {reader.sample_count} samples instead of "
                f"{line.sample_count}",
                level="warning",
            )
    return line


def _command(line: Line, *, with_scenes: bool) -> Command:
    audio = line.info.audio
    video = line.info.video
    if audio is None:
        raise ValueError("there is no sound to extract")
    graph = Graph()
    media = graph.input(Input(path=line.source, demuxer=line.info.container))
    whole = (
        media.stream(audio.index)
        .filter("aresample", osr=48_000, first_pts=0, **{"async": 1})
        .filter("apad", whole_len=line.sample_count)
        .filter("atrim", end_sample=line.sample_count)
    )
    sound, voice = whole.split(2, kind="audio")
    voice = (
        voice.filter("highpass", f=300)
        .filter("lowpass", f=3400)
        .filter("aresample", osr=VOICE_RATE)
    )
    outputs = [
        _wav(line.sound, sound, channels=line.channels, rate=48_000),
        _wav(line.voice, voice, channels=1, rate=VOICE_RATE),
    ]
    if with_scenes and video is not None:
        width, height = SCENE_SIZE
        pictures = (
            media.stream(video.index)
            .filter("fps", fps=SCENE_RATE, start_time=0)
            .filter("scale", w=width, h=height, flags="area")
            .filter("format", pix_fmts="gray")
        )
        outputs.append(
            Output(
                path=line.scenes,
                muxer="rawvideo",
                streams=[pictures],
                options={"c:v": "rawvideo"},
            )
        )
    return graph.command(
        *outputs, expected_duration_ms=line.sample_count // SAMPLES_PER_MS
    )


def _wav(path: Path, stream: object, *, channels: int, rate: int) -> Output:
    return Output(
        path=path,
        muxer="wav",
        streams=[stream],  # type: ignore[list-item]
        options={
            "c:a": "pcm_s16le",
            "ac": channels,
            "ar": rate,
            "map_metadata": -1,
            "bitexact": None,
        },
    )


def peaks_of(line: Line) -> bytes:
    """The loudest sample of each 1/50 s as 0..255, of the mono mix."""
    hop = 48_000 // PEAKS_PER_S
    found = bytearray()
    with Reader(line.sound) as reader:
        for block in reader.blocks(multiple_of=hop):
            mono = np.abs(block.mean(axis=1))
            mono = np.pad(mono, (0, -len(mono) % hop))
            loudest = mono.reshape(-1, hop).max(axis=1)
            found += np.minimum(255, loudest * 256).astype(np.uint8).tobytes()
    return bytes(found)
