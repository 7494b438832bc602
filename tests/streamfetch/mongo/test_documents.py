"""Lists, the bin and revisions, against a real MongoDB."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from projects.models import VideoProject
from streamfetch.accounts.models import User
from streamfetch.errors import NotFound, RevisionConflict
from streamfetch.mongo.database import database
from tests.streamfetch.belongings import asset_of, project_of
from uploads.models import Asset

pytestmark = pytest.mark.django_db
MOMENT = datetime(2025, 11, 21, 12, 0, 0, 123_000, tzinfo=UTC)


def pages_of(owner: User, size: int) -> list[list[UUID]]:
    """Every page of the owner's assets, as the API walks them."""
    pages: list[list[UUID]] = []
    before = None
    while True:
        found = Asset.objects.owned_by(owner).alive().newest_first(size, before=before)
        if not found:
            return pages
        pages.append([asset.pk for asset in found])
        before = (found[-1].created_at, found[-1].pk)


def test_keys_are_kept_in_id(alice: User) -> None:
    asset = asset_of(alice)
    stored = database()["assets"].find_one({"_id": asset.pk.hex})
    assert stored is not None
    assert "id" not in stored
    assert stored["schema_version"] == 1


def test_pages_show_everything_once_when_times_are_equal(alice: User) -> None:
    expected = []
    for index in range(23):
        moment = MOMENT + timedelta(milliseconds=index // 10)
        asset = asset_of(alice)
        Asset.objects.filter(pk=asset.pk).update(created_at=moment)
        expected.append((moment, asset.pk))
    expected.sort(reverse=True)
    pages = pages_of(alice, 5)
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert [pk for page in pages for pk in page] == [pk for _moment, pk in expected]


def test_lists_hold_only_what_is_the_owners_and_not_in_the_bin(
    alice: User, charlie: User
) -> None:
    mine, binned = asset_of(alice), asset_of(alice)
    binned.move_to_bin()
    asset_of(charlie)
    assert pages_of(alice, 10) == [[mine.pk]]


def test_an_impossible_list_is_empty(alice: User) -> None:
    asset_of(alice)
    assert Asset.objects.filter(pk__in=[]).newest_first(5) == []
    assert Asset.objects.none().newest_first(5) == []


def test_the_bin_keeps_the_first_time_and_gives_back(alice: User) -> None:
    asset = asset_of(alice)
    asset.move_to_bin()
    deleted_at = asset.deleted_at
    assert asset.is_deleted
    assert deleted_at is not None
    asset.move_to_bin()
    assert asset.deleted_at == deleted_at
    asset.restore()
    assert not asset.is_deleted
    assert asset.deleted_at is None
    assert Asset.objects.alive().filter(pk=asset.pk).exists()


def test_saving_some_fields_renews_the_time_of_change(alice: User) -> None:
    asset = asset_of(alice)
    Asset.objects.filter(pk=asset.pk).update(updated_at=MOMENT, width=1)
    asset.title = "Another"
    asset.save(update_fields=["title"])
    asset.refresh_from_db()
    assert asset.title == "Another"
    assert asset.width == 1
    assert asset.updated_at > MOMENT


def test_a_stale_edit_is_refused_and_writes_nothing(alice: User) -> None:
    project = project_of(alice, asset_of(alice))
    stale = VideoProject.objects.get(pk=project.pk)
    project.edit(revision=1, name="First")
    with pytest.raises(RevisionConflict) as refused:
        stale.edit(revision=1, name="Second")
    assert refused.value.http_status == 409
    assert refused.value.extra == {"current_revision": 2}
    project.refresh_from_db()
    assert (project.name, project.revision) == ("First", 2)


def test_editing_what_was_deleted_says_so(alice: User) -> None:
    project = project_of(alice, asset_of(alice))
    project.move_to_bin()
    with pytest.raises(NotFound, match="Restore"):
        project.edit(revision=1, name="Late")


def test_of_many_edits_at_once_exactly_one_wins(alice: User) -> None:
    project = project_of(alice, asset_of(alice))
    together = threading.Barrier(8)
    outcomes: list[str] = []

    def edit(name: str) -> None:
        mine = VideoProject.objects.get(pk=project.pk)
        together.wait(timeout=10)
        try:
            mine.edit(revision=1, name=name)
            outcomes.append(name)
        except RevisionConflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=edit, args=(f"Name {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    project.refresh_from_db()
    assert outcomes.count("refused") == 7
    assert project.name in outcomes
    assert project.revision == 2


def test_unknown_documents_are_not_found(alice: User) -> None:
    with pytest.raises(Asset.DoesNotExist):
        Asset.objects.owned_by(alice).get(pk=uuid4())
