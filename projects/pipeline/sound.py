"""Compiles what is heard into FFmpeg commands: mixed once, encoded once.

Every sound is placed by its samples; nothing is cut with the spans of the picture,
so there are no seams.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from uuid import UUID

from projects.pipeline.picture import SPARE_MS, seek_ms
from projects.pipeline.sources import SourceFile
from projects.timeline.heard import ROLES, Heard, Role, windows, within
from projects.timeline.spans import SAMPLE_RATE
from streamfetch.ffmpeg.command import Command, Graph, Input, Output, Stream, Value
from streamfetch.ffmpeg.filters import to_stereo

# Decoders need some packets before the moment that is wanted.
AHEAD_MS = 200
DUCKING: dict[str, Value] = {
    "threshold": 0.015,
    "ratio": 8,
    "attack": 30,
    "release": 500,
    "knee": 4,
}
# Samples above this are turned down; what is below stays as it is.
CEILING = 0.97
# EBU R 128 s1: peaks in dBTP, and how far loudness may range in LU.
LOUDNESS_PEAK, LOUDNESS_RANGE = -1.5, 20
ENCODER: dict[str, Value] = {"c:a": "aac", "b:a": "192k", "ar": SAMPLE_RATE, "ac": 2}
FRAGMENT_US = 10_000_000

_MEASURED = re.compile(r'"(input_\w+|target_offset)"\s*:\s*"(-?[\d.]+|-?inf)"')
_QUIET_LUFS = -70.0


@dataclass(frozen=True)
class SoundPlan:
    """Samples [first, last) of what is heard."""

    heard: Sequence[Heard]
    first: int
    last: int

    @property
    def duration_ms(self) -> int:
        return round((self.last - self.first) * 1000 / SAMPLE_RATE)

    def parts(self) -> list[tuple[int, int]]:
        return windows(list(self.heard), self.first, self.last)


def mixed_parts(
    plan: SoundPlan, *, sources: Mapping[UUID, SourceFile], directory: Path
) -> Iterator[Command]:
    """Commands that leave what is heard as files, of what is too much for one.

    Nothing when one command can take it all.
    """
    parts = plan.parts()
    if len(parts) < 2:
        return
    for number, (first, last) in enumerate(parts):
        graph = Graph()
        buses = _buses(graph, plan, first, last, sources=sources)
        outputs = [
            Output(
                path=_part_path(directory, role, number),
                muxer="wav",
                streams=[stream],
                options={"c:a": "pcm_f32le"},
            )
            for role, stream in buses.items()
        ]
        if outputs:
            yield graph.command(
                *outputs, expected_duration_ms=round((last - first) / 48)
            )


def measuring(
    plan: SoundPlan, *, sources: Mapping[UUID, SourceFile], directory: Path, lufs: float
) -> Command:
    """The command whose log says how loud the mix is; see `measured`."""
    graph = Graph()
    stream = _mix(graph, plan, sources=sources, directory=directory)
    stream = stream.filter("loudnorm", **_loudness(lufs), print_format="json")
    # What it writes nobody reads: FFmpeg wants to write something.
    output = Output(
        path=directory / "measured.wav",
        muxer="wav",
        streams=[stream],
        options={"c:a": "pcm_u8", "ar": 8000, "ac": 1},
    )
    return graph.command(output, expected_duration_ms=plan.duration_ms)


def measured(log: str) -> dict[str, Value] | None:
    """What `measuring` found, as options of the second pass; None for silence."""
    found = dict(_MEASURED.findall(log))
    if not found or float(found.get("input_i", "-inf")) < _QUIET_LUFS:
        return None
    return {
        "measured_I": float(found["input_i"]),
        "measured_TP": float(found["input_tp"]),
        "measured_LRA": float(found["input_lra"]),
        "measured_thresh": float(found["input_thresh"]),
        "offset": float(found["target_offset"]),
    }


def encoding(
    plan: SoundPlan,
    *,
    sources: Mapping[UUID, SourceFile],
    directory: Path,
    lufs: float | None = None,
    levels: Mapping[str, Value] | None = None,
) -> Command:
    """The command that writes `directory/sound.mp4`, in fragments.

    `levels` are what `measured` found, for an export of `lufs`.
    """
    graph = Graph()
    stream = _mix(graph, plan, sources=sources, directory=directory)
    if lufs is not None and levels is not None:
        stream = stream.filter(
            "loudnorm", **_loudness(lufs), **levels, linear=True
        ).filter("aresample", osr=SAMPLE_RATE)
    stream = stream.filter("alimiter", limit=CEILING, level=False, latency=True)
    stream = stream.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")
    output = Output(
        path=sound_path(directory),
        muxer="mp4",
        streams=[stream],
        options={
            **ENCODER,
            "movflags": "+cmaf+delay_moov",
            "frag_duration": FRAGMENT_US,
            "map_metadata": -1,
        },
    )
    return graph.command(output, expected_duration_ms=plan.duration_ms)


def sound_path(directory: Path) -> Path:
    return directory / "sound.mp4"


def tempo_steps(speed: float) -> list[float]:
    """Factors for `atempo`, which takes 0.5 at least, that multiply to `speed`."""
    steps = []
    while speed < 0.5:
        steps.append(0.5)
        speed /= 0.5
    if abs(speed - 1) > 1e-6:
        steps.append(speed)
    return steps


def _loudness(lufs: float) -> dict[str, Value]:
    return {"I": lufs, "TP": LOUDNESS_PEAK, "LRA": LOUDNESS_RANGE}


def _part_path(directory: Path, role: Role, number: int) -> Path:
    return directory / f"{role}-{number}.wav"


def _mix(
    graph: Graph,
    plan: SoundPlan,
    *,
    sources: Mapping[UUID, SourceFile],
    directory: Path,
) -> Stream:
    """The whole sound, exactly as long as it is planned."""
    parts = plan.parts()
    if len(parts) < 2:
        buses = _buses(graph, plan, plan.first, plan.last, sources=sources)
    else:
        buses = {
            role: stream
            for role in ROLES
            if (stream := _joined(graph, plan, role, parts, directory))
        }
    if "ducked" in buses and "speech" in buses:
        speech, key = buses["speech"].split(2, kind="audio")
        buses["speech"] = speech
        buses["ducked"] = buses["ducked"].joined("sidechaincompress", key, **DUCKING)
    if not buses:
        return _silence(graph, plan.last - plan.first)
    mixed = _summed(graph, list(buses.values()))
    return _exactly(mixed, plan.last - plan.first)


def _joined(
    graph: Graph,
    plan: SoundPlan,
    role: Role,
    parts: Sequence[tuple[int, int]],
    directory: Path,
) -> Stream | None:
    """The files of one bus, one after the other."""
    if not any(each.role == role for each in plan.heard):
        return None
    streams = []
    for number, (first, last) in enumerate(parts):
        part = within(list(plan.heard), first, last)
        if any(each.role == role for each in part):
            wav = Input(path=_part_path(directory, role, number), demuxer="wav")
            streams.append(_plain(graph.input(wav).audio))
        else:
            streams.append(_silence(graph, last - first))
    return graph.filter("concat", streams, n=len(streams), v=0, a=1)


def _buses(
    graph: Graph,
    plan: SoundPlan,
    first: int,
    last: int,
    *,
    sources: Mapping[UUID, SourceFile],
) -> dict[Role, Stream]:
    """Samples [first, last) of each role that is heard in them."""
    ordered = sorted(
        within(list(plan.heard), first, last),
        key=lambda each: (each.role, each.lane, each.first),
    )
    lanes: dict[Role, list[Stream]] = {}
    for (role, _lane), pieces in groupby(ordered, key=lambda e: (e.role, e.lane)):
        stream = _lane_of(graph, list(pieces), first, last, sources=sources)
        lanes.setdefault(role, []).append(stream)
    return {
        role: _exactly(_summed(graph, lanes[role]), last - first)
        for role in ROLES
        if role in lanes
    }


def _lane_of(
    graph: Graph,
    pieces: Sequence[Heard],
    first: int,
    last: int,
    *,
    sources: Mapping[UUID, SourceFile],
) -> Stream:
    """Sounds one after the other, silence between them, from `first` to `last`."""
    streams = []
    ends = [piece.first for piece in pieces[1:]] + [last]
    for piece, until in zip(pieces, ends, strict=True):
        stream = _heard(graph, piece, sources[piece.played.asset])
        if until > piece.last:
            stream = stream.filter("apad", whole_len=until - piece.first)
        streams.append(stream)
    if pieces[0].first > first:
        delay = f"{pieces[0].first - first}S"
        streams[0] = streams[0].filter("adelay", delays=delay, all=True)
    if len(streams) == 1:
        return streams[0]
    return graph.filter("concat", streams, n=len(streams), v=0, a=1)


def _heard(graph: Graph, piece: Heard, source: SourceFile) -> Stream:
    """Exactly the samples of one piece: at its speed and volume, faded."""
    played, audio = piece.played, source.info.audio
    if audio is None:
        raise ValueError("a picture is not heard")
    offset = piece.first - piece.anchor
    fade_in = round(played.fade_in * SAMPLE_RATE)
    fade_out = round(played.fade_out * SAMPLE_RATE)
    length = piece.end - piece.anchor
    # Reading begins where the fades can be told from.
    begin = offset if offset >= fade_in else 0
    begin = min(begin, max(0, length - fade_out)) if fade_out else begin
    wanted_ms = round(
        played.start_time * 1000 + begin * 1000 / SAMPLE_RATE * played.speed
    )
    start_ms = max(0, seek_ms(wanted_ms, source.info) - AHEAD_MS)
    media = graph.input(
        Input(
            path=source.path,
            demuxer=source.info.container,
            start_ms=start_ms,
            options={"noaccurate_seek": None, "vn": None} if start_ms else {"vn": None},
        )
    )
    late_s = f"{wanted_ms - start_ms}/1000"
    stream = media.stream(audio.index)
    stream = stream.filter("asetpts", expr=f"PTS-{late_s}/TB")
    stream = stream.filter("atrim", start=0)
    stream = stream.filter("aresample", osr=SAMPLE_RATE, **{"async": 1}, first_pts=0)
    stream = _plain(to_stereo(stream, audio))
    for factor in tempo_steps(played.speed):
        stream = stream.filter("atempo", tempo=factor)
    if played.volume != 1:
        stream = stream.filter("volume", volume=played.volume)
    stream = stream.filter("apad", whole_len=piece.last - piece.anchor - begin)
    if fade_in and begin < fade_in:
        stream = stream.filter("afade", type="in", start_sample=0, nb_samples=fade_in)
    if fade_out:
        stream = stream.filter(
            "afade",
            type="out",
            start_sample=max(0, length - fade_out - begin),
            nb_samples=min(fade_out, length),
        )
    return _exactly(stream, piece.samples, start=offset - begin)


def _exactly(stream: Stream, samples: int, *, start: int = 0) -> Stream:
    """`samples` samples of a stream from its sample `start` on, at time 0."""
    padded = stream.filter("apad", whole_len=start + samples)
    cut = padded.filter("atrim", start_sample=start, end_sample=start + samples)
    return cut.filter("asetpts", expr="N/SR/TB")


def _plain(stream: Stream) -> Stream:
    return stream.filter("aformat", sample_fmts="fltp", channel_layouts="stereo")


def _silence(graph: Graph, samples: int) -> Stream:
    stream = graph.source(
        "anullsrc",
        duration_ms=round(samples * 1000 / SAMPLE_RATE) + SPARE_MS,
        sample_rate=SAMPLE_RATE,
        channel_layout="stereo",
    )
    return _exactly(_plain(stream), samples)


def _summed(graph: Graph, streams: Sequence[Stream]) -> Stream:
    if len(streams) == 1:
        return streams[0]
    return graph.filter(
        "amix",
        streams,
        inputs=len(streams),
        normalize=False,
        dropout_transition=0,
        duration="longest",
    )
