"""Files that want to break the reader: each is refused in words or just read."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from pdfeditor.geometry.document import MAX_PAGES
from pdfeditor.pipeline import child
from tests.pdfeditor import samples


def answer(
    task: str, data: bytes, folder: Path, config: dict[str, Any], **limits: Any
) -> Any:
    """What a task says of a file; raises what a job would end with."""
    source = folder / "source.pdf"
    source.write_bytes(data)
    config = {"source": str(source), **config}
    return child.run(task, workspace=folder, config=config, **limits)


def normalised(data: bytes, folder: Path) -> Any:
    config = {"base": str(folder / "base.pdf"), "view": str(folder / "view.pdf")}
    return answer("normalise", data, folder, config, deadline_s=60)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "prose": (lambda: b"This is not a PDF.\n" * 100, "not_a_pdf"),
    "nothing": (lambda: b"", "not_a_pdf"),
    "a header alone": (lambda: b"%PDF-1.7\n%%EOF", "not_a_pdf"),
    "locked": (lambda: samples.locked("sesame"), "password_required"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_words(tmp_path: Path, name: str) -> None:
    make, code = REFUSED[name]
    with pytest.raises(child.Unreadable) as caught:
        normalised(make(), tmp_path)
    assert caught.value.code == code
    assert caught.value.detail.endswith(".")


READ: dict[str, tuple[Callable[[], bytes], int]] = {
    "junk in front": (lambda: b"junk\n" * 400 + samples.plain(), 1),
    "a count of two billion": (lambda: samples.counting(2_000_000_000), 1),
    "scripts": (samples.scripted, 1),
    "forms in forms in forms": (samples.nested_forms, 1),
    "a bomb": (lambda: samples.bomb(256 * 1024 * 1024), 1),
    "as large as a room": (lambda: samples.boxed(media=[0, 0, 14_400, 14_400]), 1),
}


@pytest.mark.parametrize("name", READ)
def test_read_all_the_same(tmp_path: Path, name: str) -> None:
    make, count = READ[name]
    found = normalised(make(), tmp_path)
    assert len(found["pages"]) == count
    with pikepdf.open(tmp_path / "view.pdf") as pdf:
        assert len(pdf.pages) == count


def test_cut_off_it_is_repaired_and_told(tmp_path: Path) -> None:
    data = samples.plain(pages=20)
    found = normalised(data[: len(data) * 6 // 10], tmp_path)
    assert "repaired" in found["notices"]
    assert found["pages"]


def test_a_page_tree_that_bites_its_tail(tmp_path: Path) -> None:
    """Either is fine, as long as it ends."""
    try:
        found = normalised(samples.looped(), tmp_path)
    except child.Unreadable as refused:
        assert refused.code in {"not_a_pdf", "too_complex"}  # noqa: PT017
    else:
        assert 1 <= len(found["pages"]) <= 4


def drawn(data: bytes, folder: Path, **limits: Any) -> Any:
    """What drawing the first page small answers."""
    config = {"folder": str(folder), "width": 100, "pages": [[0, "page"]]}
    return answer("thumbnails", data, folder, config, **limits)


@pytest.mark.parametrize(
    "make",
    [lambda: samples.nested_forms(40), samples.bomb],
    ids=["forms in forms", "a bomb"],
)
def test_drawing_that_never_ends_is_ended(
    tmp_path: Path, make: Callable[[], bytes]
) -> None:
    with pytest.raises(child.Unreadable) as caught:
        drawn(make(), tmp_path, deadline_s=3, memory_bytes=400 * 1024 * 1024)
    assert caught.value.code == "too_complex"


def test_a_page_as_large_as_a_room_is_drawn_small(tmp_path: Path) -> None:
    drawn(samples.boxed(media=[0, 0, 14_400, 14_400]), tmp_path, deadline_s=20)
    with Image.open(tmp_path / "page.jpg") as picture:
        assert picture.size == (100, 100)


def test_five_thousand_pages_are_read_and_more_are_refused(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(samples.plain())) as pdf:
        pdf.pages.extend([pdf.pages[0]] * (MAX_PAGES - 1))
        most = samples.saved(pdf)
        pdf.pages.append(pdf.pages[0])
        more = samples.saved(pdf)
    assert len(normalised(most, tmp_path)["pages"]) == MAX_PAGES == 5_000
    with pytest.raises(child.Unreadable) as caught:
        normalised(more, tmp_path)
    assert caught.value.code == "too_many_pages"


def test_boxes_of_no_use_mean_those_that_are(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(samples.plain())) as pdf:
        pdf.pages[0].obj.CropBox = pikepdf.Array([5000, 5000, 6000, 6000])
        pdf.pages[0].obj.UserUnit = -3
        data = samples.saved(pdf)
    page = normalised(data, tmp_path)["pages"][0]
    assert (page["crop"], page["user_unit"]) == ([0, 0, 300, 400], 1.0)
