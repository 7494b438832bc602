"""`manage.py checkorphans` over the library: both ways, and nothing that is owned."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from streamfetch.accounts.models import User
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from uploads.models import Asset, Rendition, UploadSession

pytestmark = pytest.mark.django_db
DAY_S = 24 * 3600


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }


def store(key: str, tmp_path: Path, *, age_s: float = 3 * DAY_S) -> str:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    media_storage().save_file(path, key)
    stored = Path(media_storage().path(key))  # type: ignore[attr-defined]
    then = time.time() - age_s
    os.utime(stored, (then, then))
    return key


def exists(key: str) -> bool:
    return media_storage().head(key) is not None


def check(*arguments: str) -> str:
    out = StringIO()
    try:
        call_command("checkorphans", *arguments, stdout=out, no_color=True)
    except CommandError as error:
        return f"{out.getvalue()}\nERROR {error}"
    return out.getvalue()


@pytest.fixture
def asset(alice: User, tmp_path: Path) -> Asset:
    """A ready asset with its source and its poster."""
    pk = uuid4()
    asset = Asset.objects.create(
        pk=pk,
        owner=alice,
        title="Harbour",
        status=Asset.Status.READY,
        source_key=store(keys.asset_source(pk, "mp4"), tmp_path),
    )
    Rendition.objects.create(
        asset=asset,
        spec=Rendition.Spec.POSTER,
        key=store(keys.asset_rendition(pk, "poster", "poster.jpg"), tmp_path),
        content_type="image/jpeg",
        size_bytes=10,
    )
    return asset


def open_upload(owner: User, session_id: UUID) -> UploadSession:
    asset = Asset.objects.create(owner=owner, title="On its way")
    return UploadSession.objects.create(
        pk=session_id,
        owner=owner,
        asset=asset,
        mode=UploadSession.Mode.SINGLE,
        key=keys.quarantine(session_id),
        content_type="video/mp4",
        size_bytes=10,
        part_size=10,
        expires_at=timezone.now() + timedelta(hours=1),
    )


def test_what_is_owned_stays(alice: User, asset: Asset, tmp_path: Path) -> None:
    session_id = uuid4()
    waiting = store(keys.quarantine(session_id), tmp_path)
    open_upload(alice, session_id)
    # Whatever processing keeps beside its renditions belongs to the asset.
    beside = store(keys.asset_rendition(asset.pk, "extra", "a.mp4"), tmp_path)
    in_bin = store(keys.asset_source(uuid4(), "mp4"), tmp_path)
    Asset.objects.create(
        pk=UUID(in_bin.split("/")[1]),
        owner=alice,
        title="In the bin",
        status=Asset.Status.READY,
        source_key=in_bin,
        is_deleted=True,
        deleted_at=timezone.now(),
    )
    assert "agree" in check("--delete")
    assert all(map(exists, [waiting, beside, in_bin, asset.source_key]))


def test_files_of_nobody_are_found_and_deleted(
    alice: User, asset: Asset, tmp_path: Path
) -> None:
    nobodys = [
        store(keys.asset_source(uuid4(), "mp4"), tmp_path),
        store(keys.quarantine(uuid4()), tmp_path),
        store(keys.render_output(uuid4(), "0123456789abcdef", "mp4"), tmp_path),
        store(keys.probe(uuid4()), tmp_path),
    ]
    text = check()
    assert all(key in text for key in nobodys)
    assert "4 files without a document" in text
    assert all(map(exists, nobodys))
    text = check("--delete")
    assert "Freed 40 bytes" in text
    assert "ERROR" not in text
    assert not any(map(exists, nobodys))
    assert exists(asset.source_key)


def test_an_upload_that_was_given_up_owns_nothing(alice: User, tmp_path: Path) -> None:
    session_id = uuid4()
    key = store(keys.quarantine(session_id), tmp_path)
    session = open_upload(alice, session_id)
    UploadSession.objects.filter(pk=session.pk).update(
        status=UploadSession.Status.ABORTED
    )
    check("--delete")
    assert not exists(key)


def test_what_is_young_is_left_alone(tmp_path: Path, db: None) -> None:
    key = store(keys.asset_source(uuid4(), "mp4"), tmp_path, age_s=DAY_S - 60)
    text = check("--delete")
    assert "younger than a day" in text
    assert "ERROR" not in text
    assert exists(key)


def test_documents_without_their_file_are_named(asset: Asset) -> None:
    media_storage().remove(asset.source_key)
    text = check("--delete")
    assert f"asset {asset.pk}" in text
    assert "1 documents without their file" in text
    assert Asset.objects.filter(pk=asset.pk).exists()
    media_storage().delete_prefix(keys.asset(asset.pk))
    assert f"poster of asset {asset.pk}" in check()


def test_an_upload_on_its_way_promises_no_file(alice: User) -> None:
    open_upload(alice, uuid4())
    assert "agree" in check()
