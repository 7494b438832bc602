"""A render through the product against the same FFmpeg command run by hand.

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.render [FILE]
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from projects.fonts import fonts_directory  # noqa: E402
from projects.models import Render  # noqa: E402
from projects.pipeline.compile import SourceFile, compile_render  # noqa: E402
from projects.pipeline.render import render  # noqa: E402
from projects.services import projects, renders  # noqa: E402
from projects.timeline.document import TextOverlay  # noqa: E402
from streamfetch.accounts.local_owner import local_owner  # noqa: E402
from streamfetch.ffmpeg.binary import ffmpeg_path  # noqa: E402
from streamfetch.ffmpeg.probe import probe  # noqa: E402
from streamfetch.jobs.running import run_job  # noqa: E402
from streamfetch.storage.backends import media_storage  # noqa: E402
from tests import media  # noqa: E402
from tests.benchmarks.figures import header, row  # noqa: E402
from uploads.models import Asset, AssetProcessing  # noqa: E402
from uploads.pipeline.processing import process  # noqa: E402
from uploads.services import assets  # noqa: E402

RUNS = 5
NICENESS = "5"


def _asset(path: Path) -> Asset:
    asset = assets.register_file(
        local_owner().pk, path, asset_id=uuid4(), title="Benchmark"
    )
    job = AssetProcessing.objects.get(asset_id=asset.pk)
    run_job(AssetProcessing, str(job.pk), process)
    asset.refresh_from_db()
    return asset


def main() -> None:
    call_command("migrate", verbosity=0)
    if len(sys.argv) > 1:
        path = Path(sys.argv[1]).resolve()
    else:
        path = media.video(duration_s=20, width=1280, height=720)
    asset = _asset(path)
    project = projects.create(local_owner(), name="Benchmark", asset=asset.pk)
    clip = project.timeline.clips[0]
    timeline = project.timeline.model_copy(
        update={
            "clips": [clip.model_copy(update={"start_time": 1.0})],
            "text_overlays": [TextOverlay(text="A title", end_time=4)],
        }
    )
    projects.edit(project, revision=project.revision, timeline=timeline)
    ours, by_hand, ratios = [], [], []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        source = directory / f"source{Path(asset.source_key).suffix}"
        media_storage().fetch_to(asset.source_key, source)
        command = compile_render(
            project.timeline,
            project.settings,
            sources={asset.pk: SourceFile(source, probe(source))},
            fonts_directory=fonts_directory(),
            directory=directory,
        )
        argv = ["nice", "-n", NICENESS, str(ffmpeg_path()), *command.argv]
        for _ in range(RUNS):
            job = renders.request(project)
            started = time.perf_counter()
            run_job(Render, str(job.pk), render)
            ours.append(time.perf_counter() - started)
            job.refresh_from_db()
            assert job.state == "succeeded", job.error
            started = time.perf_counter()
            subprocess.run(argv, check=True, capture_output=True)
            by_hand.append(time.perf_counter() - started)
            ratios.append(ours[-1] / by_hand[-1])
    print(header(f"Render of {path.name} ({RUNS} pairs, in turn)"))
    print(row("through the product (claim to stored)", ours, "s"))
    print(row("the same FFmpeg command by hand", by_hand, "s"))
    print(row("ratio, pair by pair (limit 1.10)", ratios))


if __name__ == "__main__":
    main()
