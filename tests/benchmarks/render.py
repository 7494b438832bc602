"""Renders through the product: against one FFmpeg command written by hand, again
after one caption changed, and copied for "match source".

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.render [SECONDS]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command

from projects.models import Render, VideoProject
from projects.pipeline.render import render
from projects.services import projects, renders
from projects.timeline.document import CaptionCue, TextOverlay
from projects.timeline.presets import Wish
from streamfetch.accounts.local_owner import local_owner
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.jobs.running import run_job
from streamfetch.storage.backends import media_storage
from tests import media
from tests.benchmarks.figures import header, row
from tests.uploads.library import ready_asset

CUE_S = 5


def rendered(project: VideoProject, wish: Wish | None = None) -> tuple[Render, float]:
    """A finished render and the seconds it took, from claim to stored."""
    job = renders.request(project, wish)
    started = time.perf_counter()
    run_job(Render, str(job.pk), render)
    took_s = time.perf_counter() - started
    job.refresh_from_db()
    assert job.state == "succeeded", job.error
    return job, took_s


def by_hand(source: Path, directory: Path, *, seconds: float) -> tuple[float, float]:
    """CPU and wall seconds of the command that a person would write."""
    script = directory / "words.srt"
    script.write_text("1\n00:00:01,000 --> 00:00:04,000\nA title\n")
    argv = ["nice", "-n", "5", str(ffmpeg_path()), "-v", "error", "-nostdin", "-y"]
    argv += ["-ss", "1", "-i", str(source), "-t", str(seconds - 1)]
    argv += ["-vf", f"subtitles={script}", "-c:v", "libx264", "-preset", "veryfast"]
    argv += ["-crf", "20", "-r", "25", "-c:a", "aac", "-b:a", "192k"]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*argv, str(directory / "hand.mp4")], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu_s, time.perf_counter() - started


def captioned(project: VideoProject, word: str, *, seconds: float) -> None:
    """A title, and captions of which the one in the middle says `word`."""
    cues = [
        CaptionCue(start_time=at, end_time=at + CUE_S, text=word)
        for at in (seconds // 2,)
    ]
    captions = project.timeline.captions.model_copy(
        update={"burn_in": True, "cues": cues}
    )
    timeline = project.timeline.model_copy(
        update={
            "text_overlays": [
                TextOverlay(id=project.pk, text="A title", start_time=1, end_time=4)
            ],
            "captions": captions,
        }
    )
    projects.edit(project, revision=project.revision, timeline=timeline)


def source_of(seconds: float) -> Path:
    """Ten seconds of a moving picture, again and again, under one long tone.

    A sound that is looped too is a little longer than its picture: the frame before
    each repetition would last longer, and nothing is copied from uneven frames.
    """
    short = media.video(duration_s=10, width=1280, height=720, gop=50, audio=False)
    path = short.with_name(f"{seconds:g}s.mp4")
    if not path.exists():
        argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-stream_loop", "-1"]
        argv += ["-i", str(short), "-f", "lavfi", "-i", "sine=440:sample_rate=48000"]
        argv += ["-t", str(seconds), "-map", "0:v", "-map", "1:a", "-c:v", "copy"]
        subprocess.run([*argv, "-c:a", "aac", str(path)], check=True)
    return path


def main() -> None:
    call_command("migrate", verbosity=0)
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    path = source_of(seconds)
    asset = ready_asset(local_owner(), path, title=f"Benchmark {uuid4()}")
    project = projects.create(local_owner(), name="Benchmark", asset=asset.pk)
    clip = project.timeline.clips[0].model_copy(update={"start_time": 1.0})
    plain = project.timeline.model_copy(update={"clips": [clip]})
    projects.edit(project, revision=project.revision, timeline=plain)

    # Each figure as soon as it is there: all of it takes minutes.
    print(header(f"Renders of {seconds:g} s of 720p (one run)"))
    copied, copied_s = rendered(project, Wish(preset="match_source"))
    assert copied.plan is not None
    print(row("match source, trimmed: wall", [copied_s], "s"))
    print(row("share of frames copied (at least 0.9)", [copied.plan.share("copy")]))
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "copied.mp4"
        media_storage().fetch_to(copied.output_key, output)
        source_hashes = media.frame_hashes(path)[25:]
        found = media.frame_hashes(output)
    span = next(span for span in copied.plan.spans if span.treatment == "copy")
    same = found[span.first : span.last] == source_hashes[span.first : span.last]
    print(f"copied frames identical to the source's: {same}", flush=True)

    captioned(project, "Before", seconds=seconds)
    full, full_s = rendered(project)
    assert full.cost is not None
    print(row("first render: wall", [full_s], "s"))
    print(row("first render: CPU", [full.cost.cpu_s], "s"))
    print(row("match source against it (limit 0.067)", [copied_s / full_s]), flush=True)

    captioned(project, "After", seconds=seconds)
    again, again_s = rendered(project)
    assert again.cost is not None
    print(row("one caption changed: wall", [again_s], "s"))
    print(row("share of the first (limit 0.05)", [again_s / full_s]))
    print(row("frames encoded again", [again.cost.encoded_frames]), flush=True)

    with tempfile.TemporaryDirectory() as name:
        hand_cpu_s, hand_s = by_hand(path, Path(name), seconds=seconds)
    print(row("by hand: wall", [hand_s], "s"))
    print(row("by hand: CPU", [hand_cpu_s], "s"))
    print(row("CPU against by hand (limit 1.10)", [full.cost.cpu_s / hand_cpu_s]))


if __name__ == "__main__":
    main()
