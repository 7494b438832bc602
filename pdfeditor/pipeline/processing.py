"""Makes an uploaded PDF fit for editing, then pictures of its pages.

normalise (once) → thumbnails (of pages that have none). Safe to run twice: files
are named by their content, and the project is told last.
"""

import queue as queues
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from pdfeditor.describing import announce
from pdfeditor.geometry.document import Metadata, Notices, Page, Pages
from pdfeditor.models import Annotation, PdfProcessing, PdfProject
from pdfeditor.pipeline import child, files
from pdfeditor.pipeline.importing import annotations_from
from streamfetch.jobs.models import LeaseLost
from streamfetch.jobs.running import Run
from streamfetch.mongo.database import database
from streamfetch.storage.backends import media_storage

NORMALISE_S = 60
THUMBNAIL_PX = 240
PROCESSES = 2
# Of one process: what a page takes, and to begin with.
THUMBNAIL_S = 2
THUMBNAILS_S = 30
THUMBNAILS_BYTES = 1024 * 1024 * 1024
# A page that kills its process is skipped; after so many the file is given up.
MAX_DEATHS = 3
TELL_EVERY_S = 0.3
MAX_ROUNDS = 5


def normalise(project: PdfProject, workspace: Path, *, should_stop: Any = None) -> None:
    """Store the base and view files and what is in them. Raises `child.Unreadable`."""
    source = files.fetch(files.source_key(project), workspace / "source.pdf")
    base, view = workspace / "base.pdf", workspace / "view.pdf"
    found = child.run(
        "normalise",
        workspace=workspace,
        config={"source": str(source), "base": str(base), "view": str(view)},
        deadline_s=NORMALISE_S,
        should_stop=should_stop,
    )
    pages = [Page.model_validate(page) for page in found["pages"]]
    base_key = files.store(project.pk, base, role="base")
    view_key = files.store(project.pk, view, role="view")
    # One that was half stored by a run that died is made again.
    Annotation.objects.filter(project_id=project.pk).delete()
    Annotation.objects.bulk_create(
        annotations_from(project.pk, pages, found["annotations"])
    )
    PdfProject.objects.filter(Q(base_key=""), pk=project.pk).update_idempotently(
        status=PdfProject.Status.DRAFT,
        base_key=base_key,
        view_key=view_key,
        file_revision=1,
        metadata=Metadata.model_validate(found["metadata"]),
        pages=Pages(pages),
        notices=Notices(found["notices"]),
        has_form=found["has_form"],
        is_signed=found["is_signed"],
        error=None,
        updated_at=timezone.now(),
    )


def process(run: Run[PdfProcessing]) -> dict[str, Any]:
    """The work of a `PdfProcessing` job; safe to run twice."""
    project = PdfProject.objects.get(pk=run.job.project_id)
    try:
        if not project.base_key:
            run.enter("normalise", percent=5)
            normalise(project, run.workspace.path, should_stop=run.should_stop)
            project.refresh_from_db()
            announce(project)
        run.enter("thumbnails", percent=20)
        tried: set[str] = set()
        for _round in range(MAX_ROUNDS):
            if not _draw_missing(run, project, tried):
                break
            # Pages may have been turned or added meanwhile.
            project.refresh_from_db()
    except child.Cancelled as error:
        raise LeaseLost from error
    return {}


def _draw_missing(
    run: Run[PdfProcessing], project: PdfProject, tried: set[str]
) -> bool:
    made = set(project.thumbnails) | tried
    missing = [
        (index, page.thumbnail_name())
        for index, page in enumerate(project.page_list)
        if page.thumbnail_name() not in made
    ]
    if not missing:
        return False
    tried |= {name for _index, name in missing}
    folder = run.workspace.path / "thumbnails"
    folder.mkdir(exist_ok=True)
    source = run.workspace.path / f"drawn-{project.file_revision}.pdf"
    files.fetch(project.base_key, source)
    done: queues.Queue[str] = queues.Queue()
    # Neighbours go to different processes: the first pages come first.
    shares = [missing[start::PROCESSES] for start in range(PROCESSES)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        drawing = [
            pool.submit(_draw, run, source, folder, share, done)
            for share in shares
            if share
        ]
        _serve(run, project, folder, done, drawing=drawing, total=len(missing))
    for each in drawing:
        each.result()
    return True


def _draw(
    run: Run[PdfProcessing],
    source: Path,
    folder: Path,
    share: list[tuple[int, str]],
    done: "queues.Queue[str]",
) -> None:
    """Draw a share of the pages, going on after one that kills the process."""
    left = list(share)
    for _death in range(MAX_DEATHS):
        begun: list[str] = []

        def on_line(line: dict[str, str], begun: list[str] = begun) -> None:
            if "begun" in line:
                begun.append(line["begun"])
            else:
                done.put(line["done"])

        try:
            child.run(
                "thumbnails",
                workspace=folder,
                config={
                    "source": str(source),
                    "folder": str(folder),
                    "width": THUMBNAIL_PX,
                    "pages": left,
                },
                reads=[source],
                deadline_s=THUMBNAILS_S + THUMBNAIL_S * len(left),
                memory_bytes=THUMBNAILS_BYTES,
                on_line=on_line,
                should_stop=run.should_stop,
            )
        except child.Unreadable:
            left = [page for page in left if page[1] not in begun]
            if not left or not begun:
                return
        else:
            return


def _serve(
    run: Run[PdfProcessing],
    project: PdfProject,
    folder: Path,
    done: "queues.Queue[str]",
    *,
    drawing: list[Future[None]],
    total: int,
) -> None:
    """Store pictures as they come, and tell pages a few times a second."""
    served = 0
    while not all(each.done() for each in drawing) or not done.empty():
        names = _take(done)
        if not names:
            continue
        for name in names:
            key = files.thumbnail_key(project.pk, name)
            media_storage().save_file(folder / f"{name}.jpg", key, consume=True)
        _note(project.pk, names)
        served += len(names)
        run.report(20 + 79 * served / total)
        project.refresh_from_db()
        announce(project)


def _take(done: "queues.Queue[str]") -> list[str]:
    """What is ready, waiting a moment for it."""
    names: list[str] = []
    try:
        names.append(done.get(timeout=TELL_EVERY_S))
        while True:
            names.append(done.get_nowait())
    except queues.Empty:
        return names


def _note(project_id: UUID, names: list[str]) -> None:
    """Add to the list without touching what others change meanwhile."""
    database()[PdfProject._meta.db_table].update_one(
        {"_id": project_id.hex},
        {"$addToSet": {"thumbnails": {"$each": names}}},
    )
