"""A page or a list costs as many database commands with 14 rows as with 2."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pymongo.monitoring import CommandStartedEvent

from projects.models import VideoProject
from projects.timeline.document import Clip, Timeline
from streamfetch.accounts.models import User
from tests.streamfetch.belongings import belongings_of
from uploads.models import Asset

pytestmark = pytest.mark.django_db
QUIET = {"hello", "ping", "endSessions"}
FEW, MANY = 2, 12


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Counts what is sent to MongoDB, by command and collection."""
    (listener,) = settings.DATABASES["default"]["OPTIONS"]["event_listeners"]
    found: Counter[str] = Counter()
    original: Callable[[CommandStartedEvent], None] = listener.started

    def started(event: CommandStartedEvent) -> None:
        if event.command_name not in QUIET:
            found[f"{event.command_name} {event.command[event.command_name]}"] += 1
        original(event)

    with monkeypatch.context() as patch:
        patch.setattr(listener, "started", started)
        yield found


def fill(owner: User, count: int) -> None:
    for number in range(count):
        made = belongings_of(owner)
        # Half of the library is at work.
        if number % 2:
            Asset.objects.filter(pk=made["asset_id"]).update(
                status=Asset.Status.PROCESSING
            )


PAGES = [
    "/",
    "/projects/",
    "/downloads/",
    "/api/v1/assets/?page_size=200",
    "/api/v1/video-projects/?page_size=200",
    "/api/v1/downloads/?page_size=200",
    "/api/v1/jobs/?page_size=200",
]
ADMIN_PAGES = [
    "/admin/uploads/asset/",
    "/admin/uploads/assetprocessing/",
    "/admin/uploads/uploadsession/",
    "/admin/downloads/download/",
    "/admin/projects/videoproject/",
    "/admin/projects/render/",
]


def cost(client: Client, page: str, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    # The first look may find out what the second one knows.
    assert client.get(page).status_code == 200
    with counted(monkeypatch) as found:
        assert client.get(page).status_code == 200
    return found


def costs(
    client: Client, pages: list[str], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Counter[str]]:
    return {page: cost(client, page, monkeypatch) for page in pages}


def test_pages_and_lists(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    fill(alice, FEW)
    few = costs(client, PAGES, monkeypatch)
    fill(alice, MANY)
    assert costs(client, PAGES, monkeypatch) == few
    assert max(found.total() for found in few.values()) <= 10


def test_the_admin(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = User.objects.create_superuser("root", password="a long password")
    client.force_login(operator)
    fill(alice, FEW)
    few = costs(client, ADMIN_PAGES, monkeypatch)
    fill(alice, MANY)
    assert costs(client, ADMIN_PAGES, monkeypatch) == few


def test_an_editor_costs_what_one_clip_costs(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(alice)
    made = [belongings_of(alice) for _ in range(MANY)]
    found = []
    for count in (1, MANY):
        clips = [
            Clip(asset=one["asset_id"], end_time=1, position=number)
            for number, one in enumerate(made[:count])
        ]
        project = VideoProject.objects.create(
            owner=alice, name="Trip", timeline=Timeline(clips=clips)
        )
        found.append(cost(client, f"/projects/{project.pk}/", monkeypatch))
    assert found[0] == found[1]


def test_asking_for_a_render_costs_the_same_for_any_timeline(
    api: Any, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [belongings_of(alice) for _ in range(10)]
    found = []
    for count in (1, 10):
        clips = [
            Clip(asset=one["asset_id"], end_time=1, position=number)
            for number, one in enumerate(made[:count])
        ]
        project = VideoProject.objects.create(
            owner=alice, name="Trip", timeline=Timeline(clips=clips)
        )
        with counted(monkeypatch) as counts:
            answer = api.post(f"/api/v1/video-projects/{project.pk}/renders/", {})
        assert answer.status_code == 202, answer.content
        found.append(counts)
    assert found[0] == found[1]
