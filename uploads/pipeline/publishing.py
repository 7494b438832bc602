"""Says what an asset's renditions are: documents in storage, records in MongoDB.

Files first, then what names them: a reader never finds a name without its file.
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Rendition
from uploads.pipeline import manifests, peaks, sprites
from uploads.pipeline.packaging import Folder
from uploads.pipeline.sprites import Thumbnails
from uploads.tracks import MANIFEST, THUMBNAILS_INDEX, Track

LADDER = "cmaf-"


def ladder_folder(asset_id: UUID, run_id: UUID) -> Folder:
    """Where one run of the processing puts its ladder. Players keep segments, so
    another run has another folder; a run that is taken up again has the same."""
    return Folder(asset_id=asset_id, spec=f"{LADDER}{run_id.hex[:16]}")


def record(
    asset_id: UUID,
    spec: str,
    *,
    key: str,
    size_bytes: int,
    width: int | None = None,
    height: int | None = None,
) -> None:
    """Say that the rendition `spec` of an asset is at `key`. Safe to repeat."""
    values = {
        "key": key,
        "content_type": keys.file_type(key).content_type,
        "size_bytes": size_bytes,
        "width": width,
        "height": height,
    }
    found = Rendition.objects.filter(asset_id=asset_id, spec=spec)
    if not found.update(**values, updated_at=timezone.now()):
        Rendition.objects.create(asset_id=asset_id, spec=spec, **values)


def publish(
    folder: Folder,
    tracks: Sequence[Track],
    *,
    directory: Path,
    has_thumbnails: bool,
) -> None:
    """Make `tracks`, all stored, what players get from now on."""
    ordered = sorted(tracks, key=lambda track: (track.kind != "video", _pixels(track)))
    texts = manifests.documents(
        ordered, thumbnails=THUMBNAILS_INDEX if has_thumbnails else None
    )
    for name, text in texts.items():
        put_text(folder, name, text, directory=directory)
    best = max(ordered, key=_pixels)
    record(
        folder.asset_id,
        Rendition.Spec.LADDER,
        key=folder.key(MANIFEST),
        size_bytes=sum(track.size_bytes for track in ordered),
        width=best.width,
        height=best.height,
    )


def store_file(
    asset_id: UUID, spec: str, path: Path, *, size: tuple[int, int] | None
) -> None:
    """Store a rendition of one file (`size` in pixels), and say so."""
    key = keys.asset_rendition(asset_id, spec, path.name)
    stored = media_storage().save_file(path, key, consume=True)
    width, height = size or (None, None)
    record(
        asset_id,
        spec,
        key=key,
        size_bytes=stored.size_bytes,
        width=width,
        height=height,
    )


def store_peaks(asset_id: UUID, directory: Path) -> None:
    """Store how loud the sound is that was encoded in `directory`."""
    path = peaks.write(directory)
    if path is not None:
        store_file(asset_id, Rendition.Spec.PEAKS, path, size=None)


def publish_thumbnails(
    folder: Folder, track: Track, thumbnails: Thumbnails, *, directory: Path
) -> None:
    """Store the sheets that lie in `directory`, then their index."""
    names = [sprites.sheet_name(number + 1) for number in range(thumbnails.sheets)]
    files = [(directory / name.rpartition("/")[2], name) for name in names]
    size_bytes = sum(path.stat().st_size for path, _name in files)
    folder.put(files)
    index = sprites.index(track, thumbnails)
    put_text(folder, THUMBNAILS_INDEX, index, directory=directory)
    record(
        folder.asset_id,
        Rendition.Spec.THUMBNAILS,
        key=folder.key(THUMBNAILS_INDEX),
        size_bytes=size_bytes,
        width=thumbnails.width,
        height=thumbnails.height,
    )


def put_text(folder: Folder, name: str, text: str, *, directory: Path) -> None:
    """Store one document."""
    path = directory / name.replace("/", "-")
    path.write_text(text, encoding="utf-8")
    folder.put([(path, name)])


def remove_other_ladders(folder: Folder) -> None:
    """Drop what earlier runs of the processing made, once this one is complete."""
    storage = media_storage()
    renditions = keys.asset(folder.asset_id) + "renditions/"
    specs = {
        stored.key.removeprefix(renditions).partition("/")[0]
        for stored in storage.list_prefix(renditions)
    }
    for spec in specs:
        if spec.startswith(LADDER) and spec != folder.spec:
            storage.delete_prefix(keys.asset_renditions(folder.asset_id, spec))


def _pixels(track: Track) -> int:
    return (track.width or 0) * (track.height or 0)
