"""What only local disk has: links, crashes, room on the disk."""

import os
import stat
from pathlib import Path
from uuid import uuid4

import pytest

from streamfetch.storage import keys
from streamfetch.storage.backends import LocalMediaStorage
from streamfetch.storage.contract import PartPlan
from streamfetch.storage.errors import DiskFull, ObjectMissing, UploadGone

PLAN = PartPlan(25, 10)


@pytest.fixture
def key() -> str:
    return keys.asset_source(uuid4(), "mp4")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "input.mp4"
    path.write_bytes(b"content")
    return path


@pytest.fixture
def root(settings) -> Path:
    return Path(settings.MEDIA_ROOT)


def leftovers(root: Path) -> list[str]:
    """Files that are neither objects nor uploads in progress."""
    return [str(each) for each in (root / ".incoming").rglob("*")]


def test_stored_files_cannot_be_written_to(local_storage, path, key, root) -> None:
    local_storage.save_file(path, key)
    assert stat.S_IMODE((root / key).stat().st_mode) == 0o440
    assert stat.S_IMODE(root.stat().st_mode) & 0o007 == 0
    # What a person gave us stays theirs, not another name for our file.
    path.write_bytes(b"changed")
    assert local_storage.read_range(key, 0, 100) == b"content"


def test_fetching_copies_nothing_on_one_disk(local_storage, path, key, root) -> None:
    local_storage.save_file(path, key)
    fetched = path.with_name("fetched.mp4")
    local_storage.fetch_to(key, fetched)
    assert fetched.samefile(root / key)
    # And the job keeps its file when the asset is deleted meanwhile.
    local_storage.remove(key)
    assert fetched.read_bytes() == b"content"


def test_giving_a_file_away_copies_nothing(local_storage, path, key, root) -> None:
    inode = path.stat().st_ino
    local_storage.save_file(path, key, consume=True)
    assert (root / key).stat().st_ino == inode


def test_a_file_with_a_second_name_is_copied(local_storage, path, key, root) -> None:
    other = path.with_name("other")
    other.hardlink_to(path)
    local_storage.save_file(path, key, consume=True)
    other.write_bytes(b"changed")
    assert local_storage.read_range(key, 0, 100) == b"content"


def test_links_in_the_media_folder_are_not_followed(
    local_storage, path, key, root
) -> None:
    secret = path.with_name("secret.mp4")
    secret.write_bytes(b"secret")
    (root / key).parent.mkdir(parents=True)
    (root / key).symlink_to(secret)
    folder = keys.asset_renditions(uuid4(), "poster")
    (root / folder).parent.mkdir(parents=True)
    (root / folder).symlink_to(path.parent, target_is_directory=True)
    for linked in (key, f"{folder}secret.mp4"):
        assert local_storage.head(linked) is None
        with pytest.raises(ObjectMissing):
            local_storage.read_range(linked, 0, 10)
        with pytest.raises(ObjectMissing):
            local_storage.fetch_to(linked, path.with_name("out"))
    assert list(local_storage.list_prefix("assets/")) == []
    # Deleting removes the link, never what it points to.
    local_storage.delete_prefix("assets/")
    assert secret.read_bytes() == b"secret"


def test_the_media_folder_itself_may_be_a_link(settings, path, key, root) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.mkdir()
    root.symlink_to(elsewhere, target_is_directory=True)
    storage = LocalMediaStorage()
    storage.save_file(path, key)
    assert (elsewhere / key).read_bytes() == b"content"
    assert storage.read_range(key, 0, 100) == b"content"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_pipes_and_folders_are_not_objects(local_storage, root, key, make) -> None:
    (root / key).parent.mkdir(parents=True)
    make(root / key)
    assert local_storage.head(key) is None


def test_empty_folders_go_with_their_last_file(local_storage, path, key, root) -> None:
    local_storage.save_file(path, key)
    local_storage.remove(key)
    assert [each.name for each in root.iterdir()] == [".incoming"]


def test_nothing_is_left_of_a_failed_write(local_storage, key, root, tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        local_storage.save_file(tmp_path / "nothing", key)
    with pytest.raises(IsADirectoryError):
        local_storage.save_file(tmp_path, key)
    assert leftovers(root) == []
    assert local_storage.head(key) is None


def test_uploads_leave_room_on_the_disk(settings, path, key) -> None:
    storage = LocalMediaStorage(reserve_bytes=2**60)
    calls = [
        lambda: storage.save_file(path, key),
        lambda: storage.create_multipart(key, content_type="video/mp4", plan=PLAN),
        lambda: storage.upload_target(
            key, content_type="video/mp4", size_bytes=5, expires_s=60
        ),
    ]
    for call in calls:
        with pytest.raises(DiskFull) as full:
            call()
        assert full.value.http_status == 507
    assert storage.head(key) is None


def test_a_promised_upload_takes_no_room(local_storage, key, root) -> None:
    plan = PartPlan(500 * 1024**2, 10 * 1024**2)
    upload_id = local_storage.create_multipart(key, content_type="v/m", plan=plan)
    data = root / ".uploads" / upload_id / "data"
    assert data.stat().st_size == plan.size_bytes
    assert data.stat().st_blocks * 512 < 1024**2


@pytest.mark.parametrize("upload_id", ["", "..", "../..", "a" * 32, "A" * 32, "0" * 33])
def test_upload_ids_that_we_did_not_make(local_storage, key, upload_id) -> None:
    with pytest.raises(UploadGone):
        local_storage.list_parts(key, upload_id)
    with pytest.raises(UploadGone):
        local_storage.complete_multipart(key, upload_id, plan=PLAN)
    local_storage.abort_multipart(key, upload_id)


def test_an_upload_belongs_to_its_key(local_storage, key) -> None:
    upload_id = local_storage.create_multipart(key, content_type="v/m", plan=PLAN)
    other = keys.asset_source(uuid4(), "mp4")
    with pytest.raises(UploadGone):
        local_storage.list_parts(other, upload_id)
    local_storage.abort_multipart(other, upload_id)
    assert local_storage.list_parts(key, upload_id) == []


def test_only_what_is_old_is_swept(local_storage, key, root) -> None:
    upload_id = local_storage.create_multipart(key, content_type="v/m", plan=PLAN)
    (root / ".incoming").mkdir(exist_ok=True)
    (root / ".incoming" / "fresh").touch()
    (root / ".incoming" / "stale").touch()
    (root / ".incoming" / "deleted-stale").mkdir()
    for name in ("stale", "deleted-stale"):
        os.utime(root / ".incoming" / name, (0, 0))
    assert local_storage.abort_stale(older_than_s=3600) == 2
    assert leftovers(root) == [str(root / ".incoming" / "fresh")]
    assert local_storage.list_parts(key, upload_id) == []
