"""Which objects dubbing jobs own; see `streamfetch.storage.owners`."""

from collections.abc import Iterator
from uuid import UUID

from automation.models import AutomationJob
from streamfetch.storage.owners import Collection, Wanted, register


def _jobs(ids: list[UUID]) -> set[UUID]:
    return set(AutomationJob.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _outputs() -> Iterator[Wanted]:
    kept = AutomationJob.objects.filter(files_removed_at=None)
    for pk, outputs in kept.values_list("pk", "outputs").iterator():
        for output in outputs.items:
            if output.key:
                yield Wanted(output.key, f"dubbing job {pk}")


register(Collection("dubs", existing=_jobs, wanted=_outputs))
