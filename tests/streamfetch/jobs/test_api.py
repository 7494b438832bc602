"""The one list of jobs, what it hides, and what people may do to them."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from downloads.models import Download
from projects.models import Render, VideoProject
from streamfetch.accounts.models import User
from streamfetch.jobs.models import JobError, State
from tests.streamfetch.jobs.conftest import new_download
from uploads.models import Asset, AssetProcessing

REASON = JobError(code="x", message="It broke.")


def one_of_each_kind(owner: User) -> list[Download | Render | AssetProcessing]:
    asset = Asset.objects.create(owner=owner, title="A file")
    project = VideoProject.objects.create(owner=owner, name="A film")
    return [
        new_download(owner),
        AssetProcessing.objects.create(
            owner=owner, asset=asset, asset_title="A file", priority="high"
        ),
        Render.objects.create(
            owner=owner,
            project=project,
            project_name="A film",
            project_revision=1,
            timeline=project.timeline,
            settings=project.settings,
        ),
    ]


def listed(api: APIClient, query: str = "") -> list[str]:
    answer = api.get(f"/api/v1/jobs/{query}")
    assert answer.status_code == 200, answer.content
    return [job["id"] for job in answer.data["results"]]


def test_every_kind_newest_first_over_pages(api: APIClient, alice: User) -> None:
    jobs = one_of_each_kind(alice) + one_of_each_kind(alice)
    newest_first = [str(job.pk) for job in reversed(jobs)]
    assert listed(api) == newest_first
    paged, url = [], "/api/v1/jobs/?page_size=2"
    while url:
        page = api.get(url).data
        paged += [job["id"] for job in page["results"]]
        url = page["next"]
    assert paged == newest_first


def test_jobs_of_others_do_not_exist(stranger_api: APIClient, job: Download) -> None:
    assert listed(stranger_api) == []
    for action in ("cancel", "retry"):
        answer = stranger_api.post(f"/api/v1/jobs/{job.pk}/{action}/")
        assert answer.status_code == 404
    job.refresh_from_db()
    assert job.state == State.QUEUED


@pytest.mark.parametrize(
    ("end", "shown_for"),
    [
        ("finish", timedelta(hours=24)),
        ("fail", timedelta(days=7)),
        ("cancel", timedelta(hours=24)),
    ],
)
def test_ended_jobs_are_hidden_after_their_time(
    api: APIClient, job: Download, end: str, shown_for: timedelta
) -> None:
    held = Download.claim(job.pk)
    assert held is not None
    held.fail(REASON) if end == "fail" else getattr(held, end)()
    ended_at: datetime = Download.objects.get(pk=job.pk).finished_at
    assert listed(api) == [str(job.pk)]
    with time_machine.travel(ended_at + shown_for - timedelta(minutes=1)):
        api.force_login(job.owner)
        assert listed(api) == [str(job.pk)]
    with time_machine.travel(ended_at + shown_for + timedelta(minutes=1)):
        api.force_login(job.owner)
        assert listed(api) == []
        # The history of downloads keeps it.
        assert api.get(f"/api/v1/downloads/{job.pk}/").status_code == 200


def test_waiting_and_running_jobs_are_never_hidden(
    api: APIClient, job: Download
) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        api.force_login(job.owner)
        assert listed(api) == [str(job.pk)]


def test_only_what_ended_badly_is_started_again(api: APIClient, job: Download) -> None:
    again = f"/api/v1/jobs/{job.pk}/retry/"
    answer = api.post(again)
    assert (answer.status_code, answer.data["code"]) == (409, "job_not_ended")
    held = Download.claim(job.pk)
    assert held is not None
    held.fail(REASON)
    answer = api.post(again)
    assert answer.status_code == 200
    assert (answer.data["state"], answer.data["error"]) == ("queued", None)
    held = Download.claim(job.pk)
    assert held is not None
    held.finish()
    assert api.post(again).status_code == 409


def test_no_job_of_any_kind_has_this_id(api: APIClient, alice: User) -> None:
    assert api.post(f"/api/v1/jobs/{alice.pk}/cancel/").status_code == 404


@pytest.fixture
def operator(db: None) -> Client:
    user = User.objects.create_superuser("root", password="a long password")
    client = Client()
    client.force_login(user)
    return client


ADMIN_PAGES = {
    "downloads/download": 0,
    "uploads/assetprocessing": 1,
    "projects/render": 2,
}


@pytest.mark.parametrize(("page", "index"), ADMIN_PAGES.items())
def test_operators_see_cancel_and_retry_every_job(
    operator: Client, alice: User, page: str, index: int
) -> None:
    job = one_of_each_kind(alice)[index]
    url = f"/admin/{page}/"
    content = operator.get(url).content.decode()
    assert job.title() in content
    assert "alice" in content
    assert operator.get(f"{url}{job.pk}/change/").status_code == 200
    assert operator.get(f"{url}?state__exact=failed").status_code == 200

    def act(action: str) -> str:
        form = {"action": action, "_selected_action": [str(job.pk)]}
        operator.post(url, form)
        job.refresh_from_db()
        return str(job.state)

    assert act("cancel_jobs") == "cancelled"
    assert act("retry_jobs") == "queued"
    assert act("retry_jobs") == "queued"
