"""Renders a project in a worker: sources in, spans encoded or taken, one file out.

The output's key follows from what is rendered, so that a second run after a crash
writes the same object again instead of another one.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.cache import cache as facts
from django.utils import timezone
from pydantic import TypeAdapter

from projects.models import Render
from projects.pipeline import cache, chunks, copying
from projects.pipeline.encoding import SeamMismatch, animated, joined, muxed
from projects.pipeline.fetching import Sources, assets_of, content_of
from projects.pipeline.planning import Work, main_picture, rate_of, work_for
from projects.pipeline.running import run_command
from projects.timeline.plan import PlannedSpan, RenderCost
from projects.timeline.presets import EXTENSIONS
from projects.timeline.spans import Span, digest_of
from streamfetch.ffmpeg import fragments
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.errors import FFmpegFailed
from streamfetch.ffmpeg.fragments import Movie
from streamfetch.ffmpeg.runner import Result
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Asset

FETCHED_AT = 3.0
ENCODED_AT = 95.0
STORED_AT = 99.0
# A shorter rest is there before anybody has pressed play.
LEAST_WATCHED_S = 10
MOST_SHOWN_BYTES = 1024**3
INDEX_TTL_S = 7 * 24 * 3600

_INDEX = TypeAdapter(copying.Index | None)


def render(run: Run[Render]) -> dict[str, Any]:
    """The work of a `Render` job; safe to run twice."""
    job = run.job
    started_at = job.started_at or timezone.now()
    run.enter("fetch", percent=0)
    assets = assets_of(job.owner_id, job.timeline)
    sources = Sources(assets, run.workspace.path)
    for number, asset_id in enumerate(assets):
        sources[asset_id]
        run.report(FETCHED_AT * (number + 1) / len(assets))
    work, movies = _planned(run, sources, assets)
    run.enter("encode", percent=FETCHED_AT)
    try:
        _encode(run, work, sources, movies)
        run.enter("store", percent=ENCODED_AT)
        path = _assembled(run, work, movies)
    except SeamMismatch:
        # The source is not what it seemed to be: encode all of it.
        work = _plan(run, sources, {})
        run.enter("encode", percent=FETCHED_AT)
        _encode(run, work, sources, {})
        run.enter("store", percent=ENCODED_AT)
        path = _assembled(run, work, {})
    key = keys.render_output(job.pk, _digest(work, job.preset), _extension(job))
    stored = media_storage().save_file(path, key, consume=True)
    cost = _cost(job, work, wall_s=(timezone.now() - started_at).total_seconds())
    chunks.forget(job)
    cache.trim(job.owner_id)
    return {
        "output_key": key,
        "output_removed_at": None,
        "size_bytes": stored.size_bytes,
        "duration_ms": round(work.plan.frames / rate_of(work.plan) * 1000),
        "cost": cost,
    }


def indexes_for(
    run_copy: Callable[[Command], object],
    sources: Sources,
    asset: Asset,
    *,
    needs_movie: bool = True,
) -> tuple[copying.Index | None, Movie | None]:
    """Where a source may be cut and the file to cut; `run_copy` runs a command."""
    source = sources[asset.pk]
    if not copying.may_be_copied(source.info):
        return None, None
    key = f"groups:{content_of(asset)}"
    known = facts.get(key)
    if known is not None:
        index = _INDEX.validate_python(known["index"])
        if index is None or not needs_movie:
            return index, None
    directory = source.path.parent
    path = copying.groups_path(source.path, directory)
    if not path.exists():
        try:
            run_copy(copying.in_fragments(source.path, source.info, directory))
        except FFmpegFailed:
            facts.set(key, {"index": None}, INDEX_TTL_S)
            return None, None
    movie = copying.read(path)
    index = copying.index_of(movie, source.info) if movie else None
    facts.set(key, {"index": _INDEX.dump_python(index, mode="json")}, INDEX_TTL_S)
    return index, movie


def _planned(
    run: Run[Render], sources: Sources, assets: dict[UUID, Asset]
) -> tuple[Work, dict[UUID, Movie]]:
    indexes: dict[UUID, copying.Index] = {}
    movies: dict[UUID, Movie] = {}
    if run.job.preset == "match_source":
        main = main_picture(run.job.timeline, sources)
        if main is not None:

            def copy(command: Command) -> Result:
                return run_command(run, command, span=(FETCHED_AT, FETCHED_AT))

            index, movie = indexes_for(copy, sources, assets[main])
            if index is not None and movie is not None:
                indexes[main], movies[main] = index, movie
    return _plan(run, sources, indexes), movies


def _plan(
    run: Run[Render], sources: Sources, indexes: dict[UUID, copying.Index]
) -> Work:
    work = work_for(
        run.job.timeline,
        run.job.settings,
        chunks.wish_of(run.job),
        sources=sources,
        owner_id=run.job.owner_id,
        indexes=indexes,
    )
    run.store(plan=work.plan)
    return work


def _encode(
    run: Run[Render], work: Work, sources: Sources, movies: dict[UUID, Movie]
) -> None:
    owner_id = run.job.owner_id
    wanted = work.plan.digests()
    cache.keep_fresh(owner_id, wanted)
    missing = set(wanted) - cache.known(owner_id, wanted).keys()
    if not missing:
        return
    chunks.submit(run.job, work, missing)
    _show_copies(run, work, movies)
    started = time.monotonic()

    def on_progress(share: float) -> None:
        elapsed_s = time.monotonic() - started
        eta_s = elapsed_s * (1 - share) / share if share > 0.02 else None
        run.report(FETCHED_AT + (ENCODED_AT - FETCHED_AT) * share, eta_s=eta_s)

    chunks.finish(run, work, sources, on_progress=on_progress)


def _show_copies(run: Run[Render], work: Work, movies: dict[UUID, Movie]) -> None:
    """Keep what is copied like what is encoded, to be watched while the rest is made.

    Left out where nobody would wait, or too much would lie there twice. Raises
    `SeamMismatch`.
    """
    plan, owner_id = work.plan, run.job.owner_id
    copies = [span for span in plan.spans if span.treatment == "copy"]
    encoded = sum(span.frames for span in plan.spans if span.treatment == "encode")
    if encoded < LEAST_WATCHED_S * rate_of(plan):
        return
    found = cache.known(owner_id, [span.piece for span in copies])
    pieces = [(span, *_piece(span, {}, movies)) for span in copies]
    size_bytes = sum(
        fragment.size_bytes for *_, movie in pieces for fragment in movie.fragments
    )
    if size_bytes > MOST_SHOWN_BYTES:
        return
    for span, place, movie in pieces:
        if span.piece not in found:
            path = run.workspace / f"{span.piece}.mp4"
            joined([(place, movie)], rate_of(plan), path)
            cache.store(owner_id, span.piece, path)


def _assembled(run: Run[Render], work: Work, movies: dict[UUID, Movie]) -> Path:
    """One file of all that was encoded or taken. Raises `SeamMismatch`."""
    directory = run.workspace.path
    plan = work.plan
    found = cache.known(run.job.owner_id, plan.digests())
    files: dict[str, Path] = {}
    for digest in plan.digests():
        files[digest] = directory / f"{digest}.mp4"
        media_storage().fetch_to(found[digest].key, files[digest])
    target = directory / f"output.{_extension(run.job)}"
    duration_ms = round(plan.frames / rate_of(plan) * 1000)
    sound = files.get(plan.sound)
    if run.job.preset == "audio":
        command = muxed(None, sound, target=target, duration_ms=duration_ms)
    else:
        picture = directory / "picture.mp4"
        pieces = [_piece(span, files, movies) for span in plan.spans]
        joined(pieces, rate_of(plan), picture)
        if run.job.preset == "gif":
            command = animated(picture, target=target, duration_ms=duration_ms)
        else:
            command = muxed(picture, sound, target=target, duration_ms=duration_ms)
    run_command(run, command, span=(ENCODED_AT, STORED_AT))
    return target


def _piece(
    span: PlannedSpan, files: dict[str, Path], movies: dict[UUID, Movie]
) -> tuple[Span, Movie]:
    place = Span(span.first, span.last)
    if span.treatment != "copy":
        return place, fragments.read(files[span.digest])
    try:
        movie = movies[UUID(span.source)]
        return place, copying.taken(movie, span.source_first, span.frames)
    except (KeyError, ValueError) as error:
        raise SeamMismatch(str(error)) from error


def _digest(work: Work, preset: str) -> str:
    plan = work.plan
    pieces = [
        [span.first, span.last, span.digest, span.source, span.source_first]
        for span in plan.spans
    ]
    return digest_of(preset, plan.rate, pieces, plan.sound)


def _extension(job: Render) -> str:
    return EXTENSIONS.get(job.preset, "mp4")


def _cost(job: Render, work: Work, *, wall_s: float) -> RenderCost:
    mine = chunks.spans_encoded(job)
    spans = work.plan.spans
    copied = sum(span.frames for span in spans if span.treatment == "copy")
    encoded = sum(span.frames for span in spans if span.digest in mine)
    return RenderCost(
        cpu_s=round(chunks.cpu_of(job), 3),
        wall_s=round(wall_s, 3),
        copied_frames=copied,
        encoded_frames=encoded,
        cached_frames=work.plan.frames - copied - encoded if spans else 0,
    )
