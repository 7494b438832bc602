"""Every list and look-up of the product is served by an index."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from streamfetch.accounts.models import User
from streamfetch.api.docs import api_schema
from streamfetch.jobs.sweeping import sweep
from streamfetch.mongo.documents import Document
from tests.streamfetch.belongings import asset_of, belongings_of
from tests.streamfetch.mongo.conftest import Asked
from uploads.models import Asset
from uploads.pipeline.retention import empty_bins

# A handful of rows that are made by the migrations.
SMALL = {"django_content_type", "auth_permission", "auth_group", "django_migrations"}
OURS = [
    model
    for model in apps.get_models()
    if model.__module__.split(".")[0]
    in {"streamfetch", "uploads", "downloads", "projects", "automation", "pdfeditor"}
]
DOCUMENTS = [model for model in OURS if issubclass(model, Document)]


def slow_ones(asked: list[Asked]) -> list[Any]:
    """What reads a whole collection, or sorts what no index has sorted."""
    return [
        (query.collection, query.pipeline, stages)
        for query in asked
        if query.collection not in SMALL
        and {"COLLSCAN", "SORT"} & (stages := query.stages())
    ]


@pytest.mark.django_db
def test_keys_are_looked_up_in_the_index_of_id(asked: list[Asked]) -> None:
    for model in OURS:
        key = "k" * 40 if isinstance(model._meta.pk, models.CharField) else uuid4()
        model._default_manager.filter(pk=key).first()
        assert model._meta.pk.column == "_id"
        assert "COLLSCAN" not in asked[-1].stages(), model
        with pytest.raises(model.DoesNotExist):
            model._default_manager.get(pk=key)
        assert "IDHACK" in asked[-1].stages(), model


@pytest.mark.django_db
def test_newest_first_is_sorted_by_an_index(asked: list[Asked]) -> None:
    for model in DOCUMENTS:
        if "owner" not in {field.name for field in model._meta.fields}:
            continue  # Never listed by itself.
        owned = model.objects.filter(owner_id=uuid4())
        if "is_deleted" in {field.name for field in model._meta.fields}:
            owned = owned.alive()
        owned.newest_first(20)
        owned.newest_first(20, before=(timezone.now(), uuid4()))
    assert len(asked) >= 2 * 6
    assert all("IXSCAN" in query.stages() for query in asked)
    assert not slow_ones(asked)


@pytest.mark.django_db
def test_a_page_reads_no_more_than_it_shows(alice: User, asked: list[Asked]) -> None:
    for number in range(30):
        asset_of(alice, f"Clip {number}")
    asset_of(User.objects.create_user("somebody"))
    asked.clear()
    Asset.objects.owned_by(alice).alive().newest_first(5)
    assert asked[0].documents_examined() == 5


@pytest.mark.django_db
def test_deleting_what_it_belongs_to_reads_no_whole_collection(
    asked: list[Asked],
) -> None:
    for model in OURS:
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                list(
                    model._default_manager.filter(**{f"{field.attname}__in": [uuid4()]})
                )
    assert asked
    assert not slow_ones(asked)


def get_paths() -> list[str]:
    return [path for path, item in api_schema()["paths"].items() if "get" in item]


@pytest.mark.django_db
def test_every_list_and_document_of_the_api(
    api: APIClient, alice: User, asked: list[Asked]
) -> None:
    for _each in range(2):
        belongings = belongings_of(alice)
    asked.clear()
    pages = 0
    for path in get_paths():
        url = re.sub(r"{(\w+)}", lambda found: str(belongings[found[1]]), path)
        answer = api.get(url, {"page_size": "1"})
        if answer.status_code == 200 and "next" in getattr(answer, "data", {}):
            pages += 1
            if answer.data["next"]:
                assert api.get(answer.data["next"]).status_code == 200
    api.get("/api/v1/assets/", {"search": "clip", "kind": "video"})
    api.get("/api/v1/assets/", {"status": "ready"})
    assert pages >= 4
    assert not slow_ones(asked)


@pytest.mark.django_db
def test_every_page(api: APIClient, alice: User, asked: list[Asked]) -> None:
    belongings = belongings_of(alice)
    asked.clear()
    for address in (
        "/",
        "/activity/",
        "/activity/?status=error",
        "/downloads/",
        "/downloads/history.csv?state=active",
        "/downloads/subscriptions/",
        "/downloads/statistics/",
        "/downloads/settings/",
        "/projects/",
        "/settings/webhooks/",
        reverse("projects:editor", args=[belongings["project_id"]]),
        reverse("uploads:asset", args=[belongings["asset_id"]]),
    ):
        assert api.get(address).status_code == 200, address
    assert not slow_ones(asked)


@pytest.mark.django_db
def test_every_list_of_the_admin(
    api: APIClient, alice: User, asked: list[Asked]
) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    belongings_of(alice)
    asked.clear()
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert api.get(reverse(name)).status_code == 200, model
        for filtered in ("state", "status"):
            if filtered in page.list_filter:
                assert api.get(reverse(name), {filtered: "failed"}).status_code == 200
    assert not slow_ones(asked)


@pytest.mark.django_db
def test_chores(alice: User, asked: list[Asked]) -> None:
    belongings_of(alice)
    asked.clear()
    sweep()
    empty_bins()
    assert asked
    assert not slow_ones(asked)


@pytest.mark.django_db
def test_signing_in(asked: list[Asked], alice: User) -> None:
    asked.clear()
    assert APIClient().login(username="alice", password="correct horse battery")
    User.objects.filter(is_local_owner=True).first()
    assert not slow_ones(asked)
