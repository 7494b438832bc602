"""Makes what adaptive players need of one source, the smallest rung first.

copy what fits → smallest rung and sound → thumbnails, progressive file → the rest
of the rungs with one decode. Each step is published when it is stored, so the
manifests grow. Long sources are encoded in `chunks`, here by whoever is free.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from django.utils.translation import gettext as _

from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.fragments import Movie
from streamfetch.ffmpeg.runner import Result
from streamfetch.jobs.running import Run
from uploads import notices
from uploads.models import Asset, AssetProcessing, Rendition
from uploads.pipeline import (
    chunks,
    encoding,
    journal,
    ladder,
    packaging,
    publishing,
    sprites,
    turns,
)
from uploads.pipeline.commands import run_command
from uploads.pipeline.encoding import CHANNELS, Source, track_path
from uploads.pipeline.ladder import Grid, NotCopied, Rung
from uploads.pipeline.packaging import Folder
from uploads.pipeline.sound import copied_sound
from uploads.tracks import SOUND, ChunkPlan, FirstPart, Track

# Percent of the whole job at which each step ends.
COPIED_AT, PLAYABLE_AT, DONE_AT = 18, 35, 98
PREVIEW_STAGE, LADDER_STAGE = "preview", "ladder"
# A copied segment may exceed its rung's rate by this.
COPIED_PEAK = 2


@dataclass(kw_only=True)
class Packaging:
    """One ladder on its way. `tracks` are those stored so far, by name."""

    run: Run[AssetProcessing]
    source: Source
    folder: Folder
    rungs: tuple[Rung, ...] = ()
    grid: Grid | None = None
    tracks: dict[str, Track] = field(default_factory=dict)
    has_thumbnails: bool = False

    @property
    def directory(self) -> Path:
        return self.run.workspace.path

    @property
    def lacks_sound(self) -> bool:
        return self.source.info.audio is not None and SOUND not in self.tracks

    def missing(self) -> tuple[Rung, ...]:
        return tuple(rung for rung in self.rungs if rung.name not in self.tracks)

    def publish(self) -> None:
        publishing.publish(
            self.folder,
            list(self.tracks.values()),
            directory=self.directory,
            has_thumbnails=self.has_thumbnails,
        )
        asset = Asset.objects.filter(pk=self.folder.asset_id).first()
        if asset is not None:
            notices.playable(asset, occurrence=str(self.run.job.pk))


def make_playable(run: Run[AssetProcessing], source: Source) -> None:
    """Make, store and publish the ladder of a video or sound. Safe to repeat."""
    folder = publishing.ladder_folder(run.job.asset_id, run.job.pk)
    work = Packaging(run=run, source=source, folder=folder)
    if source.info.video is not None:
        work.rungs = ladder.rungs_of(source.info.video)
        work.grid = ladder.regular_grid(source.info)
    if run.job.first_part is None:
        _make_first_part(work)
    else:
        _take_up(work, run.job.first_part)
    rest = work.missing()
    if rest:
        run.enter(LADDER_STAGE, percent=PLAYABLE_AT)
        _encode(work, rest, sound=False, span=(PLAYABLE_AT, DONE_AT))
        work.publish()
    publishing.remove_other_ladders(folder)
    chunks.forget(run.job)


def _make_first_part(work: Packaging) -> None:
    """Whatever plays first. Raises `SteppedAside` when others wait for as much."""
    run = work.run
    run.enter(PREVIEW_STAGE, percent=12)
    if work.grid is None:
        _make_sound(work, span=(12, 90))
    else:
        journal.planned(run, work.rungs)
        _copy_what_fits(work)
        _make_smallest(work)
    _make_progressive(work)
    _make_thumbnails(work)
    work.publish()
    if work.grid is None or not work.missing():
        return
    made = FirstPart(
        info=work.source.info,
        tracks=tuple(work.tracks.values()),
        rate=str(work.grid.rate),
        frame_count=work.grid.frame_count,
        cuts=work.grid.cuts,
    )
    run.store(first_part=made)
    if turns.others_wait():
        journal.stepped_aside(run)
        run.step_aside()


def _take_up(work: Packaging, made: FirstPart) -> None:
    """Go on where an earlier run let others go first, or died."""
    work.tracks = {track.name: track for track in made.tracks}
    rate = Fraction(made.rate)
    work.grid = Grid(rate=rate, frame_count=made.frame_count, cuts=made.cuts)
    work.has_thumbnails = True


def _copy_what_fits(work: Packaging) -> None:
    """Let the source itself be a rung, where it can; its key frames then decide
    where all segments begin. Playable at once, before anything is encoded."""
    if work.grid is None:
        return
    try:
        rung = ladder.copied_rung(work.source.info, work.rungs)
        _copy(work, rung, rate=work.grid.rate)
    except NotCopied as reason:
        journal.not_copied(work.run, str(reason))


def _copy(work: Packaging, rung: Rung, *, rate: Fraction) -> None:
    """Raises `NotCopied`; nothing is left of the copy then."""
    command = encoding.copied_picture(work.source, rung, directory=work.directory)
    _run(work, command, span=(12, 13))
    movie = fragments.read(track_path(work.directory, rung.name))
    grid = _grid_of_copy(movie, rate)
    if grid is None:
        movie.path.unlink()
        raise NotCopied(_("its key frames are too far apart or uneven"))
    groups = packaging.groups_of(movie, grid.cuts)
    rates = [
        sum(fragment.size_bytes for fragment in group)
        * 8
        * movie.timescale
        / sum(fragment.ticks for fragment in group)
        for group in groups
    ]
    if max(rates) > COPIED_PEAK * rung.max_bit_rate:
        movie.path.unlink()
        raise NotCopied(_("parts of it need too high a bit rate"))
    work.grid = grid
    journal.copied(work.run, rung)
    _store_picture(work, rung, movie, span=(13, 14))
    _make_sound(work, span=(14, COPIED_AT))
    work.publish()


def _grid_of_copy(movie: Movie, rate: Fraction) -> Grid | None:
    """Where a copied picture can be cut; None when it is not regular enough."""
    key_frames = []
    frame = 0
    for fragment in movie.fragments:
        expected = frame / rate * movie.timescale
        half_a_frame = movie.timescale / rate / 2
        if not fragment.is_closed or abs(fragment.start - expected) > half_a_frame:
            return None
        key_frames.append(frame)
        frame += fragment.samples
    cuts = ladder.cuts_at(key_frames, rate=rate, frame_count=frame)
    return None if cuts is None else Grid(rate=rate, frame_count=frame, cuts=cuts)


def _make_smallest(work: Packaging) -> None:
    smallest = work.rungs[0]
    span = (COPIED_AT, PLAYABLE_AT)
    if smallest.name in work.tracks:
        _make_sound(work, span=span)
        return
    _copy_sound(work, at=COPIED_AT)
    _encode(work, (smallest,), sound=work.lacks_sound, span=span)


def _encode(
    work: Packaging,
    rungs: tuple[Rung, ...],
    *,
    sound: bool,
    span: tuple[float, float],
) -> None:
    if work.grid is None:
        raise ValueError("a sound has no rungs")
    if chunks.is_long(work.source.info):
        _encode_in_parts(work, rungs, grid=work.grid, sound=sound, span=span)
    else:
        _encode_at_once(work, rungs, grid=work.grid, sound=sound, span=span)


def _encode_in_parts(
    work: Packaging,
    rungs: tuple[Rung, ...],
    *,
    grid: Grid,
    sound: bool,
    span: tuple[float, float],
) -> None:
    info = work.source.info
    is_first = work.rungs[0] in rungs
    stages = [PREVIEW_STAGE if is_first else LADDER_STAGE]
    plans = _plans(work, rungs, grid=grid, stage=stages[0])
    if sound:
        plans.insert(0, chunks.sound_plan(info, folder=work.folder))
        stages.append(chunks.SOUND_STAGE)
    rest = tuple(rung for rung in work.missing() if rung not in rungs)
    if rest:
        # Who is free before the first rung is complete begins with the others.
        plans += _plans(work, rest, grid=grid, stage=LADDER_STAGE)
    chunks.submit(work.run.job, plans)
    journal.shared_out(
        work.run, parts=len(plans), names=[rung.name for rung in work.missing()]
    )
    made = chunks.finish(
        work.run, work.source, stages, on_progress=_progress(work, span)
    )
    for track in made:
        work.tracks[track.name] = track
    retried = chunks.retries_of(work.run.job, stages)
    journal.joined(work.run, [track.name for track in made], retried=retried)


def _plans(
    work: Packaging, rungs: tuple[Rung, ...], *, grid: Grid, stage: str
) -> list[ChunkPlan]:
    return chunks.picture_plans(
        work.source.info, rungs, grid=grid, folder=work.folder, stage=stage
    )


def _encode_at_once(
    work: Packaging,
    rungs: tuple[Rung, ...],
    *,
    grid: Grid,
    sound: bool,
    span: tuple[float, float],
) -> None:
    command = encoding.pictures(
        work.source, rungs, grid=grid, directory=work.directory, sound=sound
    )
    stored_from = span[1] - (span[1] - span[0]) * 0.1
    result = _run(work, command, span=(span[0], stored_from))
    names = [rung.name for rung in rungs] + [SOUND] * sound
    journal.encoded(work.run, names, result, media_ms=work.source.info.duration_ms)
    for rung in rungs:
        movie = fragments.read(track_path(work.directory, rung.name))
        _store_picture(work, rung, movie, span=(stored_from, span[1]))
    if sound:
        _store_sound(work, _encoded_sound(work), span=(stored_from, span[1]))


def _make_sound(work: Packaging, *, span: tuple[float, float]) -> None:
    _copy_sound(work, at=span[0])
    if work.lacks_sound:
        _encode_sound(work, span=span)


def _copy_sound(work: Packaging, *, at: float) -> None:
    """Let the source's sound be the ladder's, where it can."""
    audio = work.source.info.audio
    if audio is None or not work.lacks_sound:
        return
    movie = copied_sound(
        work.source,
        directory=work.directory,
        run=lambda command: _run(work, command, span=(at, at)),
    )
    if movie is not None:
        journal.sound_copied(work.run)
        _store_sound(work, movie, channels=audio.channels, span=(at, at))


def _encode_sound(work: Packaging, *, span: tuple[float, float]) -> None:
    command = encoding.sound_alone(work.source, directory=work.directory)
    result = _run(work, command, span=span)
    journal.encoded(work.run, [SOUND], result, media_ms=work.source.info.duration_ms)
    _store_sound(work, _encoded_sound(work), span=(span[1], span[1]))


def _encoded_sound(work: Packaging) -> Movie:
    return fragments.read(track_path(work.directory, SOUND))


def _store_picture(
    work: Packaging, rung: Rung, movie: Movie, *, span: tuple[float, float]
) -> None:
    if work.grid is None:
        raise ValueError("a sound has no rungs")
    segments = packaging.store_segments(
        work.folder,
        movie,
        packaging.groups_of(movie, work.grid.cuts),
        name=rung.name,
        directory=work.directory,
        on_progress=_progress(work, span),
    )
    track = packaging.picture_track(rung, movie, segments, grid=work.grid)
    work.tracks[track.name] = track


def _store_sound(
    work: Packaging,
    movie: Movie,
    *,
    channels: int = CHANNELS,
    span: tuple[float, float],
) -> None:
    segments = packaging.store_segments(
        work.folder,
        movie,
        packaging.groups_of(movie, None),
        name=SOUND,
        directory=work.directory,
        on_progress=_progress(work, span),
    )
    work.tracks[SOUND] = packaging.sound_track(movie, segments, channels=channels)
    publishing.store_peaks(work.folder.asset_id, work.directory)


def _make_progressive(work: Packaging) -> None:
    """One MP4 of the smallest rung, which the editor seeks in."""
    picture = _local(work, work.rungs[0].name) if work.rungs else None
    sound = _local(work, SOUND) if SOUND in work.tracks else None
    target = work.directory / ("preview.mp4" if picture else "preview.m4a")
    _run(
        work,
        encoding.progressive(picture, sound, target=target),
        span=(PLAYABLE_AT, PLAYABLE_AT),
    )
    publishing.store_file(
        work.folder.asset_id,
        Rendition.Spec.PREVIEW,
        target,
        size=(work.rungs[0].width, work.rungs[0].height) if work.rungs else None,
    )


def _make_thumbnails(work: Packaging) -> None:
    if work.grid is None:
        return
    track = work.tracks[work.rungs[0].name]
    movie = fragments.read(_local(work, track.name))
    groups = packaging.groups_of(movie, work.grid.cuts)
    path = movie.path
    if len(movie.fragments) != len(groups):
        path = work.directory / "key-frames.mp4"
        fragments.write_movie(movie, [group[0] for group in groups], path)
    thumbnails = sprites.plan(track)
    command = sprites.sheets(path, thumbnails, directory=work.directory)
    _run(work, command, span=(PLAYABLE_AT, PLAYABLE_AT))
    publishing.publish_thumbnails(
        work.folder, track, thumbnails, directory=work.directory
    )
    work.has_thumbnails = True


def _local(work: Packaging, name: str) -> Path:
    """A stored track as a file here."""
    path = track_path(work.directory, name)
    if not path.exists():
        packaging.assemble(
            work.folder, work.tracks[name], path, directory=work.directory
        )
    return path


def _run(work: Packaging, command: Command, *, span: tuple[float, float]) -> Result:
    info = work.source.info
    return run_command(
        work.run,
        command,
        span=span,
        duration_ms=info.duration_ms,
        source_bytes=info.size_bytes,
    )


def _progress(work: Packaging, span: tuple[float, float]) -> Callable[[float], None]:
    return lambda share: work.run.report(span[0] + (span[1] - span[0]) * share)
