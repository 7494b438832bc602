"""pydantic models as embedded documents."""

from uuid import uuid4

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError

from projects.models import VideoProject
from projects.timeline.document import Clip, TextOverlay, Timeline
from streamfetch.accounts.models import User
from streamfetch.jobs.models import JobError
from streamfetch.mongo.database import database
from tests.streamfetch.belongings import asset_of
from uploads.models import Asset, MediaFacts


@pytest.mark.django_db
def test_a_document_comes_back_as_it_was(alice: User) -> None:
    timeline = Timeline(
        clips=[Clip(asset=uuid4(), start_time=0.5, end_time=2.125, speed=1.5)],
        text_overlays=[TextOverlay(text='Größe "50 %" 🎬\n', end_time=1)],
    )
    made = VideoProject.objects.create(owner=alice, name="P", timeline=timeline)
    found = VideoProject.objects.get(pk=made.pk)
    assert isinstance(found.timeline, Timeline)
    assert found.timeline == timeline
    assert isinstance(found.timeline.clips[0], Clip)
    stored = database()["video_projects"].find_one({"_id": made.pk.hex})
    assert stored is not None
    assert stored["timeline"]["clips"][0]["end_time"] == 2.125


@pytest.mark.django_db
def test_updates_and_nulls(alice: User) -> None:
    asset = asset_of(alice)
    facts = MediaFacts(video_codec="vp9", rotation=90)
    Asset.objects.filter(pk=asset.pk).update(facts=facts, last_error=None)
    asset.refresh_from_db()
    assert asset.facts == facts
    assert asset.last_error is None
    asset.last_error = JobError(code="c", message="m")
    asset.save()
    assert Asset.objects.get(pk=asset.pk).last_error == asset.last_error


@pytest.mark.django_db
def test_documents_can_be_dumped_and_loaded(alice: User) -> None:
    asset = asset_of(alice)
    text = serializers.serialize("json", [asset])
    (loaded,) = serializers.deserialize("json", text)
    assert loaded.object.facts == asset.facts


def test_other_shapes_are_refused_when_cleaned() -> None:
    field = VideoProject._meta.get_field("timeline")
    with pytest.raises(ValidationError, match="end_time"):
        field.to_python({"clips": [{"asset": str(uuid4()), "end_time": -1}]})
    with pytest.raises(ValidationError):
        field.to_python({"surprise": 1})
    assert field.to_python({"clips": []}) == Timeline()
