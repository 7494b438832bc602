"""The bin: emptied of what has been in it for long."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from streamfetch.accounts.models import User
from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import MediaStorage
from tests import media
from tests.uploads.library import ready_asset
from uploads.models import Asset
from uploads.pipeline.retention import empty_bins

pytestmark = pytest.mark.django_db


def in_bin(owner: User, title: str, *, days: float) -> Asset:
    asset = ready_asset(owner, media.video(duration_s=1), title=title)
    asset.move_to_bin()
    at = timezone.now() - timedelta(days=days)
    Asset.objects.filter(pk=asset.pk).update(deleted_at=at)
    return asset


def test_what_was_deleted_long_ago_goes_with_its_files(
    alice: User, storage: MediaStorage, caplog: pytest.LogCaptureFixture
) -> None:
    old = in_bin(alice, "Old", days=31)
    young = in_bin(alice, "Young", days=29)
    kept = ready_asset(alice, media.video(duration_s=1), title="Kept")
    with caplog.at_level(logging.INFO):
        assert empty_bins() == 1
        assert empty_bins() == 0
    assert f"erasing asset {old.pk}" in caplog.text
    assert set(Asset.objects.values_list("pk", flat=True)) == {young.pk, kept.pk}
    assert media_storage().head(old.source_key) is None
    assert media_storage().head(young.source_key) is not None


def test_nothing_goes_where_the_bin_keeps_everything(
    alice: User, storage: MediaStorage, settings
) -> None:
    settings.BIN_DAYS = 0
    in_bin(alice, "Old", days=400)
    assert empty_bins() == 0
    assert Asset.objects.count() == 1
