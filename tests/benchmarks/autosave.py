"""How long saving a project of 300 clips takes.

DJANGO_SETTINGS_MODULE=tests.settings python -m tests.benchmarks.autosave
"""

import os
import time
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command
from rest_framework.test import APIClient

from projects.services import projects
from streamfetch.accounts.local_owner import local_owner
from tests import media
from tests.benchmarks.figures import header, row
from tests.uploads.library import ready_asset

CLIPS, SAVES = 300, 40


def main() -> None:
    call_command("migrate", verbosity=0)
    asset = ready_asset(local_owner(), media.video(duration_s=6), title="Benchmark")
    project = projects.create(local_owner(), name="Benchmark")
    client = APIClient()
    client.force_login(local_owner())
    clips = [
        {
            "id": str(uuid4()),
            "asset": str(asset.pk),
            "end_time": 6,
            "position": 6 * number,
        }
        for number in range(CLIPS)
    ]
    times = []
    for number in range(SAVES):
        clips[number]["volume"] = 0.5
        body = {"revision": number + 1, "timeline": {"clips": clips}}
        started = time.perf_counter()
        answer = client.patch(
            f"/api/v1/video-projects/{project.pk}/", body, format="json"
        )
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.content
    print(header(f"Autosave of a project with {CLIPS} clips"))
    print(row("PATCH (median limit 60)", times, "ms"))


if __name__ == "__main__":
    main()
