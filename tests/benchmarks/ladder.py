"""What the adaptive ladder costs, against plain FFmpeg commands.

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.ladder [FILE]
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

from streamfetch.accounts.local_owner import local_owner
from streamfetch.ffmpeg import fragments, runner
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.command import Command
from streamfetch.ffmpeg.probe import probe
from streamfetch.jobs.running import run_job
from tests import media
from tests.benchmarks.figures import header, row
from uploads.models import AssetProcessing
from uploads.pipeline import (
    encoding,
    ladder,
    packaging,
    publishing,
    sound,
    sprites,
)
from uploads.pipeline.encoding import Source, track_path
from uploads.pipeline.ladder import Rung
from uploads.pipeline.processing import process
from uploads.services import assets

RUNS = 3
DEADLINE_S = 600


def cpu_by_hand_s(argv: list[str]) -> float:
    """Seconds of processor time that a command took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def cpu_s(command: Command, directory: Path) -> float:
    """The same for one of our commands, as FFmpeg counts it: it runs in a sandbox."""
    return runner.run(command, workspace=directory, deadline_s=DEADLINE_S).cpu_s


def plain(source: Source, rung: Rung, directory: Path) -> list[str]:
    """The command that a person would write for one rung, with the same encoder."""
    argv = ["nice", "-n", "5", str(ffmpeg_path()), "-v", "error", "-nostdin", "-y"]
    argv += ["-i", str(source.path), "-vf", f"scale={rung.width}:{rung.height}"]
    argv += ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high"]
    argv += ["-crf", "23", "-maxrate", str(rung.max_bit_rate)]
    argv += ["-bufsize", str(2 * rung.max_bit_rate), "-pix_fmt", "yuv420p"]
    argv += ["-sc_threshold", "0", "-force_key_frames", "expr:gte(t,n_forced*4)"]
    argv += ["-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
    return [*argv, str(directory / "plain.mp4")]


def measure_ladder(source: Source) -> tuple[list[float], list[float], list[float]]:
    """CPU of the plain runs, of ours, and of the thumbnails; in turn."""
    video = source.info.video
    assert video is not None
    rungs = ladder.rungs_of(video)
    grid = ladder.regular_grid(source.info)
    is_copied = sound.may_be_copied(source.info)
    separate, ours, thumbnails = [], [], []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)

        for _ in range(RUNS):
            separate.append(
                sum(cpu_by_hand_s(plain(source, rung, directory)) for rung in rungs)
            )
            first = encoding.pictures(
                source, rungs[:1], grid=grid, directory=directory, sound=not is_copied
            )
            rest = encoding.pictures(source, rungs[1:], grid=grid, directory=directory)
            commands = [first, rest]
            if is_copied:
                commands.append(encoding.copied_sound(source, directory=directory))
            ours.append(sum(cpu_s(command, directory) for command in commands))
            movie = fragments.read(track_path(directory, rungs[0].name))
            count = len(packaging.groups_of(movie, grid.cuts))
            sheet = sprites.Thumbnails(count=count, width=160, height=90)
            command = sprites.sheets(movie.path, sheet, directory=directory)
            thumbnails.append(cpu_s(command, directory))
    return separate, ours, thumbnails


def measure_copy(source: Source) -> tuple[list[float], list[float]]:
    """CPU of copying the picture into segments, and of encoding it."""
    video = source.info.video
    assert video is not None
    rungs = ladder.rungs_of(video)
    rung = ladder.copied_rung(source.info, rungs)
    grid = ladder.regular_grid(source.info)
    copied, encoded = [], []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        commands = (
            encoding.copied_picture(source, rung, directory=directory),
            encoding.pictures(source, (rung,), grid=grid, directory=directory),
        )
        for _ in range(RUNS):
            for command, figures in zip(commands, (copied, encoded), strict=True):
                figures.append(cpu_s(command, directory))
    return copied, encoded


def measure_playable(path: Path) -> list[float]:
    """Time from the start of processing to the first published rung, as a share of
    the time to the last."""
    shares = []
    real = publishing.publish
    for _ in range(RUNS):
        moments: list[float] = []

        def publish(
            *args: object, moments: list[float] = moments, **kwargs: object
        ) -> None:
            real(*args, **kwargs)  # type: ignore[arg-type]
            moments.append(time.perf_counter())

        publishing.publish = publish  # type: ignore[assignment]
        asset = assets.register_file(
            local_owner().pk, path, asset_id=uuid4(), title="Benchmark"
        )
        job = AssetProcessing.objects.get(asset_id=asset.pk)
        started = time.perf_counter()
        run_job(AssetProcessing, str(job.pk), process)
        job.refresh_from_db()
        assert job.state == "succeeded", job.error
        shares.append((moments[0] - started) / (moments[-1] - started))
    publishing.publish = real
    return shares


def main() -> None:
    call_command("migrate", verbosity=0)
    if len(sys.argv) > 1:
        path = Path(sys.argv[1]).resolve()
    else:
        path = media.video(duration_s=12, width=1920, height=1080, gop=250)
    source = Source(path=path, info=probe(path))
    separate, ours, thumbnails = measure_ladder(source)
    print(header(f"Ladder of {path.name} ({RUNS} runs, in turn)"))
    print(row("one command a rung, by hand: CPU", separate, "s"))
    print(row("smallest rung, then the rest: CPU", ours, "s"))
    ratios = [a / b for a, b in zip(ours, separate, strict=True)]
    print(row("ratio (limit 0.78)", ratios))
    print(row("thumbnails: CPU", thumbnails, "s"))
    shares = [a / b for a, b in zip(thumbnails, ours, strict=True)]
    print(row("thumbnails, share of the ladder (limit 0.02)", shares))
    print(row("playable after, share of all (limit 0.30)", measure_playable(path)))
    fitting = media.video(
        duration_s=20, width=1920, height=1080, gop=100, source="smptebars"
    )
    copied, encoded = measure_copy(Source(path=fitting, info=probe(fitting)))
    print(row("rung that is copied: CPU", copied, "s"))
    print(row("the same rung encoded: CPU", encoded, "s"))


if __name__ == "__main__":
    main()
