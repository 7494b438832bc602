"""The main job without a browser: bring in, process, trim, title, render."""

import contextlib
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import dramatiq
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from downloads.services import downloads
from projects.models import Render
from projects.services import projects, renders
from projects.timeline.document import (
    TextAnimation,
    TextOverlay,
    TextPosition,
    TextStyle,
    Timeline,
)
from streamfetch.accounts.local_owner import local_owner
from streamfetch.errors import DomainError
from streamfetch.jobs.middleware import live_queues
from streamfetch.jobs.models import Job, State
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, AssetProcessing, Kind
from uploads.services import assets

BAR_WIDTH = 30
POLL_S = 0.3
SHARE_CUT = 0.1
LONGEST_S = 30.0
QUEUES = {"ffmpeg", "ffmpeg-high", "network", "quick"}


class Command(BaseCommand):
    help = (
        "Take a file or an address through the whole product and print where the "
        "result is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="A media file, or an http(s) address.")
        parser.add_argument(
            "--title", default="Made with StreamFetch", help="The title to add."
        )
        parser.add_argument(
            "--output", type=Path, help="Where to copy the result to as well."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with self._workers():
                self._run(options["source"], options["title"], options["output"])
        except DomainError as error:
            raise CommandError(error.detail) from error

    @contextlib.contextmanager
    def _workers(self) -> Iterator[None]:
        """The server's workers; without a server, some in this process."""
        if live_queues() >= QUEUES:
            yield
            return
        call_command("migrate", verbosity=0)
        worker = dramatiq.Worker(dramatiq.get_broker(), worker_threads=2)
        worker.start()
        try:
            yield
        finally:
            worker.stop()

    def _run(self, source: str, title: str, output: Path | None) -> None:
        asset = self._bring_in(source)
        self._watch(
            "Processing",
            AssetProcessing,
            AssetProcessing.objects.filter(asset_id=asset.pk).newest_first(1)[0].pk,
        )
        asset.refresh_from_db()
        if asset.kind == Kind.IMAGE or not asset.duration_ms:
            raise CommandError("The demo needs a video or a sound, not a picture.")
        project = projects.create(
            local_owner(), name=f"Demo: {asset.title}"[:200], asset=asset.pk
        )
        timeline = self._trimmed_and_titled(project.timeline, title)
        projects.edit(project, revision=project.revision, timeline=timeline)
        self.stdout.write(
            f"Timeline: {timeline.clips[0].start_time:g} s to "
            f"{timeline.clips[0].end_time:g} s of “{asset.title}”, titled “{title}”"
        )
        render = renders.request(project)
        self._watch("Rendering", Render, render.pk)
        render.refresh_from_db()
        self._report(render, output)

    def _bring_in(self, source: str) -> Asset:
        owner = local_owner()
        if "://" in source:
            download = downloads.request(owner, url=source)
            self._watch("Downloading", type(download), download.pk)
            download.refresh_from_db()
            if download.asset_id is None:
                raise CommandError("The download ended without a file.")
            return assets.find(owner, download.asset_id)
        path = Path(source).expanduser()
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        if path.stat().st_size > settings.MAX_VIDEO_BYTES:
            raise CommandError(f"{path} is larger than STREAMFETCH_MAX_VIDEO_BYTES.")
        self.stdout.write(f"Bringing in {path.name}")
        return assets.register_file(
            owner.pk, path, asset_id=uuid4(), title=path.stem, file_name=path.name
        )

    def _trimmed_and_titled(self, timeline: Timeline, title: str) -> Timeline:
        """A tenth off either end, half a minute at most, a title at the start."""
        clip = timeline.clips[0]
        start = round(clip.end_time * SHARE_CUT, 3)
        end = min(round(clip.end_time * (1 - SHARE_CUT), 3), start + LONGEST_S)
        trimmed = clip.model_copy(update={"start_time": start, "end_time": end})
        overlay = TextOverlay(
            text=title,
            end_time=max(0.5, min(4.0, trimmed.duration)),
            position=TextPosition(x=0.5, y=0.85),
            style=TextStyle(font_size=36, bold=True, background_color="#000000"),
            animation=TextAnimation(fade_in=0.3, fade_out=0.3),
        )
        return timeline.model_copy(
            update={"clips": [trimmed], "text_overlays": [overlay]}
        )

    def _watch(self, label: str, model: type[Job], job_id: UUID) -> None:
        """Show a job's progress until it ends. Raises CommandError if badly."""
        while True:
            job = model.objects.get(pk=job_id)
            self._bar(label, job)
            if not job.is_active:
                break
            time.sleep(POLL_S)
        self.stdout.write("")
        if job.state != State.SUCCEEDED:
            reason = job.error.message if job.error else f"It was {job.state}."
            raise CommandError(reason)

    def _bar(self, label: str, job: Job) -> None:
        if not sys.stdout.isatty() and job.is_active:
            return
        done = round(BAR_WIDTH * job.percent / 100)
        bar = "█" * done + "░" * (BAR_WIDTH - done)
        stage = job.stage or job.state
        self.stdout.write(
            f"\r{label:<12}{bar} {job.percent:5.1f} %  {stage:<10}", ending=""
        )
        self.stdout.flush()

    def _report(self, render: Render, output: Path | None) -> None:
        seconds = (render.duration_ms or 0) / 1000
        self.stdout.write(
            self.style.SUCCESS(
                f"Done: {seconds:.1f} s, {(render.size_bytes or 0) / 1e6:.1f} MB"
            )
        )
        stored = Path(settings.MEDIA_ROOT) / render.output_key
        if output is not None:
            media_storage().fetch_to(render.output_key, output.resolve())
            self.stdout.write(f"File:    {output.resolve()}")
        elif settings.STORAGE_PROVIDER == "local":
            self.stdout.write(f"File:    {stored}")
        address = settings.PUBLIC_URL or f"http://{settings.HOST}:{settings.PORT}"
        self.stdout.write(f"Project: {address}{render.target_url()}")
