"""The base of every document, and how documents are listed.

Facts about the backend that shape this module: a primary key anywhere but in
`_id` is looked up by a collection scan; `transaction.atomic` and
`select_for_update` do nothing. So keys live in `_id`, and every change of state
is an update whose filter names the state it expects.
"""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django_mongodb_backend.queryset import MongoQuerySet

from streamfetch.errors import NotFound, RevisionConflict
from streamfetch.mongo.outages import retrying

M = TypeVar("M", bound=models.Model)

if TYPE_CHECKING:
    _QuerySet = models.QuerySet
else:
    _QuerySet = MongoQuerySet


class DocumentQuerySet(_QuerySet[M]):
    """Reads survive a lost connection; lists are sorted by their index."""

    def _fetch_all(self) -> None:
        retrying(super()._fetch_all)

    def count(self) -> int:
        return retrying(super().count)

    def exists(self) -> bool:
        return retrying(super().exists)

    def update_idempotently(self, **changes: Any) -> int:
        """`update`, tried again when the connection breaks: no F() in `changes`."""
        return retrying(lambda: self.update(**changes))

    def owned_by(self, user: Any) -> Self:
        return self.filter(owner_id=user.pk)

    def alive(self) -> Self:
        return self.filter(is_deleted=False)

    def newest_first(
        self,
        limit: int,
        *,
        before: tuple[datetime, uuid.UUID] | None = None,
    ) -> list[M]:
        """At most `limit` documents by (-created_at, -id), from the index.

        `before` is the (created_at, id) of the last document already shown.
        The filters of this query set must be served by an index that ends in
        `-created_at, -id`.
        """
        found = self.order_by("-created_at", "-pk")
        if before is not None:
            created_at, pk = before
            # `lte` lets the index seek; the rest breaks ties.
            found = found.filter(created_at__lte=created_at).filter(
                Q(created_at__lt=created_at) | Q(pk__lt=pk)
            )
        return list(found[:limit])


if TYPE_CHECKING:
    _Manager = models.Manager
else:
    _Manager = models.Manager.from_queryset(DocumentQuerySet)


class DocumentManager(_Manager[M]):
    """The query set's methods on the model; a class that type checkers can name."""


class Document(models.Model):
    """Key, timestamps and the version of the document's shape."""

    SCHEMA_VERSION = 1

    id = models.UUIDField(
        primary_key=True, db_column="_id", default=uuid.uuid4, editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    schema_version = models.PositiveSmallIntegerField(default=1, editable=False)

    if TYPE_CHECKING:
        # What the manager hands on.
        objects: ClassVar[DocumentQuerySet[Self]]
    else:
        objects = DocumentManager()

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        self.updated_at = timezone.now()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "updated_at"}
        super().save(**kwargs)


class OwnedDocument(Document):
    """A document of one user; for everybody else it does not exist."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        editable=False,
    )

    class Meta:
        abstract = True


class DeletableDocument(OwnedDocument):
    """A document that goes to the bin first and can be brought back."""

    is_deleted = models.BooleanField(default=False, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def move_to_bin(self) -> None:
        """Safe to repeat; a second call keeps the first call's `deleted_at`."""
        now = timezone.now()
        type(self).objects.filter(pk=self.pk, is_deleted=False).update_idempotently(
            is_deleted=True, deleted_at=now, updated_at=now
        )
        self.refresh_from_db()

    def restore(self) -> None:
        type(self).objects.filter(pk=self.pk, is_deleted=True).update_idempotently(
            is_deleted=False, deleted_at=None, updated_at=timezone.now()
        )
        self.refresh_from_db()


class RevisedDocument(DeletableDocument):
    """A document that people edit: `revision` guards against overwriting."""

    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def edit(self, *, revision: int, **changes: Any) -> None:
        """Apply `changes`, plain values, if the document is still at `revision`.

        Raises `RevisionConflict` when somebody else edited it meanwhile; nothing
        is written then. Raises `NotFound` when it was deleted meanwhile.
        """
        now = timezone.now()
        # MongoDB keeps milliseconds.
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        written = {**changes, "revision": revision + 1, "updated_at": now}
        count = (
            type(self)
            .objects.filter(pk=self.pk, revision=revision, is_deleted=False)
            .update(**written)
        )
        if count:
            for name, value in written.items():
                setattr(self, name, value)
            return
        current = type(self).objects.alive().filter(pk=self.pk).first()
        if current is None:
            raise NotFound("This was deleted meanwhile. Restore it to keep editing.")
        raise RevisionConflict(
            f"This was changed elsewhere: you edited revision {revision}, the current "
            f"one is {current.revision}. Load it, then apply your change again.",
            extra={"current_revision": current.revision},
        )
