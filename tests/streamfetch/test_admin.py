"""What operators see and do, and the commands they type."""

from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from downloads.models import Download
from streamfetch.accounts.models import User
from streamfetch.jobs.models import State
from streamfetch.mongo.database import database
from tests.streamfetch.belongings import belongings_of
from uploads.models import AssetProcessing

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client) -> Client:
    boss = User.objects.create_superuser("boss", password="a very long secret")
    client.force_login(boss)
    return client


def page(model: Any, name: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def test_every_page_shows_its_data(operator: Client, alice: User) -> None:
    belongings_of(alice)
    assert operator.get("/admin/").status_code == 200
    shown = 0
    for model in admin.site._registry:
        answer = operator.get(page(model, "changelist"))
        assert answer.status_code == 200, model
        first = model._default_manager.first()
        if first is not None:
            answer = operator.get(page(model, "change", first.pk))
            assert answer.status_code == 200, model
            shown += 1
    assert shown >= 8
    assert {"asset", "videoproject", "render", "download", "user"} <= {
        model._meta.model_name for model in admin.site._registry
    }


def test_jobs_are_retried_and_cancelled(operator: Client, alice: User) -> None:
    belongings_of(alice)
    download, processing = Download.objects.get(), AssetProcessing.objects.get()

    def act(model: Any, action: str, pk: Any) -> str:
        answer = operator.post(
            page(model, "changelist"),
            {"action": action, "_selected_action": [str(pk)]},
            follow=True,
        )
        assert answer.status_code == 200
        return answer.content.decode()

    assert "1 job queued again" in act(Download, "retry_jobs", download.pk)
    download.refresh_from_db()
    assert download.state == State.QUEUED
    assert "1 job cancelled" in act(AssetProcessing, "cancel_jobs", processing.pk)
    processing.refresh_from_db()
    assert processing.state == State.CANCELLED
    # What cannot be done is said, not done.
    assert "already ended" in act(AssetProcessing, "cancel_jobs", processing.pk)


def test_nobody_else_gets_in(client: Client, alice: User) -> None:
    assert client.get("/admin/").status_code == 302
    client.force_login(alice)
    answer = client.get("/admin/", follow=True)
    assert "/admin/login/" in answer.redirect_chain[-1][0]
    assert client.get(page(User, "changelist")).status_code == 302


def test_operators_sign_in_on_the_admins_own_page(client: Client) -> None:
    User.objects.create_superuser("boss", password="a very long secret")
    answer = client.post(
        "/admin/login/?next=/admin/",
        {"username": "boss", "password": "a very long secret"},
    )
    assert answer.headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_accounts_are_made_and_changed(operator: Client) -> None:
    answer = operator.post(
        page(User, "add"),
        {
            "username": "dora",
            "usable_password": "true",
            "password1": "a fresh long secret",
            "password2": "a fresh long secret",
        },
    )
    assert answer.status_code == 302, answer.content
    dora = User.objects.get(username="dora")
    assert dora.check_password("a fresh long secret")
    assert operator.get(page(User, "changelist"), {"q": "dor"}).status_code == 200


def test_createsuperuser_works_on_mongodb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a very long secret")
    call_command(
        "createsuperuser",
        username="root",
        email="root@media.example.org",
        interactive=False,
        verbosity=0,
    )
    root = User.objects.get(username="root")
    assert root.is_superuser
    assert root.check_password("a very long secret")


def test_no_migration_is_missing() -> None:
    told = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=told)
    except SystemExit:
        pytest.fail(f"Run manage.py makemigrations:\n{told.getvalue()}")
    assert apps.ready


def test_mongodb_drops_sessions_when_they_end() -> None:
    indexes = database()["sessions"].index_information().values()
    (expiry,) = (each for each in indexes if each["key"] == [("expire_date", 1)])
    assert expiry["expireAfterSeconds"] == 0
