"""The same edit by the product and by MoviePy 2, in turn.

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.peers [SECONDS] [RUNS]

Two trimmed clips of 720p, a title, and half the loudness. MoviePy is installed into
a temporary environment; it encodes with the same encoder, preset, quality and
threads.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command

from projects.fonts import fonts_directory
from projects.models import CachedChunk
from projects.pipeline.encoding import THREADS
from projects.services import projects
from projects.timeline.document import TextOverlay
from streamfetch.accounts.local_owner import local_owner
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.probe import probe
from tests.benchmarks.figures import header, row
from tests.benchmarks.render import rendered, source_of
from tests.uploads.library import ready_asset

MOVIEPY = "moviepy>=2.1,<3"
PROGRAM = """
import sys
from moviepy import CompositeVideoClip, TextClip, VideoFileClip, concatenate_videoclips
source, target, font, threads, end = sys.argv[1:]
film = VideoFileClip(source)
middle = float(end) / 2
cut = concatenate_videoclips([
    film.subclipped(1, middle), film.subclipped(middle + 1, float(end)),
]).with_volume_scaled(0.5)
title = TextClip(font=font, text="A title", font_size=64, color="white")
title = title.with_start(1).with_duration(5).with_position("center")
CompositeVideoClip([cut, title]).write_videofile(
    target, fps=25, codec="libx264", preset="veryfast", audio_codec="aac",
    threads=int(threads), ffmpeg_params=["-crf", "20"], logger=None,
)
"""


def with_moviepy(folder: Path) -> Path:
    """A Python that has it."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    argv = [str(python), "-m", "pip", "install", "--quiet", MOVIEPY]
    subprocess.run(argv, check=True)
    return python


def by_moviepy(python: Path, source: Path, target: Path, end_s: float) -> float:
    font = sorted(fonts_directory().glob("Inter*.ttf"))[0]
    argv = [str(python), "-c", PROGRAM, str(source), str(target), str(font)]
    environment = os.environ | {"IMAGEIO_FFMPEG_EXE": str(ffmpeg_path())}
    started = time.perf_counter()
    subprocess.run([*argv, str(THREADS), str(end_s)], check=True, env=environment)
    return time.perf_counter() - started


def main() -> None:
    call_command("migrate", verbosity=0)
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    path = source_of(seconds)
    asset = ready_asset(local_owner(), path, title=f"Benchmark {uuid4()}")
    project = projects.create(local_owner(), name="Benchmark", asset=asset.pk)
    whole, middle = project.timeline.clips[0], seconds / 2
    first = whole.model_copy(
        update={"start_time": 1.0, "end_time": middle, "volume": 0.5}
    )
    second = first.model_copy(
        update={
            "id": uuid4(),
            "start_time": middle + 1,
            "end_time": seconds,
            "position": middle - 1,
        }
    )
    title = TextOverlay(text="A title", start_time=1, end_time=6)
    timeline = project.timeline.model_copy(
        update={"clips": [first, second], "text_overlays": [title]}
    )
    projects.edit(project, revision=project.revision, timeline=timeline)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python, target = with_moviepy(folder / "env"), folder / "theirs.mp4"
        for _ in range(runs):
            CachedChunk.objects.all().delete()
            job, took_s = rendered(project)
            ours.append(took_s)
            theirs.append(by_moviepy(python, path, target, seconds))
        lasts_ms = probe(target).duration_ms
    print(header(f"{seconds:g} s of 720p, two clips and a title ({runs} runs in turn)"))
    print(row("here: wall", ours, "s"))
    print(row("MoviePy: wall", theirs, "s"))
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    print(row("times as fast (at least 4.5)", ratios))
    print(f"lengths: {job.duration_ms} ms here, {lasts_ms} ms there")


if __name__ == "__main__":
    main()
