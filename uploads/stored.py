"""Which objects the library's documents own; see `streamfetch.storage.owners`.

An asset owns everything below its prefix, in the bin too; an upload owns its file
in quarantine for as long as it is open.
"""

from collections.abc import Iterator
from uuid import UUID

from streamfetch.storage.owners import Collection, Wanted, register
from uploads.models import Asset, Caption, Rendition, UploadSession


def _assets(ids: list[UUID]) -> set[UUID]:
    return set(Asset.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _open_uploads(ids: list[UUID]) -> set[UUID]:
    found = UploadSession.objects.filter(
        pk__in=ids, status=UploadSession.Status.OPEN
    ).values_list("pk", flat=True)
    return set(found)


def _files_of_assets() -> Iterator[Wanted]:
    arrived = Asset.objects.exclude(status=Asset.Status.PENDING_UPLOAD)
    for pk, key in arrived.values_list("pk", "source_key").iterator():
        if key:
            yield Wanted(key, f"asset {pk}")
    renditions = Rendition.objects.values_list("asset_id", "spec", "key")
    for asset_id, spec, key in renditions.iterator():
        yield Wanted(key, f"{spec} of asset {asset_id}")
    captions = Caption.objects.values_list("asset_id", "label", "key")
    for asset_id, label, key in captions.iterator():
        yield Wanted(key, f"captions {label} of asset {asset_id}")


register(Collection("assets", existing=_assets, wanted=_files_of_assets))
register(Collection("quarantine", existing=_open_uploads, wanted=lambda: iter(())))
