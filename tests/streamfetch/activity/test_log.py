"""What a user finds in the activity log after jobs have ended."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.activity.models import ActivityEntry
from streamfetch.activity.services.recording import remove_old
from streamfetch.jobs import queue
from streamfetch.jobs.models import JobError, State

pytestmark = pytest.mark.django_db


def ended(owner: User, state: State, error: JobError | None = None) -> Download:
    now = timezone.now()
    return Download.objects.create(
        owner=owner,
        video_id="v",
        video_title="Lighthouse",
        video_url="https://videos.test/a.mp4",
        state=state,
        error=error,
        started_at=now - timedelta(seconds=4),
        finished_at=now,
    )


def test_each_end_leaves_one_line(api: APIClient, alice: User) -> None:
    job = ended(alice, State.SUCCEEDED)
    queue.announce(job)
    queue.announce(job)
    refused = JobError(code="http_error", message="It answered with error 404.")
    queue.announce(ended(alice, State.FAILED, refused))

    lines = api.get("/api/v1/activity/").data["results"]

    assert [line["action"] for line in lines] == ["failed", "finished"]
    assert lines[0]["message"] == "It answered with error 404."
    assert lines[0]["metadata"]["code"] == "http_error"
    assert lines[1]["metadata"]["title"] == "Lighthouse"
    assert lines[1]["metadata"]["duration_ms"] == 4000


def test_what_goes_on_leaves_none(alice: User) -> None:
    job = ended(alice, State.SUCCEEDED)
    Download.objects.filter(pk=job.pk).update(state=State.QUEUED, finished_at=None)
    queue.announce(Download.objects.get(pk=job.pk))

    assert not ActivityEntry.objects.exists()


def test_the_page_shows_failures_apart(api: APIClient, alice: User) -> None:
    queue.announce(ended(alice, State.CANCELLED))
    refused = JobError(code="http_error", message="It answered with error 404.")
    queue.announce(ended(alice, State.FAILED, refused))

    page = api.get("/activity/?status=error").content.decode()

    assert "It answered with error 404." in page
    assert "was cancelled" not in page
    assert api.get("/activity/?status=odd").status_code == 404
    assert api.get("/activity/?cursor=odd").status_code == 404
    assert api.get("/api/v1/activity/?status=odd").status_code == 400


def test_others_do_not_see_it(api: APIClient) -> None:
    queue.announce(ended(User.objects.create_user("somebody"), State.SUCCEEDED))

    assert api.get("/api/v1/activity/").data["results"] == []
    assert "Lighthouse" not in api.get("/activity/").content.decode()


def test_old_lines_are_removed(alice: User) -> None:
    queue.announce(ended(alice, State.SUCCEEDED))
    queue.announce(ended(alice, State.SUCCEEDED))
    oldest = ActivityEntry.objects.newest_first(2)[1]
    long_ago = timezone.now() - timedelta(days=91)
    ActivityEntry.objects.filter(pk=oldest.pk).update(created_at=long_ago)

    assert remove_old() == 1
    assert ActivityEntry.objects.count() == 1
