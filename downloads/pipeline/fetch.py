"""Fetches one download in a worker and hands the file to the library."""

import time
from pathlib import PurePath
from typing import Any
from uuid import uuid5

from django.conf import settings

from downloads.models import MAX_TITLE, Download, Format
from downloads.sources.base import Received
from downloads.sources.direct import DirectSource, name_in
from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import EgressProxy
from streamfetch.egress.url import split_url
from streamfetch.jobs.running import Run
from uploads.services import assets

MAX_SECONDS = 6 * 3600.0
RECEIVED_AT = 95.0


def _title(download: Download, file_name: str) -> str:
    """The title a person gave, or the site's name for the file."""
    if download.video_title != name_in(split_url(download.video_url))[:MAX_TITLE]:
        return download.video_title
    return PurePath(file_name).stem[:MAX_TITLE] or download.video_title


def fetch(run: Run[Download]) -> dict[str, Any]:
    """The work of a `Download` job; safe to run twice."""
    job = run.job
    run.enter("download", percent=0)
    limits = EgressLimits(max_bytes=settings.MAX_VIDEO_BYTES, max_seconds=MAX_SECONDS)
    started = time.monotonic()

    def on_received(received: Received) -> None:
        if received.total_bytes:
            share = received.bytes_downloaded / received.total_bytes
            percent = RECEIVED_AT * min(1.0, share)
        else:
            percent = 0.0
        run.store(
            percent=percent,
            eta_s=received.eta_s,
            bytes_downloaded=received.bytes_downloaded,
            total_bytes=received.total_bytes,
            speed_bytes_per_s=received.speed_bytes_per_s,
        )

    allowed = AllowedHosts.parse(settings.ALLOWED_PRIVATE_HOSTS)
    with EgressProxy(allowed, limits=limits) as proxy:
        # A site that is silent keeps us waiting; a cancel should not.
        run.when_stopped(proxy.close)
        fetched = DirectSource().fetch(
            job.video_url,
            directory=run.workspace.path,
            proxy=proxy,
            max_bytes=settings.MAX_VIDEO_BYTES,
            on_received=on_received,
        )
    duration_ms = round((time.monotonic() - started) * 1000)
    run.enter("store", percent=RECEIVED_AT)
    asset = assets.register_file(
        job.owner_id,
        fetched.path,
        # Derived from the job, so that a second run finds the first one's asset.
        asset_id=uuid5(job.pk, "asset"),
        title=_title(job, fetched.file_name),
        file_name=fetched.file_name,
    )
    return {
        "asset_id": asset.pk,
        "video_title": asset.title,
        "format": Format(container=asset.content_type, filesize=fetched.size_bytes),
        "download_duration_ms": duration_ms,
    }
