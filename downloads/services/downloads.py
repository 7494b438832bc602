"""Asking for downloads, steering them, and how they are shown."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError

from downloads.models import MAX_SITE, MAX_TITLE, MAX_URL, Download, Options
from downloads.pipeline import inspecting, means, partials
from downloads.sources.direct import name_in
from downloads.sources.identity import site_of, video_id_of
from downloads.sources.video import Video
from streamfetch.egress.errors import InvalidUrl, UnsafeUrl
from streamfetch.egress.url import PublicUrl
from streamfetch.errors import Conflict, Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.jobs.models import ACTIVE, Priority, State
from uploads.services import assets, followups


def parse_url(text: str) -> PublicUrl:
    """Raises `Invalid` naming `url` when it cannot be fetched."""
    if len(text) > MAX_URL:
        raise Invalid(_("This address is too long."), code="url_too_long", field="url")
    try:
        return means.parse(text)
    except (InvalidUrl, UnsafeUrl) as error:
        raise Invalid(error.detail, code=error.code, field="url") from error


def request(
    owner: Any,
    *,
    url: str,
    title: str = "",
    listed_title: str = "",
    options: Options | None = None,
    priority: Priority = Priority.NORMAL,
) -> Download:
    """Queue a download. Raises `Invalid` naming what cannot be accepted.

    `title` is the person's own; `listed_title`, from the list that the address
    stands in, is shown until the site's word is known.
    """
    parsed = parse_url(url)
    options = options or Options()
    if options.then:
        followups.check(options.then)
    known = inspecting.known(parsed, owner_id=owner.pk)
    video = known if isinstance(known, Video) else None
    own = title.strip()
    shown = own or (video.title if video else "") or listed_title or name_in(parsed)
    download = Download(
        owner_id=owner.pk,
        video_id=video_id_of(parsed),
        video_title=shown[:MAX_TITLE],
        video_url=str(parsed),
        video_channel=video.channel[:MAX_TITLE] if video else "",
        video_duration_ms=video.duration_ms if video else None,
        extractor=video.extractor[:40] if video else "",
        has_own_title=bool(own),
        site=site_of(parsed)[:MAX_SITE],
        options=options,
    )
    queue.submit(download, priority=priority)
    return download


def request_all(
    owner: Any,
    *,
    entries: Iterable[tuple[str, str]],
    options: Options,
    priority: Priority = Priority.NORMAL,
) -> tuple[list[Download], list[dict[str, str]]]:
    """Queue what was chosen of a list, given as (address, title).

    Returns the downloads and, as {url, code, message}, the addresses that are
    refused: one bad entry must not keep the others.
    """
    made: list[Download] = []
    refused: list[dict[str, str]] = []
    if options.then:
        followups.check(options.then)
    for url, title in entries:
        try:
            download = request(
                owner,
                url=url,
                listed_title=title,
                options=options,
                priority=priority,
            )
        except Invalid as error:
            refused.append({"url": url, "code": error.code, "message": error.detail})
        else:
            made.append(download)
    return made, refused


def read_options(values: dict[str, Any]) -> Options:
    """Raises `Invalid` naming the field."""
    try:
        return Options.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise Invalid(first["msg"], code="invalid", field=name) from error


def find(owner: Any, download_id: UUID) -> Download:
    download = Download.objects.owned_by(owner).filter(pk=download_id).first()
    if download is None:
        raise NotFound(_("There is no such download."))
    return download


def cancel(download: Download) -> None:
    """Raises `Conflict` when it has ended."""
    was_running = download.state == State.RUNNING
    queue.cancel(download)
    Download.objects.filter(pk=download.pk).update_idempotently(is_paused=False)
    download.refresh_from_db()
    if not was_running:
        # A running one is removed by its worker, when that has let go of it.
        partials.remove(download.pk)


def pause(download: Download) -> None:
    """Stop for now, keeping what was received. Raises `Conflict` when it has ended."""
    if not download.pause():
        raise Conflict(
            _("This download has ended; there is nothing to pause."), code="job_ended"
        )
    download.refresh_from_db()
    queue.announce(download)


def resume(download: Download) -> None:
    """Go on where it stopped. Raises `Conflict` when it is not paused."""
    if not download.resume():
        raise Conflict(_("This download is not paused."), code="not_paused")
    download.refresh_from_db()
    queue.announce(download)
    queue.send(download)


def prioritise(download: Download) -> None:
    """To the front of the line. Raises `Conflict` when it has ended."""
    changed = Download.objects.filter(pk=download.pk, state__in=ACTIVE)
    if not changed.update_idempotently(priority=Priority.HIGH):
        raise Conflict(_("This download has ended."), code="job_ended")
    download.refresh_from_db()
    queue.announce(download)


def again(download: Download) -> Download:
    """The same once more, as a new line of the history."""
    return request(
        download.owner,
        url=download.video_url,
        title=download.video_title if download.has_own_title else "",
        listed_title=download.video_title,
        options=download.options,
    )


def delete_file(download: Download) -> None:
    """Move its asset to the bin; the line stays. Raises `Conflict`, `NotFound`."""
    if download.asset_id is None:
        raise NotFound(_("The file of this download is gone already."))
    assets.move_to_bin(assets.find(download.owner, download.asset_id))


def forget(download: Download) -> None:
    """Remove its line from the history; the file stays in the library.

    Raises `Conflict` while it is under way.
    """
    gone = Download.objects.filter(pk=download.pk).exclude(state__in=ACTIVE)
    if not gone.delete()[0]:
        raise Conflict(
            _("This download is under way. Cancel it first."), code="job_not_ended"
        )
    partials.remove(download.pk)


def describe(download: Download) -> dict[str, Any]:
    """A download as the API and the pages show it."""
    return describe_all([download])[0]


def describe_all(found: Sequence[Download]) -> list[dict[str, Any]]:
    """Many at once: which of their files are there is one question."""
    wanted = [each.asset_id for each in found if each.asset_id]
    there = assets.alive(wanted) if wanted else set()
    return [_described(each, has_file=each.asset_id in there) for each in found]


def _described(download: Download, *, has_file: bool) -> dict[str, Any]:
    return {
        **queue.describe(download),
        "paused": download.is_paused and download.state == State.QUEUED,
        "priority": str(download.priority),
        "url": download.video_url,
        "video_id": download.video_id,
        "channel": download.video_channel,
        "duration_ms": download.video_duration_ms,
        "extractor": download.extractor,
        "site": download.site,
        "format": download.format.model_dump(),
        "options": download.options.model_dump(),
        "bytes_downloaded": download.bytes_downloaded,
        "total_bytes": download.total_bytes,
        "speed_bytes_per_s": round(download.speed_bytes_per_s),
        "download_duration_ms": download.download_duration_ms,
        "note": download.note,
        "then_url": download.then_url,
        "subscription": (
            str(download.subscription_id) if download.subscription_id else None
        ),
        "asset": str(download.asset_id) if has_file else None,
        "file_deleted": download.state == State.SUCCEEDED and not has_file,
    }
