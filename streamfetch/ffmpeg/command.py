"""Builds FFmpeg command lines. The only module that uses ffmpeg-python.

Only its graph and `compile()` are used, with keyword arguments: positional ones
are escaped twice. Starting what is built here is the runner's work.
"""

import glob
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import ffmpeg
from ffmpeg.nodes import FilterableStream, FilterNode, InputNode

from streamfetch.ffmpeg import allowlists

Value = bool | int | float | Fraction | str | Path

_COUNTER = re.compile(r"%0?\d*d")
_FILTER_NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class Input:
    """One source file.

    `demuxer` is what `probe` found (`MediaInfo.container`); it is forced, so
    that content cannot choose another one. `start_ms` seeks (exact to the frame
    when decoded, to the key frame before when copied), `duration_ms` limits.
    An option whose value is None is a flag.
    """

    path: Path
    demuxer: str
    start_ms: int = 0
    duration_ms: int | None = None
    options: Mapping[str, Value | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Output:
    """One result: `streams` in order, written by `muxer`.

    `options` are output options without the dash: `{"c:v": "libx264"}`; None
    is a flag without a value. `siblings` are glob patterns, beside `path`, of
    further files the muxer writes (segments); a failed run removes them too.
    A `%d` counter in the file name is understood.
    """

    path: Path
    muxer: str
    streams: Sequence["Stream"]
    options: Mapping[str, Value | None] = field(default_factory=dict)
    siblings: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Command:
    """Arguments for FFmpeg (without the program) and what the runner must know.

    `reads` are the files and directories it may read, `outputs` the files a
    successful run leaves (the first of a numbered series is not named),
    `leftovers` the glob patterns of everything it may write.
    """

    argv: tuple[str, ...]
    reads: tuple[Path, ...]
    outputs: tuple[Path, ...]
    leftovers: tuple[tuple[Path, str], ...]
    expected_duration_ms: int | None = None
    expected_frames: int | None = None

    def written(self) -> Iterator[Path]:
        """Yield the files that exist now and that this command may have written."""
        for directory, pattern in self.leftovers:
            yield from directory.glob(pattern)
        yield from (path for path in self.outputs if path.is_symlink() or path.exists())


class Stream:
    """One picture or sound on its way through a graph. Use it once, or `split` it."""

    def __init__(self, graph: "Graph", native: Any) -> None:
        self._graph = graph
        self.native = native

    def filter(self, name: str, **options: Value) -> "Stream":
        """Return this stream after one filter."""
        return self._graph.filter(name, [self], **options)

    def joined(self, name: str, *others: "Stream", **options: Value) -> "Stream":
        """Return the result of a filter that takes this stream and others."""
        return self._graph.filter(name, [self, *others], **options)

    def split(self, count: int, *, kind: Literal["video", "audio"]) -> list["Stream"]:
        """Return `count` streams that are each a copy of this one."""
        node = _Filter([self.native], "split" if kind == "video" else "asplit")
        return [Stream(self._graph, node.stream(label=n)) for n in range(count)]


class Media:
    """An input of the graph; its streams may be used any number of times."""

    def __init__(self, graph: "Graph", native: Any) -> None:
        self._graph = graph
        self._native = native

    @property
    def video(self) -> Stream:
        """The first picture that is not cover art."""
        return self.stream("V:0")

    @property
    def audio(self) -> Stream:
        """The first sound."""
        return self.stream("a:0")

    def stream(self, selector: str | int) -> Stream:
        """Return a stream by its index (`VideoStream.index`) or FFmpeg selector."""
        return Stream(self._graph, self._native[str(selector)])


class Graph:
    """Collects inputs and filters, and compiles them with outputs to a Command."""

    def __init__(self) -> None:
        self._reads: list[Path] = []
        self._chapters: Path | None = None

    def chapters(self, path: Path) -> None:
        """Have the outputs take the chapters of a file in FFmpeg's metadata format.

        It has no streams, so it stands after the inputs that have some.
        """
        _check_path(path)
        self._reads.append(path)
        self._chapters = path

    def input(self, source: Input) -> Media:
        """Add a file. Two equal inputs stay two: sharing one buffers its frames."""
        _check_path(source.path)
        if source.demuxer not in allowlists.FORMAT_WHITELIST.split(","):
            raise ValueError(f"demuxer {source.demuxer!r} is not allowed")
        options: dict[str, Value | None] = dict(source.options)
        if source.start_ms:
            options["ss"] = seconds(source.start_ms)
        if source.duration_ms is not None:
            options["t"] = seconds(source.duration_ms)
        options |= {
            "protocol_whitelist": allowlists.PROTOCOL_WHITELIST,
            "format_whitelist": allowlists.FORMAT_WHITELIST,
            "codec_whitelist": allowlists.CODEC_WHITELIST,
        }
        self._reads.append(source.path)
        named = {
            name: None if value is None else _text(value)
            for name, value in options.items()
        }
        kwargs = {"filename": f"file:{source.path}", "format": source.demuxer, **named}
        return Media(self, _Source("input", kwargs=kwargs).stream())

    def source(self, name: str, *, duration_ms: int, **options: Value) -> Stream:
        """Add generated picture or sound: color, anullsrc, sine, testsrc2."""
        if name not in allowlists.SOURCES:
            raise ValueError(f"source {name!r} is not allowed")
        described = _Filter([], name, kwargs=self._options(options), min_inputs=0)
        kwargs = {
            "filename": described._get_filter([]),
            "format": "lavfi",
            "t": seconds(duration_ms),
        }
        return Stream(self, _Source("input", kwargs=kwargs).stream())

    def filter(self, name: str, streams: Sequence[Stream], **options: Value) -> Stream:
        """Return the result of a filter with any number of inputs."""
        return self.filters(name, streams, outputs=1, **options)[0]

    def filters(
        self, name: str, streams: Sequence[Stream], *, outputs: int, **options: Value
    ) -> list[Stream]:
        """Return the results of a filter with several outputs, such as concat."""
        if not _FILTER_NAME.fullmatch(name):
            raise ValueError(f"filter name {name!r} is malformed")
        native = [stream.native for stream in streams]
        node = _Filter(native, name, kwargs=self._options(options))
        labels = [None] if outputs == 1 else list(range(outputs))
        return [Stream(self, node.stream(label=label)) for label in labels]

    def command(
        self,
        *outputs: Output,
        expected_duration_ms: int | None = None,
        expected_frames: int | None = None,
    ) -> Command:
        """Compile."""
        if not outputs:
            raise ValueError("a command needs at least one output")
        written = [self._output(output) for output in outputs]
        whole = ffmpeg.merge_outputs(*written) if len(written) > 1 else written[0]
        argv = ffmpeg.compile(whole, cmd=["-y"])
        if self._chapters is not None:
            argv = _with_chapters(argv, self._chapters)
        patterns = [pair for output in outputs for pair in _leftovers(output)]
        return Command(
            argv=tuple(argv),
            reads=tuple(dict.fromkeys(self._reads)),
            outputs=tuple(o.path for o in outputs if not _COUNTER.search(o.path.name)),
            leftovers=tuple(patterns),
            expected_duration_ms=expected_duration_ms,
            expected_frames=expected_frames,
        )

    def _output(self, output: Output) -> Any:
        _check_path(output.path)
        if output.path in self._reads:
            raise ValueError("an output would overwrite an input")
        if _COUNTER.search(output.path.name) and "%" in str(output.path.parent):
            raise ValueError("a numbered output cannot be below a directory with '%'")
        options: dict[str, str | None] = {"f": output.muxer}
        for name, value in output.options.items():
            options[name] = None if value is None else _text(value)
        native = [stream.native for stream in output.streams]
        return ffmpeg.output(*native, filename=f"file:{output.path}", **options)

    def _options(self, options: Mapping[str, Value]) -> dict[str, str]:
        for value in options.values():
            if isinstance(value, Path):
                _check_path(value)
                self._reads.append(value)
        return {name: _text(value) for name, value in options.items()}


def seconds(milliseconds: int) -> str:
    """Return milliseconds as FFmpeg's seconds, exactly: 1500 -> `1.5`."""
    whole, rest = divmod(abs(milliseconds), 1000)
    fraction = f".{rest:03}".rstrip("0").rstrip(".")
    return f"{'-' if milliseconds < 0 else ''}{whole}{fraction}"


class _Filter(FilterNode):  # type: ignore[misc]
    """A filter that equals only itself.

    The library's nodes are equal when their options and inputs are, whatever
    the filter's name: hflip and vflip of one input would become one filter, and
    two clips with the same cut a graph error.
    """

    def __init__(
        self,
        streams: Sequence[Any],
        name: str,
        *,
        kwargs: Mapping[str, str] | None = None,
        min_inputs: int = 1,
    ) -> None:
        super(FilterNode, self).__init__(
            stream_spec=list(streams),
            name=name,
            incoming_stream_types={FilterableStream},
            outgoing_stream_type=FilterableStream,
            min_inputs=min_inputs,
            max_inputs=None,
            args=[],
            kwargs=dict(kwargs or {}),
        )

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


class _Source(InputNode):  # type: ignore[misc]
    """An input that equals only itself, for the same reason."""

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other


def _with_chapters(argv: Sequence[str], path: Path) -> list[str]:
    """Insert the input after the last one, and map its chapters."""
    end = max(at for at, word in enumerate(argv) if word == "-i") + 2
    number = argv[:end].count("-i")
    source = ["-f", "ffmetadata", "-i", f"file:{path}"]
    mapped = ["-map_chapters", str(number)]
    return [*argv[:end], *source, *argv[end:-1], *mapped, argv[-1]]


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value)


def _check_path(path: Path) -> None:
    """Refuse what no escaping carries: filters trim blanks, logs break lines."""
    text = str(path)
    if not path.is_absolute() or text != text.strip() or not text.isprintable():
        raise ValueError(f"path {text!r} is not absolute or has unprintable parts")


def _leftovers(output: Output) -> Iterator[tuple[Path, str]]:
    directory = output.path.parent
    if _COUNTER.search(output.path.name):
        around = (glob.escape(part) for part in _COUNTER.split(output.path.name))
        yield directory, "*".join(around)
    for pattern in output.siblings:
        yield directory, pattern
