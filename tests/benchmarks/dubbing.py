"""Where cuts fall, what merging changes, what retries cost, and the overhead of it all.

python -m tests.benchmarks.dubbing [MINUTES]
python -m tests.benchmarks.dubbing local [MINUTES]
"""

import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import numpy as np
from django.conf import settings
from django.core.management import call_command

from automation.documents import DubConfig, Strategy
from automation.engines import building
from automation.engines.base import Dubbed, EngineError, Task
from automation.engines.catalog import capabilities
from automation.models import AutomationJob, DubChunk
from automation.pipeline import chunk
from automation.pipeline.running import dub
from automation.services import jobs
from automation.setup import general
from streamfetch.accounts.local_owner import local_owner
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.probe import probe
from streamfetch.jobs.models import State
from streamfetch.jobs.running import run_job
from tests.automation.speech import RATE, Speech, speech, talking_video
from tests.benchmarks.figures import header, row
from tests.uploads.library import ready_asset
from uploads.models import Asset
from uploads.services import captions

GRIDS_S = (30, 60)
SEEDS = (1, 2, 3)
FLOORS_DB = (-55.0, -38.0)
SPEECH_S = 300
FAILED = {3, 5, 8}


def voice_band(sound: np.ndarray) -> np.ndarray:
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def cut_share(spoken: Speech, *, grid_s: int, strategy: Strategy, strict: bool) -> Any:
    """How many cuts go through words, and how many cuts there are."""
    band = voice_band(spoken.sound)
    analysis = chunk.analyse(chunk.levels_of([band[:, None]], rate=RATE))
    plan = chunk.plan(
        analysis,
        sample_count=len(spoken.sound),
        chunk_s=grid_s,
        strategy=strategy,
        strict_grid=strict,
    )
    through = sum(spoken.is_spoken_at(each.sample) for each in plan.boundaries)
    return through, len(plan.boundaries)


def show_cuts() -> None:
    print(f"\nCuts through words, {SPEECH_S} s of speech with known pauses")
    spoken = [
        speech(SPEECH_S, floor_db=floor, seed=seed)
        for floor in FLOORS_DB
        for seed in SEEDS
    ]
    ways: tuple[tuple[str, Strategy, bool], ...] = (
        ("silence (limit 5 %)", "silence", False),
        ("fixed, moved to pauses", "fixed", False),
        ("fixed, strict grid", "fixed", True),
    )
    for grid_s in GRIDS_S:
        for name, strategy, strict in ways:
            found = [
                cut_share(each, grid_s=grid_s, strategy=strategy, strict=strict)
                for each in spoken
            ]
            through, cuts = (sum(each) for each in zip(*found, strict=True))
            print(f"{grid_s} s {name:<40}{through:4}/{cuts}  {through / cuts:6.1%}")


class EchoEngine:
    """Answers with the sound, louder or quieter, a third of a second longer or shorter.

    One chunk at a time: what is spent here is the engine's own time.
    """

    VERSION = "echo"

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.fails: set[int] = set()
        self.own_s = 0.0
        self._lock = threading.Lock()

    @property
    def capabilities(self) -> Any:
        return capabilities(general())["local"]

    def check(self) -> None:
        """Always ready."""

    def close(self) -> None:
        """Nothing is held open."""

    def dub(self, task: Task) -> Dubbed:
        index = int(task.ledger.reference.split(":")[1])
        path = task.directory / "echo.wav"
        with self._lock:
            began = time.perf_counter()
            self.calls[task.ledger.reference] += 1
            if index in self.fails:
                raise EngineError("Scripted to fail.", code="scripted")
            _echo(task.audio, path, index)
            self.own_s += time.perf_counter() - began
        return Dubbed(path=path)


def _echo(source: Path, target: Path, index: int) -> None:
    """In a program of its own, or its memory would be counted as ours."""
    tempo, gain_db = (1.01, 0.99, 1.0)[index % 3], (-6, 2, -3, 0)[index % 4]
    argv = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-i", str(source), "-af"]
    argv += [f"atempo={tempo},volume={gain_db}dB", str(target)]
    subprocess.run(argv, check=True)


def processor_s() -> float:
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(who) for who in both]
    return sum(each.ru_utime + each.ru_stime for each in used)


def peaks_mib() -> tuple[float, float]:
    """Of this process, and of the largest that it started."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    own, children = (resource.getrusage(who).ru_maxrss / 1024 for who in both)
    return own, children


def run(job: AutomationJob) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    wall, used = time.perf_counter(), processor_s()
    run_job(AutomationJob, str(job.pk), dub)
    job.refresh_from_db()
    return time.perf_counter() - wall, processor_s() - used


def show_merging(path: Path, chunk_s: int) -> None:
    """In a process of its own, or its memory would be that of making the video."""
    seconds = round(probe(path).duration_ms / 1000)
    asset = ready_asset(local_owner(), path)
    engine = EchoEngine()
    building.build = lambda name, setup: engine  # type: ignore[assignment]
    config = DubConfig.model_validate(
        {"target_languages": ["es"], "chunk_duration": chunk_s}
    )
    job = jobs.create(local_owner(), asset=asset.pk, config=config)
    wall_s, used_s = run(job)
    assert job.state == State.SUCCEEDED, job.error
    report = job.outputs.of("es").report
    chunks = DubChunk.objects.filter(job_id=job.pk).count()
    print(header(f"{seconds} s of video in {chunks} chunks"))
    print(row("frames in - frames out", [report.frames_in - report.frames_out]))
    print(row("|A-V| in frames (limit 1)", [report.av_difference_ms / report.frame_ms]))
    errors = [each.error_samples for each in report.boundaries]
    known = [abs(each) for each in errors if each is not None]
    print(row(f"join error ({len(known)} of {len(errors)})", known, "samples"))
    steps = [each.step_lu for each in report.boundaries if each.step_lu is not None]
    print(row("loudness step (limit 1)", steps, "LU"))
    load = os.getloadavg()[0]
    share = (wall_s - engine.own_s) / seconds
    print(row(f"time of real time at load {load:.1f} (limit 0.15)", [share], "x"))
    print(row("processor time of real time", [used_s / seconds], "x"))
    own, children = peaks_mib()
    print(row("peak memory of the worker (limit 400)", [own], "MiB"))
    print(row("peak memory of a program it starts", [children], "MiB"))


def show_local(minutes: float) -> None:
    """The engine that comes with the product, on speech without captions."""
    with tempfile.TemporaryDirectory() as folder:
        sound = speech(minutes * 60, seed=3).sound
        path = talking_video(Path(folder) / "spoken.mp4", sound)
        asset = ready_asset(local_owner(), path)
        config = DubConfig(target_languages=["es"], chunk_duration=60)
        job = jobs.create(local_owner(), asset=asset.pk, config=config)
        wall_s, used_s = run(job)
        assert job.state == State.SUCCEEDED, job.error
        output = job.outputs.of("es")
        assert output.report.passed, output.report
        (track,) = captions.of(Asset.objects.get(pk=output.asset))
        print(header(f"The local engine on {minutes:.0f} minutes of speech"))
        print(row("time of real time", [wall_s / minutes / 60], "x"))
        print(row("processor time of real time", [used_s / minutes / 60], "x"))
        print(row("captions", [len(track.cues())]))
        print(row("loudness step", [output.report.max_loudness_step_lu], "LU"))


def show_retries(folder: Path) -> None:
    path = talking_video(folder / "short.mp4", speech(300, seed=2).sound, fps="5")
    asset = ready_asset(local_owner(), path)
    engine = EchoEngine()
    engine.fails = set(FAILED)
    building.build = lambda name, setup: engine  # type: ignore[assignment]
    config = DubConfig(target_languages=["es"], chunk_duration=30)
    job = jobs.create(local_owner(), asset=asset.pk, config=config)
    run(job)
    assert job.state == State.FAILED, job.error
    before = dict(DubChunk.objects.filter(job_id=job.pk).values_list("index", "key"))
    calls = sum(engine.calls.values())
    engine.fails = set()
    jobs.retry(job)
    run(job)
    assert job.state == State.SUCCEEDED, job.error
    after = dict(DubChunk.objects.filter(job_id=job.pk).values_list("index", "key"))
    print(f"\nRetry of {len(FAILED)} of {len(before)} chunks")
    print(f"new engine calls: {sum(engine.calls.values()) - calls}")
    print(f"keys that changed: {sum(before[at] != after[at] for at in before)}")


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    call_command("migrate", verbosity=0)
    assert settings.MEDIA_ROOT
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "talk.mp4"
        again = [sys.executable, "-m", "tests.benchmarks.dubbing"]
        subprocess.run([*again, "make", str(path), str(minutes)], check=True)
        for chunk_s in ("30", "300"):
            subprocess.run([*again, "merge", str(path), chunk_s], check=True)
        show_retries(Path(folder))
    # Last: a program that is started counts the memory of who started it as its own.
    show_cuts()


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        sound = speech(float(sys.argv[3]) * 60).sound
        talking_video(Path(sys.argv[2]), sound, channels=2)
    elif sys.argv[1:2] == ["merge"]:
        show_merging(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["local"]:
        call_command("migrate", verbosity=0)
        show_local(float(sys.argv[2]) if len(sys.argv) > 2 else 5)
    else:
        main()
