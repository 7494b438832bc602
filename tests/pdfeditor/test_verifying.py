"""An export is only called verified when what was drawn is there."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.visibility import Ink, inks
from pdfeditor.pipeline.children import verifying

RECT = [50, 50, 110, 90]
BOX = [0, 0, 300, 400]
YELLOW, WHITE, RED = (
    Ink("#ffd54a", 1.0, is_multiplied=True),
    Ink("#ffffff", 1.0, is_multiplied=False),
    Ink("#d92d20", 1.0, is_multiplied=False),
)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "before.pdf"
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 400))
    pdf.save(path)
    return path


def with_square(before: Path, rect: list[int]) -> Path:
    """The page with a red square on it."""
    path = before.with_name("after.pdf")
    with pikepdf.open(before) as pdf:
        form = pdf.make_stream(b"1 0 0 rg 0 0 60 40 re f")
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox = Array([0, 0, 60, 40])
        square = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Square,
            Rect=Array(rect),
            F=4,
            AP=Dictionary(N=form),
        )
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(square)])
        pdf.save(path)
    return path


def verified(before: Path, after: Path, *found: Ink, taken_out: Any = ()) -> bool:
    entry = [0, 0, BOX, 0, [[RECT, list(found)]], list(taken_out)]
    config = {"before": str(before), "after": str(after), "pages": [entry]}
    answer = verifying.run(config)
    assert answer["pages_checked"] == 1
    return bool(answer["ok"])


def test_an_annotation_that_vanished_is_noticed(before: Path) -> None:
    assert not verified(before, before, RED)
    assert not verified(before, before, YELLOW)
    assert verified(before, before, WHITE)
    assert verified(before, before)
    assert verified(before, with_square(before, RECT), RED)


def test_one_in_the_wrong_place_is_noticed(before: Path) -> None:
    moved = with_square(before, [150, 250, 210, 290])
    assert not verified(before, moved, RED)
    assert not verified(before, moved)
    assert verified(before, moved, WHITE, taken_out=[[150, 250, 210, 290]])


def test_pictures_and_faint_colours_promise_nothing() -> None:
    place = {"x": 1, "y": 1, "width": 9, "height": 9}
    square = {**place, "type": "shape", "shape_type": "rectangle"}
    assert inks(Body.model_validate({**square, "opacity": 0.1}).root) == []
    assert inks(Body.model_validate({**square, "stroke_width": 0.1}).root) == []
    assert [each.color for each in inks(Body.model_validate(square).root)] == [
        "#d92d20"
    ]
    picture = {**place, "type": "image", "image": "0" * 32, "image_type": "png"}
    assert inks(Body.model_validate(picture).root) == []
