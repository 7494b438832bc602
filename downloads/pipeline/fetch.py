"""Fetches one download in a worker and hands the file to the library."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.utils.translation import gettext as _

from downloads.models import MAX_TITLE, Download, Format
from downloads.pipeline import inspecting, means, partials, sponsors, thumbnails, tracks
from downloads.pipeline.assemble import Wishes, assemble
from downloads.sources.base import Fetched, Means, Received, Wanted, WantedTrack
from downloads.sources.direct import name_in
from downloads.sources.failures import SourceFailure
from downloads.sources.formats import parts_of
from downloads.sources.video import Found, Playlist, Video
from downloads.sources.ytdlp import Stopped, chosen_format
from streamfetch.egress.proxy import EgressProxy
from streamfetch.egress.relay import too_large
from streamfetch.errors import DomainError
from streamfetch.jobs.models import LeaseLost, State
from streamfetch.jobs.running import Run
from streamfetch.storage import disk
from uploads.models import Asset
from uploads.services import assets, followups, usage

logger = logging.getLogger(__name__)

RECEIVED_AT = 92.0
STORED_AT = 96.0
# The parts, and the whole made of them, which the library takes over.
COPIES = 2


def fetch(run: Run[Download]) -> dict[str, Any]:
    """The work of a `Download` job; safe to run twice, and to go on with."""
    job = run.job
    try:
        with partials.held(job.pk) as directory, means.fetch_proxy() as proxy:
            # A site that is silent keeps us waiting; a cancel should not.
            run.when_stopped(proxy.close)
            results = _Fetch(run, directory=directory, proxy=proxy).work()
    except SourceFailure as error:
        job.asked_to_wait_s = error.retry_after_s
        _clean_up(job, error)
        raise
    except Stopped as error:
        _clean_up(job, None)
        raise LeaseLost from error
    except DomainError as error:
        _clean_up(job, error)
        raise
    partials.remove(job.pk)
    return results


def _clean_up(job: Download, error: DomainError | None) -> None:
    """Nothing is left of what will not be gone on with."""
    if error is not None and not error.recoverable:
        partials.remove(job.pk)
        return
    state = Download.objects.filter(pk=job.pk).values_list("state", flat=True).first()
    if state in {None, State.CANCELLED, State.SUCCEEDED}:
        partials.remove(job.pk)


@dataclass
class _Fetch:
    """One run. `started` is when the first byte was asked for."""

    run: Run[Download]
    directory: Path
    proxy: EgressProxy

    def work(self) -> dict[str, Any]:
        job = self.run.job
        asset = self._stored_before() or self._stored()
        then_url = ""
        if job.options.then:
            then_url = followups.run(job.options.then, job.owner_id, asset)
        return {"asset_id": asset.pk, "video_title": asset.title, "then_url": then_url}

    @property
    def _asset_id(self) -> UUID:
        # Derived from the job, so that a second run finds the first one's asset.
        return uuid5(self.run.job.pk, "asset")

    def _stored_before(self) -> Asset | None:
        """What an earlier run stored before it died; words may be missing there."""
        if self.run.job.options.subtitles:
            return None
        return assets.registered(self.run.job.owner_id, self._asset_id)

    def _stored(self) -> Asset:
        run, job = self.run, self.run.job
        run.enter("look", percent=0)
        started = time.monotonic()
        with disk.disk_errors():
            fetched = self._fetch()
        duration_ms = round((time.monotonic() - started) * 1000)
        run.enter("join", percent=RECEIVED_AT)
        path = self._assembled(fetched)
        run.enter("store", percent=STORED_AT)
        usage.require_room(job.owner, path.stat().st_size)
        asset = assets.register_file(
            job.owner_id,
            path,
            asset_id=self._asset_id,
            title=self._title(fetched),
            file_name=self._file_name(fetched, path),
            consume=True,
            poster=self._poster(fetched),
        )
        run.store(
            format=_format(fetched, asset),
            download_duration_ms=duration_ms,
            speed_bytes_per_s=fetched.size_bytes / max(0.001, duration_ms / 1000),
        )
        added = tracks.add(asset, fetched.tracks)
        run.store(note=tracks.note_of_missing(job.options.subtitles, added))
        return asset

    def _poster(self, fetched: Fetched) -> Path | None:
        video = fetched.found
        if not isinstance(video, Video) or not self.run.job.options.thumbnail:
            return None
        return thumbnails.poster_of(
            video, proxy=self.proxy, workspace=self.run.workspace
        )

    def _means(self) -> Means:
        job = self.run.job
        return Means(
            directory=self.directory,
            proxy=self.proxy,
            max_bytes=settings.MAX_VIDEO_BYTES,
            deadline_s=means.FETCH_S,
            cookies=means.cookies_for(job.owner_id, means.parse(job.video_url)),
            should_stop=self.run.should_stop,
        )

    def _fetch(self) -> Fetched:
        job = self.run.job
        tools = self._means()
        is_plain = not (job.options.format_id or job.options.preset)
        if job.extractor == "direct" or (is_plain and not job.extractor):
            fetched = self._direct(tools)
            if fetched is not None:
                return fetched
        url = means.parse(job.video_url)
        looked = inspecting.look_up(url, owner_id=job.owner_id)
        video = looked.found
        if isinstance(video, Playlist):
            raise SourceFailure("is_playlist")
        if video.extractor == "direct":
            fetched = self._direct(tools)
            if fetched is None:
                raise SourceFailure("unsupported")
            return fetched
        return self._ytdlp(video, looked.cache_id, tools)

    def _direct(self, tools: Means) -> Fetched | None:
        return means.direct().fetch(
            Wanted(url=self.run.job.video_url),
            means=tools,
            on_received=self._received,
            on_found=self._found,
        )

    def _ytdlp(self, video: Video, cache_id: str, tools: Means) -> Fetched:
        job = self.run.job
        format_id = job.options.format_id or chosen_format(video, job.options.preset)
        parts = parts_of(format_id, video.formats)
        if not parts:
            raise SourceFailure("format_gone")
        self._check(video, sum(part.size_bytes or 0 for part in parts))
        wanted_tracks = tuple(
            WantedTrack(each.language, each.automatic) for each in job.options.subtitles
        )
        ready = None
        if not wanted_tracks:
            names = [part.format_id for part in parts]
            ready = inspecting.ready_formats(cache_id, names)
        wanted = Wanted(
            url=means.fetched_url(means.parse(job.video_url)),
            format_id=format_id,
            video=video,
            ready=ready,
            tracks=wanted_tracks,
        )
        self._store_found(video)
        fetched = means.ytdlp().fetch(
            wanted,
            means=tools,
            on_received=self._received,
            on_found=lambda found: None,
        )
        if fetched is None:
            raise SourceFailure("unsupported")
        if fetched.size_bytes > settings.MAX_VIDEO_BYTES:
            raise too_large(settings.MAX_VIDEO_BYTES)
        return fetched

    def _found(self, found: Found) -> None:
        if isinstance(found, Video):
            size = found.formats[0].size_bytes if found.formats else None
            self._check(found, size or 0)
            self._store_found(found)

    def _check(self, video: Video, size_bytes: int) -> None:
        """Before anything large is asked for. Raises what is wrong with it."""
        if size_bytes > settings.MAX_VIDEO_BYTES:
            raise too_large(settings.MAX_VIDEO_BYTES)
        if (video.duration_ms or 0) > settings.MAX_SOURCE_MS:
            raise SourceFailure("too_long")
        usage.require_room(self.run.job.owner, size_bytes)
        self.run.workspace.require_free(COPIES * size_bytes)

    def _store_found(self, video: Video) -> None:
        job = self.run.job
        changes: dict[str, Any] = {
            "stage": "download",
            "extractor": video.extractor[:40],
            "video_channel": video.channel[:MAX_TITLE],
            "video_duration_ms": video.duration_ms,
        }
        if video.title and not job.has_own_title and video.extractor != "direct":
            changes["video_title"] = video.title[:MAX_TITLE]
        self.run.store(**changes)

    def _received(self, received: Received) -> None:
        percent = 0.0
        if received.total_bytes:
            share = received.bytes_downloaded / received.total_bytes
            percent = RECEIVED_AT * min(1.0, share)
        if received.bytes_downloaded > settings.MAX_VIDEO_BYTES:
            raise too_large(settings.MAX_VIDEO_BYTES)
        self.run.store(
            percent=percent,
            eta_s=received.eta_s,
            bytes_downloaded=received.bytes_downloaded,
            total_bytes=received.total_bytes,
            speed_bytes_per_s=received.speed_bytes_per_s,
        )

    def _assembled(self, fetched: Fetched) -> Path:
        video = fetched.found
        if not isinstance(video, Video):
            return fetched.paths[0]
        options = self.run.job.options
        chapters = video.chapters if options.chapters else []
        found = []
        if options.sponsorblock != "off":
            found = sponsors.segments_of(video, proxy=self.proxy)
        wishes = Wishes(
            chapters=chapters,
            marked=found if options.sponsorblock == "mark" else (),
            removed=found if options.sponsorblock == "remove" else (),
        )
        return assemble(self.run, fetched.paths, wishes)

    def _title(self, fetched: Fetched) -> str:
        """The title a person gave, or the site's name for the video.

        A plain file has a name only: what a list calls it is better.
        """
        job, found = self.run.job, fetched.found
        is_plain = not isinstance(found, Video) or found.extractor == "direct"
        is_listed = job.video_title != name_in(means.parse(job.video_url))
        if job.has_own_title or (is_plain and is_listed):
            return job.video_title
        if isinstance(found, Video):
            return found.title[:MAX_TITLE] or job.video_title
        return PurePath(fetched.file_name).stem[:MAX_TITLE] or job.video_title

    def _file_name(self, fetched: Fetched, path: Path) -> str:
        if fetched.found is None:
            return fetched.file_name
        stem = fetched.file_name.replace("/", "-")[:MAX_TITLE] or str(_("video"))
        return f"{stem}{path.suffix if path.suffix != '.media' else ''}"


def _format(fetched: Fetched, asset: Asset) -> Format:
    quality = ""
    if isinstance(fetched.found, Video):
        parts = parts_of(fetched.format_id, fetched.found.formats)
        heights = [part.height for part in parts if part.height]
        quality = f"{max(heights)}p" if heights else ""
    return Format(
        format_id=fetched.format_id,
        quality=quality,
        container=asset.content_type,
        filesize=asset.size_bytes,
    )
