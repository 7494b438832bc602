"""Cuts what FFmpeg wrote into media segments and puts them into storage.

Segments of a ladder lie below one folder of the asset. Nothing here says that they
are there: manifests do, and they are written afterwards (`publishing`).
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from streamfetch.errors import DomainError
from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.fragments import Fragment, Movie
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.pipeline.encoding import CHANNELS
from uploads.pipeline.ladder import Grid, Rung
from uploads.tracks import SOUND, Segment, Track, init_name, segment_name

PARALLEL_UPLOADS = 4
# Written at once; the rest of the disk space is the encoded file's.
BATCH = 16

T = TypeVar("T")


class SeamMismatch(DomainError):
    """What was encoded has other frames or cuts than planned."""

    code = "seam_mismatch"
    http_status = 500
    recoverable = True

    def __init__(self, what: str) -> None:
        super().__init__(
            _(
                "The encoded parts of this file do not fit together (%(what)s). Try "
                "again; if it happens again, the file's frame times are damaged."
            )
            % {"what": what}
        )


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Where one ladder lies: `spec` names it among the asset's renditions."""

    asset_id: UUID
    spec: str

    @property
    def prefix(self) -> str:
        return keys.asset_renditions(self.asset_id, self.spec)

    def key(self, name: str) -> str:
        return keys.asset_rendition(self.asset_id, self.spec, name)

    def put(self, files: Sequence[tuple[Path, str]]) -> None:
        """Store files under their names, some at a time; they are gone then."""
        storage = media_storage()

        def store(file: tuple[Path, str]) -> None:
            storage.save_file(file[0], self.key(file[1]), consume=True)

        with ThreadPoolExecutor(max_workers=PARALLEL_UPLOADS) as pool:
            for _stored in pool.map(store, files):
                pass

    def fetch(self, names: Sequence[str], directory: Path) -> list[Path]:
        """Bring files here, some at a time; in the order of `names`."""
        storage = media_storage()

        def bring(name: str) -> Path:
            path = directory / name.replace("/", "-")
            storage.fetch_to(self.key(name), path)
            return path

        with ThreadPoolExecutor(max_workers=PARALLEL_UPLOADS) as pool:
            return list(pool.map(bring, names))


def assemble(folder: Folder, track: Track, path: Path, *, directory: Path) -> None:
    """Bring a stored track here as one file."""
    names = [segment_name(track.name, n + 1) for n in range(len(track.segments))]
    with path.open("wb") as target:
        for batch in _batches([init_name(track.name), *names]):
            for part in folder.fetch(batch, directory):
                with part.open("rb") as source:
                    shutil.copyfileobj(source, target)
                part.unlink()


def groups_of(movie: Movie, cuts: Sequence[int] | None) -> list[list[Fragment]]:
    """The fragments of each segment: those up to the next cut, or one each.

    `cuts` are sample numbers from the beginning of `movie`; raises `SeamMismatch`
    when one lies within a fragment.
    """
    if cuts is None:
        return [[fragment] for fragment in movie.fragments]
    wanted = {cut for cut in cuts if cut < movie.samples}
    groups: list[list[Fragment]] = []
    sample = 0
    for fragment in movie.fragments:
        if sample in wanted or not groups:
            groups.append([])
            wanted.discard(sample)
        groups[-1].append(fragment)
        sample += fragment.samples
    if wanted:
        raise SeamMismatch(f"no key frame at {min(wanted)}")
    return groups


def store_segments(
    folder: Folder,
    movie: Movie,
    groups: Sequence[Sequence[Fragment]],
    *,
    name: str,
    directory: Path,
    first_number: int = 1,
    shift_ticks: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[Segment, ...]:
    """Store segments of track `name`, and its beginning with the first of all.

    `on_progress` hears the share that is stored, from 0 to 1; what it raises ends
    the work.
    """
    if first_number == 1:
        path = directory / f"{name}-init.mp4"
        path.write_bytes(movie.init)
        folder.put([(path, init_name(name))])
    made: list[Segment] = []
    for batch in _batches(enumerate(groups, start=first_number)):
        files = []
        for number, group in batch:
            path = directory / f"{name}-{number}.m4s"
            fragments.write_segment(
                movie, group, path, number=number, shift_ticks=shift_ticks
            )
            files.append((path, segment_name(name, number)))
            made.append(
                Segment(
                    size_bytes=path.stat().st_size,
                    ticks=sum(fragment.ticks for fragment in group),
                    samples=sum(fragment.samples for fragment in group),
                )
            )
        folder.put(files)
        if on_progress is not None:
            on_progress(len(made) / len(groups))
    return tuple(made)


def picture_track(
    rung: Rung, movie: Movie, segments: tuple[Segment, ...], *, grid: Grid
) -> Track:
    """Describe the stored segments of a rung."""
    return Track(
        name=rung.name,
        kind="video",
        codec=movie.codec,
        timescale=movie.timescale,
        segments=segments,
        width=rung.width,
        height=rung.height,
        frame_rate=str(grid.rate),
    )


def sound_track(
    movie: Movie, segments: tuple[Segment, ...], *, channels: int = CHANNELS
) -> Track:
    """Describe the stored segments of the sound."""
    return Track(
        name=SOUND,
        kind="audio",
        codec=movie.codec,
        timescale=movie.timescale,
        segments=segments,
        # A tick is a sample.
        sample_rate=movie.timescale,
        channels=channels,
    )


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
