"""What people do with dubbing jobs."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from automation.describing import announce
from automation.documents import Boundary, ChunkPlan, DubConfig, VideoInfo
from automation.models import MAX_NAME, AutomationJob, DubChunk, LogLine
from automation.services import estimates
from downloads.models import Download
from downloads.services import downloads
from streamfetch.errors import Conflict, FieldProblem, Invalid, NotFound
from streamfetch.jobs import queue
from streamfetch.jobs.models import ENDED, State
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, Kind
from uploads.services import assets

# Longer ones would not fit a WAV file's 32-bit sizes.
MAX_DURATION_MS = 4 * 3600 * 1000
MIN_DURATION_MS = 500
MIN_CHUNK_SAMPLES = 48_000
# The longest one that is ever proposed: five minutes and a half of it.
MAX_CHUNK_SAMPLES = 450 * 48_000


def find(owner: Any, job_id: UUID) -> AutomationJob:
    """The caller's job. Raises `NotFound`."""
    job = AutomationJob.objects.owned_by(owner).filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such dubbing job."))
    return job


def check_asset(asset: Asset) -> None:
    """Raises `Invalid` when the asset cannot be dubbed, saying why."""
    problem = _problem_of(asset)
    if problem is not None:
        code, message = problem
        raise Invalid(message, code=code, field="asset")


def _problem_of(asset: Asset) -> tuple[str, str] | None:
    if asset.kind != Kind.VIDEO:
        return "not_a_video", _("Only videos can be dubbed. Choose a video.")
    if asset.status == Asset.Status.FAILED:
        return "asset_failed", _("This video could not be read. Choose another one.")
    duration_ms = asset.duration_ms or 0
    if asset.facts is None or not duration_ms:
        # Not looked at yet: the job does that.
        return None
    if asset.facts.audio_codec is None:
        return "no_audio", _(
            "“%(title)s” has no sound, so there is nothing to dub. Choose a video in "
            "which somebody speaks."
        ) % {"title": asset.title}
    if duration_ms < MIN_DURATION_MS:
        return "too_short", _("This video is shorter than half a second.")
    if duration_ms > MAX_DURATION_MS:
        return "too_long", _(
            "This video is longer than four hours. Cut it into clips and dub those."
        )
    return None


def info_of(asset: Asset) -> VideoInfo:
    facts = asset.facts
    return VideoInfo(
        title=asset.title,
        duration_ms=asset.duration_ms or 0,
        width=asset.width or 0,
        height=asset.height or 0,
        codec=(facts.video_codec if facts else None) or "",
        audio_codec=facts.audio_codec if facts else None,
        frame_rate=(facts.frame_rate if facts else None) or "",
        size_bytes=asset.size_bytes,
    )


def create(
    owner: Any,
    *,
    config: DubConfig,
    asset: UUID | None = None,
    source_url: str = "",
    name: str = "",
    job_id: UUID | None = None,
) -> AutomationJob:
    """Queue a job for an asset of the library, or for the address of a video.

    Raises `Invalid` naming the field, and `NotFound` for an asset that is not the
    caller's. Nothing is started in either case.
    """
    estimates.check_config(owner.pk, config)
    job = AutomationJob(owner_id=owner.pk, config=config, name=name.strip())
    if job_id is not None:
        job.pk = job_id
    if asset is not None:
        source = _asset_of(owner, asset)
        check_asset(source)
        _check_budget(config, duration_ms=source.duration_ms or 0)
        job.asset_id = source.pk
        job.video_info = info_of(source)
        job.name = (job.name or source.title)[:MAX_NAME]
    else:
        download = downloads.request(owner, url=source_url)
        job.download_id = download.pk
        job.source_url = download.video_url
        job.name = (job.name or download.video_title)[:MAX_NAME]
    queue.submit(job)
    return job


def _asset_of(owner: Any, asset_id: UUID) -> Asset:
    try:
        return assets.find(owner, asset_id)
    except NotFound as error:
        raise NotFound(error.detail, field="asset") from error


def _check_budget(config: DubConfig, *, duration_ms: int) -> None:
    expected = estimates.estimate(config, duration_ms=duration_ms)
    if not expected["is_within_budget"]:
        raise Invalid(
            _(
                "This will cost about $%(cost).2f, more than the budget of "
                "$%(budget).2f. Raise the budget or dub fewer languages."
            )
            % {"cost": expected["cost_usd"], "budget": config.budget_usd},
            code="over_budget",
            field="config.budget_usd",
        )


def change(
    job: AutomationJob, *, name: str | None = None, budget_usd: float | None = None
) -> AutomationJob:
    """Rename a job, or raise what it may spend."""
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = name.strip()[:MAX_NAME]
    if budget_usd is not None:
        changes["config"] = job.config.model_copy(update={"budget_usd": budget_usd})
    if changes:
        AutomationJob.objects.filter(pk=job.pk).update_idempotently(**changes)
        job.refresh_from_db()
        announce(job)
    return job


def pause(job: AutomationJob) -> AutomationJob:
    """Raises `Conflict` when there is nothing to pause."""
    if not job.pause():
        raise Conflict(
            _("Only a job that is under way can be paused."), code="not_pausable"
        )
    return _told(job)


def resume(job: AutomationJob) -> AutomationJob:
    """Go on; for a job that shows its chunks this accepts them.

    Raises `Conflict` when the job is not paused.
    """
    if job.awaits_review:
        AutomationJob.objects.filter(pk=job.pk).update_idempotently(
            reviewed_at=job.paused_at
        )
    if not job.resume():
        raise Conflict(_("This job is not paused."), code="not_paused")
    job.refresh_from_db()
    if job.state == State.QUEUED:
        queue.send(job)
    return _told(job)


def cancel(job: AutomationJob) -> AutomationJob:
    """Raises `Conflict` when it has ended already."""
    queue.cancel(job)
    return job


def retry(job: AutomationJob) -> AutomationJob:
    """Start a failed or cancelled job again: only what is missing is done.

    Raises `Conflict` otherwise.
    """
    estimates.check_config(job.owner_id, job.config)
    download = _failed_download(job)
    queue.retry(job)
    if download is not None:
        queue.retry(download)
    return job


def _failed_download(job: AutomationJob) -> Download | None:
    if job.asset_id or not job.download_id:
        return None
    return Download.objects.filter(
        pk=job.download_id, state__in=(State.FAILED, State.CANCELLED)
    ).first()


def move_boundaries(job: AutomationJob, samples: list[int]) -> AutomationJob:
    """Put the cuts where a person wants them. Raises `Conflict` and `Invalid`."""
    plan: ChunkPlan | None = job.plan
    if plan is None or not job.awaits_review:
        raise Conflict(
            _("Chunks can be moved while the job waits for your review."),
            code="not_in_review",
        )
    problems = _boundary_problems(samples, plan)
    if problems:
        raise Invalid(
            problems[0].message, code="boundary_out_of_place", errors=problems
        )
    known = {each.sample: each for each in plan.boundaries}
    moved = [
        known.get(sample, Boundary(sample=sample, confidence="moved"))
        for sample in samples
    ]
    changed = plan.model_copy(update={"boundaries": moved})
    AutomationJob.objects.filter(pk=job.pk, reviewed_at=None).update_idempotently(
        plan=changed
    )
    return _told(job)


def _boundary_problems(samples: list[int], plan: ChunkPlan) -> list[FieldProblem]:
    """One for each chunk that is too short or too long, at the cut that ends it."""
    problems = []
    before = 0
    for number, sample in enumerate([*samples, plan.sample_count]):
        length = sample - before
        before = sample
        # Without any cut the sound is what it is, however short.
        if length < MIN_CHUNK_SAMPLES and samples:
            code = "chunk_too_short"
            message = _("Each chunk must be a second long at least.")
        elif length > MAX_CHUNK_SAMPLES:
            code = "chunk_too_long"
            message = _("No chunk may be longer than seven and a half minutes.")
        else:
            continue
        field = f"boundaries[{min(number, max(0, len(samples) - 1))}]"
        problems.append(FieldProblem(field, code, message))
    return problems


def remove(job: AutomationJob) -> None:
    """Delete a job with its chunks, log and files; results in the library stay."""
    if job.state not in ENDED and job.cancel():
        job.on_cancel()
    DubChunk.objects.filter(job_id=job.pk).delete()
    LogLine.objects.filter(job_id=job.pk).delete()
    media_storage().delete_prefix(keys.dub(job.pk))
    job.delete()


def file_url(job: AutomationJob, language: str) -> str:
    """A signed address to save a result from. Raises `NotFound`."""
    output = job.outputs.of(language)
    key = output.key if output else ""
    if output and output.asset:
        asset = Asset.objects.filter(pk=output.asset, owner_id=job.owner_id).first()
        key = asset.source_key if asset else ""
    if not key or (output and output.key and job.files_removed_at):
        raise NotFound(_("There is no file in this language (any more)."))
    extension = key.rpartition(".")[2]
    name = f"{job.name} ({language}).{extension}"
    return media_storage().playback_url(key, download_name=name).url


def _told(job: AutomationJob) -> AutomationJob:
    job.refresh_from_db()
    queue.announce(job)
    return job
