"""How assets are shown: in the API, in events, on pages. Reads only.

Other apps may use this module, beside `models` and `services`.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from streamfetch.events import bus
from streamfetch.jobs.models import ACTIVE
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, AssetProcessing, Caption, Rendition
from uploads.tracks import (
    DASH_MANIFEST,
    HLS_MASTER,
    MANIFEST,
    PEAKS_PER_S,
    THUMBNAILS_INDEX,
)


def renditions_of(asset_ids: Iterable[UUID]) -> dict[UUID, dict[str, Rendition]]:
    """Per asset, its renditions by spec: one query for a whole page."""
    found: dict[UUID, dict[str, Rendition]] = {}
    for rendition in Rendition.objects.filter(asset_id__in=list(asset_ids)):
        found.setdefault(rendition.asset_id, {})[rendition.spec] = rendition
    return found


def captions_of(asset_ids: Iterable[UUID]) -> dict[UUID, list[Caption]]:
    """Per asset, its captions: those people made first, then by language."""
    found: dict[UUID, list[Caption]] = {}
    captions = Caption.objects.filter(asset_id__in=list(asset_ids))
    for caption in sorted(
        captions, key=lambda one: (one.automatic, one.language, one.label)
    ):
        found.setdefault(caption.asset_id, []).append(caption)
    return found


def processings_of(asset_ids: Iterable[UUID]) -> dict[UUID, AssetProcessing]:
    """Per asset, its processing that is under way."""
    jobs = AssetProcessing.objects.filter(
        asset_id__in=list(asset_ids), state__in=ACTIVE
    )
    return {job.asset_id: job for job in jobs}


def playback(asset: Asset) -> dict[str, Any]:
    """Addresses for a player, signed until `expires_at`. None: not made (yet)."""
    return playback_all([asset])[asset.pk]


def playback_all(assets: Iterable[Asset]) -> dict[UUID, dict[str, Any]]:
    """`playback` of many assets, by id, with two queries."""
    found = {asset.pk: asset for asset in assets}
    renditions, captions = renditions_of(found), captions_of(found)
    return {
        pk: {
            **_addresses(renditions.get(pk, {}), captions.get(pk, [])),
            "chapters": asset.chapters.model_dump()["items"] if asset.chapters else [],
        }
        for pk, asset in found.items()
    }


def describe_captions(captions: Iterable[Caption]) -> list[dict[str, Any]]:
    """Captions as the player and the API take them."""
    storage = media_storage()
    return [
        {
            "id": str(caption.pk),
            "language": caption.language,
            "label": caption.label,
            "url": storage.playback_url(caption.key).url,
            "automatic": caption.automatic,
        }
        for caption in captions
    ]


def _addresses(
    renditions: dict[str, Rendition], captions: list[Caption]
) -> dict[str, Any]:
    storage = media_storage()

    def address(spec: str) -> str | None:
        rendition = renditions.get(spec)
        return storage.playback_url(rendition.key).url if rendition else None

    def beside(spec: str, name: str) -> str | None:
        rendition = renditions.get(spec)
        if rendition is None:
            return None
        # The whole folder is authorised: what is in it names its neighbours.
        folder = rendition.key.rpartition("/")[0] + "/"
        return storage.playback_url(folder, name).url

    peaks = address(Rendition.Spec.PEAKS)
    return {
        "progressive": address(Rendition.Spec.PREVIEW),
        "hls": beside(Rendition.Spec.LADDER, HLS_MASTER),
        "dash": beside(Rendition.Spec.LADDER, DASH_MANIFEST),
        "manifest": beside(Rendition.Spec.LADDER, MANIFEST),
        "thumbnails": beside(Rendition.Spec.THUMBNAILS, THUMBNAILS_INDEX),
        "poster": address(Rendition.Spec.POSTER),
        "peaks": {"url": peaks, "per_second": PEAKS_PER_S} if peaks else None,
        "captions": describe_captions(captions),
        "expires_at": timezone.now() + timedelta(seconds=settings.SIGNED_URL_TTL_S / 2),
    }


def describe(
    asset: Asset,
    *,
    renditions: dict[str, Rendition],
    processing: AssetProcessing | None,
) -> dict[str, Any]:
    """An asset as the API, the events and the pages show it."""
    facts = asset.facts
    poster = renditions.get(Rendition.Spec.POSTER)
    return {
        "id": str(asset.pk),
        "kind": str(asset.kind),
        "title": asset.title,
        "tags": asset.tags,
        "status": str(asset.status),
        "duration_ms": asset.duration_ms,
        "width": asset.width,
        "height": asset.height,
        "size_bytes": asset.size_bytes,
        "content_type": asset.content_type,
        "file_name": asset.file_name,
        "video_codec": facts.video_codec if facts else None,
        "audio_codec": facts.audio_codec if facts else None,
        "frame_rate": facts.frame_rate if facts else None,
        "facts": facts.model_dump() if facts else None,
        "is_playable": Rendition.Spec.LADDER in renditions,
        "poster_url": media_storage().playback_url(poster.key).url if poster else None,
        "last_error": asset.last_error.model_dump() if asset.last_error else None,
        "processing": {
            "job": str(processing.pk),
            "state": str(processing.state),
            "stage": processing.stage,
            "percent": round(processing.percent, 1),
        }
        if processing
        else None,
        "url": reverse("uploads:asset", args=[asset.pk]),
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "revision": asset.revision,
    }


def describe_one(asset: Asset) -> dict[str, Any]:
    """An asset as its own page shows it: with what its processing did."""
    jobs = AssetProcessing.objects.filter(asset_id=asset.pk).newest_first(1)
    return describe_all([asset])[0] | {"processing_log": _log_of(jobs)}


def _log_of(jobs: list[AssetProcessing]) -> list[dict[str, Any]]:
    return [entry.model_dump() for job in jobs if job.log for entry in job.log.entries]


def describe_all(assets: list[Asset]) -> list[dict[str, Any]]:
    """A page of assets with two more queries, however many there are."""
    ids = [asset.pk for asset in assets]
    renditions = renditions_of(ids)
    processings = processings_of(
        asset.pk for asset in assets if asset.status == Asset.Status.PROCESSING
    )
    return [
        describe(
            asset,
            renditions=renditions.get(asset.pk, {}),
            processing=processings.get(asset.pk),
        )
        for asset in assets
    ]


def announce(asset: Asset) -> None:
    """Tell the owner's pages what the asset is like now, or that it is gone."""
    if asset.is_deleted:
        bus.publish(asset.owner_id, "asset", {"id": str(asset.pk), "is_deleted": True})
    else:
        bus.publish(asset.owner_id, "asset", describe_all([asset])[0])


def announce_processing(job: AssetProcessing) -> None:
    """Tell the owner's pages how far the processing of an asset is."""
    asset = Asset.objects.alive().filter(pk=job.asset_id).first()
    if asset is None:
        return
    described = describe(
        asset,
        renditions=renditions_of([asset.pk]).get(asset.pk, {}),
        processing=job if job.is_active else None,
    )
    described["processing_log"] = _log_of([job])
    bus.publish(asset.owner_id, "asset", described)
