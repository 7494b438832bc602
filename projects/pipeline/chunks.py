"""Encodes spans and sound as jobs, on however many workers there are.

Whoever is free takes the next one: the worker of the render itself too, so one
worker alone gets to the end. What is done is in the cache, and stays done when the
render is taken up again.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, cast
from uuid import uuid5

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from dramatiq.middleware import Shutdown

from projects.fonts import fonts_directory
from projects.models import Render, RenderChunk
from projects.pipeline import cache, sound, sound_copy
from projects.pipeline.encoding import encoded_span, span_path
from projects.pipeline.fetching import Sources, assets_of
from projects.pipeline.planning import Work, work_for
from projects.pipeline.running import run_command
from projects.timeline.presets import Preset, Wish
from projects.timeline.spans import Span
from streamfetch.errors import DomainError
from streamfetch.ffmpeg import aac, fragments
from streamfetch.ffmpeg.command import Command
from streamfetch.jobs import queue
from streamfetch.jobs.models import ACTIVE, LeaseLost, State
from streamfetch.jobs.running import Run, run_job

WAIT_S = 0.3
# How often a piece asks whether it is still wanted.
ASK_EVERY_S = 5.0
ENCODED_AT = 98
# What the sound is, beside the spans, in the sum of all work.
SOUND_COST = 0.05


class PartFailed(DomainError):
    """A piece could not be encoded, after all its tries."""

    http_status = 422

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(
            reason or _("A part of this timeline cannot be encoded."), code=code
        )


def wish_of(render: Render) -> Wish:
    return Wish(
        preset=cast(Preset, render.preset),
        start_time=render.start_time,
        end_time=render.end_time,
        loudness_lufs=render.loudness_lufs,
    )


def submit(render: Render, work: Work, missing: set[str]) -> None:
    """Queue the pieces of `missing` that are not under way. Safe to repeat."""
    plan = work.plan
    if plan.sound in missing:
        _submit(
            render=render,
            part=RenderChunk.Stage.SOUND,
            first=plan.first,
            last=plan.last,
            digest=plan.sound,
            weight=SOUND_COST * plan.frames,
        )
    sent = set()
    for span in plan.spans:
        if span.digest in missing and span.digest not in sent:
            sent.add(span.digest)
            _submit(
                render=render,
                part=RenderChunk.Stage.PICTURE,
                first=span.first,
                last=span.last,
                digest=span.digest,
                weight=span.cost * span.frames,
            )


def _submit(
    *, render: Render, part: str, first: int, last: int, digest: str, weight: float
) -> None:
    chunk = RenderChunk(
        pk=uuid5(render.pk, digest),
        owner_id=render.owner_id,
        render=render,
        part=part,
        first_frame=first,
        last_frame=last,
        digest=digest,
        weight=weight,
    )
    try:
        queue.submit(chunk)
    except IntegrityError:
        known = RenderChunk.objects.filter(pk=chunk.pk).first()
        if known is None:
            return
        if known.state == State.SUCCEEDED:
            # It was done, and its file has gone from the cache since.
            known.delete()
            queue.submit(chunk)
        elif known.restart():
            queue.send(known)


def finish(
    run: Run[Render],
    work: Work,
    sources: Sources,
    *,
    on_progress: Callable[[float], None],
) -> None:
    """Work on the pieces until all are done. Raises `PartFailed`, `LeaseLost`."""
    while True:
        if run.should_stop():
            raise LeaseLost
        chunks = list(RenderChunk.objects.filter(render_id=run.job.pk))
        for chunk in chunks:
            if chunk.state in (State.FAILED, State.CANCELLED):
                error = chunk.error
                raise PartFailed(
                    error.code if error else "part_failed",
                    error.message if error else "",
                )
        total = sum(chunk.weight for chunk in chunks) or 1.0
        done = sum(map(_done, chunks))
        on_progress(done / total)
        if all(chunk.state == State.SUCCEEDED for chunk in chunks):
            return
        on_piece = partial(_tell, on_progress, done, total)
        if not _help_once(run.job, work, sources, parent=run, on_piece=on_piece):
            time.sleep(WAIT_S)


def _tell(
    on_progress: Callable[[float], None], done: float, total: float, part: float
) -> None:
    on_progress((done + part) / total)


def encode(run: Run[RenderChunk]) -> dict[str, Any]:
    """The work of a `RenderChunk` job: its piece, then others of the same render."""
    render = Render.objects.filter(pk=run.job.render_id).first()
    if render is None or not _is_wanted(run.job):
        run.job.cancel()
        raise LeaseLost
    if cache.known(run.job.owner_id, [run.job.digest]):
        return {}
    assets = assets_of(render.owner_id, render.timeline)
    sources = Sources(assets, run.workspace.path)
    work = work_for(
        render.timeline,
        render.settings,
        wish_of(render),
        sources=sources,
        owner_id=render.owner_id,
    )
    run.store(cpu_s=_encoded(run, work, sources))
    while not run.should_stop() and _help_once(render, work, sources):
        pass
    return {}


def forget(render: Render) -> None:
    """Remove the records of pieces, which are all in the cache now."""
    RenderChunk.objects.filter(render_id=render.pk).delete()


def _done(chunk: RenderChunk) -> float:
    if chunk.state == State.SUCCEEDED:
        return chunk.weight
    share = chunk.percent / 100 if chunk.state == State.RUNNING else 0.0
    return chunk.weight * share


def _help_once(
    render: Render,
    work: Work,
    sources: Sources,
    *,
    parent: Run[Render] | None = None,
    on_piece: Callable[[float], None] | None = None,
) -> bool:
    """Work on one piece that waits; False when there is none.

    `on_piece` hears how much of its weight is done.
    """
    waiting = RenderChunk.objects.filter(
        render_id=render.pk, state=State.QUEUED, not_before__lte=timezone.now()
    ).order_by("part", "first_frame")
    # The sound first ("sound" comes after "picture"): one cannot watch without.
    chunk = waiting.last() if waiting.filter(part="sound").exists() else waiting.first()
    if chunk is None or not _is_wanted(chunk):
        return False
    stopping: list[Shutdown] = []

    def work_on(run: Run[RenderChunk]) -> dict[str, Any]:
        if parent is not None:
            parent.when_stopped(lambda: _stop(run))
        try:
            if cache.known(run.job.owner_id, [run.job.digest]):
                return {}
            return {"cpu_s": _encoded(run, work, sources, on_piece=on_piece)}
        except Shutdown as shutdown:
            stopping.append(shutdown)
            raise

    run_job(RenderChunk, str(chunk.pk), work_on)
    if stopping:
        # Taken by the piece's run; this one has to stop too.
        raise stopping[0]
    return True


def _stop(run: Run[RenderChunk]) -> None:
    """Let go of a piece, for whoever goes on with its render if anybody does.

    It may be another worker's by now: this one may have slept for long.
    """
    try:
        if _is_wanted(run.job):
            run.job.release()
        else:
            run.job.cancel()
    except LeaseLost:
        pass
    finally:
        run.lease.lose()


def _encoded(
    run: Run[RenderChunk],
    work: Work,
    sources: Sources,
    *,
    on_piece: Callable[[float], None] | None = None,
) -> float:
    """Encode one piece and keep it; returns the seconds of processor time."""
    if run.job.part == RenderChunk.Stage.SOUND:
        return _made_sound(run, work, sources)
    span = Span(run.job.first_frame, run.job.last_frame)
    directory = run.workspace.path
    command = encoded_span(
        work.scene,
        span,
        sources=sources,
        encoder=work.encoder,
        fonts=fonts_directory(),
        directory=directory,
    )
    cpu_s = _run(run, command, on_piece=on_piece)
    movie = fragments.read(span_path(directory))
    if movie.samples != span.frames:
        raise PartFailed(
            "frames_lost",
            _("%(found)d frames were encoded instead of %(wanted)d. Render again.")
            % {"found": movie.samples, "wanted": span.frames},
        )
    cache.store(run.job.owner_id, run.job.digest, movie.path)
    return cpu_s


def _made_sound(run: Run[RenderChunk], work: Work, sources: Sources) -> float:
    """Leaves the sound in the cache; the seconds of CPU that it took."""
    directory = run.workspace.path
    cpu_s, is_made = 0.0, False
    if cut := work.cut:
        with suppress(*aac.COPY_REFUSED):
            command = sound_copy.copying(cut, sources[cut.asset], directory)
            result = run_command(run, command, should_stop=_asking(run))
            cpu_s = result.cpu_s
            is_made = sound_copy.is_right(cut, directory, log=result.stderr_tail)
    if not is_made:
        cpu_s += _encoded_sound(run, work, sources)
    cache.store(run.job.owner_id, run.job.digest, sound.sound_path(directory))
    return cpu_s


def _encoded_sound(run: Run[RenderChunk], work: Work, sources: Sources) -> float:
    directory = run.workspace.path
    cpu_s = 0.0
    for command in sound.mixed_parts(work.sound, sources=sources, directory=directory):
        cpu_s += _run(run, command)
    levels = None
    if work.lufs is not None:
        command = sound.measuring(
            work.sound, sources=sources, directory=directory, lufs=work.lufs
        )
        result = run_command(run, command, should_stop=_asking(run))
        cpu_s += result.cpu_s
        levels = sound.measured(result.stderr_tail)
    command = sound.encoding(
        work.sound,
        sources=sources,
        directory=directory,
        lufs=work.lufs,
        levels=levels,
    )
    return cpu_s + _run(run, command)


def _run(
    run: Run[RenderChunk],
    command: Command,
    *,
    on_piece: Callable[[float], None] | None = None,
) -> float:
    def on_share(share: float) -> None:
        if on_piece is not None:
            on_piece(run.job.weight * share)

    should_stop = _asking(run)
    return run_command(run, command, on_share=on_share, should_stop=should_stop).cpu_s


def _asking(run: Run[RenderChunk]) -> Callable[[], bool]:
    asked_at = time.monotonic()

    def should_stop() -> bool:
        nonlocal asked_at
        if run.should_stop():
            return True
        if time.monotonic() - asked_at < ASK_EVERY_S:
            return False
        asked_at = time.monotonic()
        if _is_wanted(run.job):
            return False
        _stop(run)
        return True

    return should_stop


def _is_wanted(chunk: RenderChunk) -> bool:
    return Render.objects.filter(pk=chunk.render_id, state__in=ACTIVE).exists()


def spans_encoded(render: Render) -> set[str]:
    """The digests of what this render had encoded itself."""
    done = RenderChunk.objects.filter(render_id=render.pk, state=State.SUCCEEDED)
    return {chunk.digest for chunk in done}


def cpu_of(render: Render) -> float:
    return sum(chunk.cpu_s for chunk in RenderChunk.objects.filter(render_id=render.pk))
