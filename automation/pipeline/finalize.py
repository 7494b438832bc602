"""The stage `finalize`: prove the result, store it, caption it, clean up."""

from uuid import UUID, uuid5

from automation.documents import Output, Outputs, Report
from automation.engines.languages import name_of
from automation.models import AutomationJob, DubChunk
from automation.pipeline.journal import note
from automation.pipeline.merge import Merged
from streamfetch.errors import Conflict, DomainError
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.subtitles import Cue
from uploads.models import MAX_TITLE, Asset
from uploads.services import assets, captions, followups

MS_PER_SAMPLE = 1 / 48


def keep(
    run: Run[AutomationJob],
    merged: Merged,
    chunks: list[DubChunk],
    *,
    language: str,
    digest: str,
    report: Report,
) -> Output:
    """Put one result where it belongs, and say so in the job. Safe to repeat.

    A complete one goes into the library; one in which chunks keep the original
    stays with the job, to be listened to until the rest is there.
    """
    is_complete = not merged.kept_original
    output = Output(
        language=language,
        digest=digest,
        size_bytes=merged.path.stat().st_size,
        is_complete=is_complete,
        report=report,
    )
    before = run.job.outputs.of(language)
    if is_complete:
        asset = _into_library(run.job, merged, language=language, digest=digest)
        _caption(run.job, asset, chunks, language=language)
        output = output.model_copy(
            update={
                "asset": str(asset.pk),
                "followup_url": _follow_up(run.job, asset),
            }
        )
        _retire(run.job, before, asset)
    else:
        key = keys.dub_file(run.job.pk, "output", digest, run.job.config.output_format)
        media_storage().save_file(merged.path, key, consume=True)
        output = output.model_copy(update={"key": key})
    others = [each for each in run.job.outputs.items if each.language != language]
    order = list(run.job.config.target_languages)
    items = sorted([*others, output], key=lambda each: order.index(each.language))
    run.store(outputs=Outputs(items=items))
    if before and before.key and before.key != output.key:
        media_storage().remove(before.key)
    return output


def _into_library(
    job: AutomationJob, merged: Merged, *, language: str, digest: str
) -> Asset:
    label = f" ({name_of(language)})"
    return assets.register_file(
        job.owner_id,
        merged.path,
        # The same result is the same asset, also when this runs twice.
        asset_id=uuid5(job.pk, f"{language} {digest}"),
        title=job.name[: MAX_TITLE - len(label)] + label,
        file_name=f"dubbed-{language}.{job.config.output_format}",
    )


def _caption(
    job: AutomationJob, asset: Asset, chunks: list[DubChunk], *, language: str
) -> None:
    """What is said becomes the captions of the result."""
    cues = [
        Cue(
            start_ms=round(chunk.start_sample * MS_PER_SAMPLE) + cue.start_ms,
            end_ms=round(chunk.start_sample * MS_PER_SAMPLE) + cue.end_ms,
            text=cue.target,
        )
        for chunk in chunks
        for cue in chunk.transcript.cues
        if cue.target.strip()
    ]
    if cues:
        captions.add(asset, language=language, cues=cues, automatic=True)
        note(job, f"{len(cues)} captions in {name_of(language)}")


def _follow_up(job: AutomationJob, asset: Asset) -> str | None:
    if not job.config.then:
        return None
    try:
        return followups.run(job.config.then, job.owner_id, asset)
    except DomainError as error:
        # The result is there; what would have come next can be started by hand.
        note(job, error.detail, level="warning", code=error.code)
        return None


def _retire(job: AutomationJob, before: Output | None, asset: Asset) -> None:
    """An earlier result of the same job goes to the bin, unless it is used."""
    if before is None or not before.asset or UUID(before.asset) == asset.pk:
        return
    old = Asset.objects.alive().filter(pk=before.asset, owner_id=job.owner_id).first()
    if old is None:
        return
    try:
        assets.move_to_bin(old)
    except Conflict as error:
        note(job, error.detail, level="warning", code=error.code)


def clean_up(job: AutomationJob) -> None:
    """Drop what was needed to get here, unless it is to be kept."""
    if job.config.keep_intermediate_files:
        return
    media_storage().delete_prefix(keys.dub(job.pk))
    DubChunk.objects.filter(job_id=job.pk).update_idempotently(
        source_key="", output_key=""
    )
