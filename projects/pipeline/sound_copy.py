"""Takes the sound of one untouched clip from its source as it is, for "match source".

Packets cannot be cut: some samples before the clip's first come along, hidden by an
edit list, as decoders need them. Any doubt, and the sound is mixed and encoded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from projects.pipeline.sound import FRAGMENT_US, SoundPlan, sound_path
from projects.pipeline.sources import SourceFile
from projects.timeline.heard import Heard
from projects.timeline.spans import SAMPLE_RATE
from streamfetch.ffmpeg import aac, fragments
from streamfetch.ffmpeg.aac import PACKET_SAMPLES
from streamfetch.ffmpeg.command import Command, Graph, Input, Output

# A sound may end this long before its picture, as that of many cameras does.
SLACK_SAMPLES = SAMPLE_RATE // 10


@dataclass(frozen=True)
class Cut:
    """Samples of a source, counted from its beginning."""

    asset: UUID
    first: int
    samples: int


def cut_for(plan: SoundPlan, sources: Mapping[UUID, SourceFile]) -> Cut | None:
    """What can be taken as it is; None when the sound has to be encoded."""
    if len(plan.heard) != 1:
        return None
    (piece,) = plan.heard
    if not _is_untouched(piece) or (piece.first, piece.last) != (plan.first, plan.last):
        return None
    info = sources[piece.played.asset].info
    if not aac.may_be_copied(info) or info.audio is None:
        return None
    if info.audio.sample_rate != SAMPLE_RATE or info.start_ms != 0:
        return None
    begin = round(piece.played.start_time * 1000) * SAMPLE_RATE // 1000
    cut = Cut(piece.played.asset, begin + piece.first - piece.anchor, piece.samples)
    available = info.audio.duration_ms * SAMPLE_RATE // 1000
    return cut if cut.first + cut.samples <= available + SLACK_SAMPLES else None


def _is_untouched(piece: Heard) -> bool:
    played = piece.played
    return (
        played.speed == 1
        and played.volume == 1
        and not played.fade_in
        and not played.fade_out
    )


def copying(cut: Cut, source: SourceFile, directory: Path) -> Command:
    """The command that writes `sound_path(directory)`, in fragments."""
    if source.info.audio is None:
        raise ValueError("a picture is not heard")
    graph = Graph()
    media = graph.input(
        Input(path=source.path, demuxer=source.info.container, options={"vn": None})
    )
    # The packet in which the first sample is, the one before it, and all up to the end.
    stream = media.stream(source.info.audio.index)
    sample = f"pts*tb*{SAMPLE_RATE}"
    first = cut.first - 2 * PACKET_SAMPLES + 0.5
    last = cut.first + cut.samples - 0.5
    drop = f"noise=drop='lt({sample},{first})+gt({sample},{last})'"
    back = f"round({cut.first}/{SAMPLE_RATE}/TB)"
    output = Output(
        path=sound_path(directory),
        muxer="mp4",
        streams=[stream],
        options={
            "c:a": "copy",
            "bsf:a": f"{drop},setts=pts='PTS-{back}':dts='DTS-{back}'",
            "movflags": "+cmaf+delay_moov",
            "frag_duration": FRAGMENT_US,
            "map_metadata": -1,
        },
    )
    # Decoded to see whether it can be; what this writes nobody reads.
    heard = Output(
        path=directory / "heard.wav",
        muxer="wav",
        streams=[stream.filter("aformat", channel_layouts="mono")],
        options={"c:a": "pcm_u8", "ar": 8000},
    )
    return graph.command(
        output, heard, expected_duration_ms=round(cut.samples * 1000 / SAMPLE_RATE)
    )


def is_right(cut: Cut, directory: Path, *, log: str) -> bool:
    """Whether the copy begins where it should, has no hole, can be decoded and is
    long enough; `log` is FFmpeg's."""
    movie = aac.copy_at(
        sound_path(directory),
        log=log,
        sample_rate=SAMPLE_RATE,
        most_hidden=2 * PACKET_SAMPLES,
    )
    if movie is None:
        return False
    heard = movie.samples * PACKET_SAMPLES - fragments.hidden_ticks(movie)
    return heard >= cut.samples - SLACK_SAMPLES
