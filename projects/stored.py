"""Which objects renders and their kept pieces own; see `streamfetch.storage.owners`."""

from collections.abc import Iterator
from uuid import UUID

from projects.models import CachedChunk, Render
from streamfetch.jobs.models import State
from streamfetch.storage.owners import Collection, Wanted, register


def _renders(ids: list[UUID]) -> set[UUID]:
    return set(Render.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _outputs() -> Iterator[Wanted]:
    kept = Render.objects.filter(state=State.SUCCEEDED, output_removed_at=None)
    for pk, key in kept.values_list("pk", "output_key").iterator():
        if key:
            yield Wanted(key, f"render {pk}")


register(Collection("renders", existing=_renders, wanted=_outputs))


def _chunks(ids: list[UUID]) -> set[UUID]:
    return set(CachedChunk.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _pieces() -> Iterator[Wanted]:
    for pk, key in CachedChunk.objects.values_list("pk", "key").iterator():
        yield Wanted(key, f"rendered piece {pk}")


register(Collection("chunks", existing=_chunks, wanted=_pieces))
