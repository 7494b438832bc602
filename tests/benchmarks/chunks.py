"""How encoding a long source scales with workers, each pinned to one core.

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.chunks [PAIRS]
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import dramatiq
from django.core.management import call_command

from streamfetch.accounts.local_owner import local_owner
from streamfetch.jobs.models import ENDED, State
from tests import media
from tests.benchmarks.figures import header, row
from uploads.models import AssetProcessing
from uploads.pipeline import chunks
from uploads.services import assets

RUNS = 3
GIVE_UP_S = 600
SOURCE_S = 64
PART_S = 8
CORE = "STREAMFETCH_BENCHMARK_CORE"
QUEUES = {"ffmpeg-high", "ffmpeg"}


def work_on_one_core() -> None:
    """What a worker process does, until it is ended."""
    os.sched_setaffinity(0, {int(os.environ[CORE])})
    chunks.LONG_MS = 5000
    chunks.CHUNK_S = PART_S
    worker = dramatiq.Worker(
        dramatiq.get_broker(), queues=QUEUES, worker_threads=1, worker_timeout=100
    )
    worker.start()
    print("ready", flush=True)
    sys.stdin.read()
    worker.stop()


def seconds_with(workers: int, path: Path) -> float:
    """Wall time from the request to the end of processing."""
    argv = [sys.executable, "-m", "tests.benchmarks.chunks", "worker"]
    started_ones = [
        subprocess.Popen(
            argv,
            env=os.environ | {CORE: str(core)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for core in range(workers)
    ]
    try:
        for process in started_ones:
            assert process.stdout is not None
            process.stdout.readline()
        asset = assets.register_file(
            local_owner().pk, path, asset_id=uuid4(), title="Benchmark"
        )
        job = AssetProcessing.objects.get(asset_id=asset.pk)
        started = time.perf_counter()
        while job.state not in ENDED and time.perf_counter() - started < GIVE_UP_S:
            time.sleep(0.1)
            job.refresh_from_db()
        assert job.state == State.SUCCEEDED, (job.state, job.error)
        return time.perf_counter() - started
    finally:
        for process in started_ones:
            process.communicate(timeout=60)


def main() -> None:
    call_command("migrate", verbosity=0)
    path = media.video(duration_s=SOURCE_S, width=1280, height=720, gop=250)
    alone, together, ratios = [], [], []
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    for _ in range(pairs):
        alone.append(seconds_with(1, path))
        together.append(seconds_with(2, path))
        ratios.append(together[-1] / alone[-1])
    print(header(f"{SOURCE_S} s of 720p in parts of {PART_S} s ({pairs} pairs)"))
    print(row("one worker on one core", alone, "s"))
    print(row("two workers on a core each", together, "s"))
    print(row("ratio, pair by pair (limit 0.58)", ratios))


if __name__ == "__main__":
    if sys.argv[1:] == ["worker"]:
        work_on_one_core()
    else:
        main()
