"""An export is only called verified when what was drawn is there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.visibility import inks, spots
from pdfeditor.pipeline.children import verifying
from pdfeditor.pipeline.children.opening import geometry
from tests.pdfeditor import samples
from tests.pdfeditor.test_placement import BOX, KINDS, exported

THIN = {
    "type": "shape",
    "shape_type": "line",
    "stroke_width": 0.75,
    "points": [[20, 30], [280, 300]],
    "x": 20,
    "y": 30,
    "width": 260,
    "height": 270,
}
# Above the line, and all around it.
FRAME = {**BOX, "type": "shape", "shape_type": "rectangle", "x": 15, "y": 25}
FRAME |= {"width": 270, "height": 280, "stroke_color": "#1155cc"}


def written(
    folder: Path, data: bytes, bodies: list[dict[str, Any]]
) -> tuple[Path, Path, dict[str, Any]]:
    """The file, its export, and what the export's check is asked."""
    target = exported(data, bodies, folder)
    with pikepdf.open(target) as pdf:
        page = geometry(pdf.pages[0].obj)
        rects = [[float(side) for side in each.Rect] for each in pdf.pages[0].Annots]
    names = [f"annotation-{number}" for number in range(len(bodies))]
    config = {
        "before": str(folder / "base.pdf"),
        "images": str(folder / "images"),
        "bodies": {
            name: Body.model_validate(body).fields()
            for name, body in zip(names, bodies, strict=True)
        },
        "pages": [
            {
                "before": 0,
                "after": 0,
                "box": page["crop"],
                "rotation": page["rotation"],
                "drawn": [
                    [rect, name] for rect, name in zip(rects, names, strict=True)
                ],
                "removed": [],
            }
        ],
    }
    return folder / "base.pdf", target, config


def changed(path: Path, change: Callable[[Any], None]) -> Path:
    """A copy whose annotations of the first page are changed."""
    copy = path.with_name("changed.pdf")
    with pikepdf.open(path) as pdf:
        change(pdf.pages[0].Annots)
        pdf.save(copy)
    return copy


def verified(after: Path, config: dict[str, Any]) -> bool:
    answer = verifying.run({**config, "after": str(after)})
    assert answer["pages_checked"] == 1
    return bool(answer["ok"])


def lacking(path: Path, place: int) -> Path:
    """The file with one annotation whose appearance draws nothing."""
    return changed(path, lambda listed: listed[place].AP.N.write(b""))


@pytest.mark.parametrize("rotate", [0, 90, 270])
def test_each_missing_one_is_noticed_even_in_a_crowd(
    tmp_path: Path, rotate: int
) -> None:
    page = samples.boxed(media=[0, 0, 420, 500], crop=[60, 40, 360, 440], rotate=rotate)
    below = {**BOX, "type": "shape", "shape_type": "rectangle", "x": 50, "y": 80}
    below |= {"width": 120, "height": 100, "fill_color": "#ffffcc"}
    lines = [KINDS["line"], KINDS["pen"], KINDS["polygon"] | {"fill_color": None}]
    crowd = [below, *({**BOX, **kind} for kind in lines)]
    apart = [{**BOX, **KINDS["turned"], "y": 300}]
    alone = [THIN | {"points": [[20, 220], [280, 250]], "y": 220, "height": 30}]
    bodies = [*crowd, *apart, *alone]
    _base, target, config = written(tmp_path, page, bodies)
    assert verified(target, config)
    missed = [
        at for at in range(1, len(bodies)) if verified(lacking(target, at), config)
    ]
    assert missed == []
    # These may be hidden by what lies on them.
    for name in ("highlight", "marker", "underline", "note", "text", "circle"):
        folder = tmp_path / name
        folder.mkdir()
        _base, target, config = written(folder, page, [{**BOX, **KINDS[name]}])
        assert verified(target, config), name
        assert not verified(lacking(target, 0), config), name


def test_one_thin_line_within_another_rectangle(tmp_path: Path) -> None:
    page = samples.plain()
    _base, target, config = written(tmp_path, page, [FRAME, THIN])
    assert verified(target, config)
    assert not verified(lacking(target, 1), config)
    assert not verified(lacking(target, 0), config)


def test_one_in_the_wrong_place_is_noticed(tmp_path: Path) -> None:
    small = {**BOX, "type": "shape", "shape_type": "rectangle"}
    _base, target, config = written(tmp_path, samples.plain(), [small])

    def move(listed: Any) -> None:
        listed[0].Rect = Array([180, 40, 280, 110])

    assert not verified(changed(target, move), config)
    # Where nothing is promised, what shows elsewhere is still noticed.
    config["bodies"]["annotation-0"]["opacity"] = 0.1
    assert not verified(changed(target, move), config)


@pytest.mark.parametrize("turn", [0, 30])
@pytest.mark.parametrize("rotate", [0, 90])
def test_pictures_must_show_too(tmp_path: Path, rotate: int, turn: int) -> None:
    page = samples.boxed(media=[0, 0, 300, 400], rotate=rotate)
    stamp = {**BOX, **KINDS["image"], "rotation": turn}
    # Half of it hangs over the edge.
    partly = {**stamp, "x": -40, "y": 300}
    _base, target, config = written(tmp_path, page, [stamp, partly])
    assert verified(target, config)
    for place in (0, 1):
        assert not verified(lacking(target, place), config)


def test_what_is_partly_off_the_page_must_show_there(tmp_path: Path) -> None:
    line = THIN | {"points": [[-40, 30], [120, 60]], "x": -40, "width": 160}
    line |= {"height": 30, "stroke_width": 1}
    off = {**BOX, "type": "shape", "shape_type": "rectangle", "x": 900}
    _base, target, config = written(tmp_path, samples.plain(), [line, off])
    assert verified(target, config)
    assert not verified(lacking(target, 0), config)
    assert verified(lacking(target, 1), config)


def test_one_of_the_file_that_was_edited(tmp_path: Path) -> None:
    """It gave way to ours: without ours, its place is empty."""
    small = {**BOX, "type": "shape", "shape_type": "rectangle"}
    base, target, _config = written(tmp_path, samples.plain(), [small])
    folder = tmp_path / "edited"
    folder.mkdir()
    edited = exported(target.read_bytes(), [small], folder, removed={"0": [0]})
    config = _config | {"before": str(target)}
    config["pages"][0]["removed"] = [0]
    assert verified(edited, config)
    assert not verified(lacking(edited, 0), config)
    assert not verified(base, config)


@pytest.mark.parametrize(
    "small",
    [
        {**BOX, "type": "text", "content": "Hi", "font_size": 5, "color": "#ffd54a"},
        {**BOX, "type": "drawing", "points": [[70, 100]], "stroke_width": 0.75}
        | {"opacity": 0.35, "blend": "multiply", "stroke_color": "#d92d20"},
        {**BOX, "type": "note", "content": "Why?", "width": 20, "height": 20},
        {**BOX, "type": "shape", "shape_type": "circle", "stroke_width": 0},
    ],
    ids=["faint letters", "a faint dot", "a hidden note", "no line at all"],
)
def test_what_may_be_invisible_raises_no_alarm(
    tmp_path: Path, small: dict[str, Any]
) -> None:
    sheet = {**BOX, "type": "shape", "shape_type": "rectangle", "stroke_width": 0}
    sheet |= {"fill_color": "#ffffff", "stroke_color": "#ffffff"}
    bodies = [small, sheet] if small["type"] == "note" else [small]
    _base, target, config = written(tmp_path, samples.plain(), bodies)
    assert verified(target, config)


def test_white_pictures_and_faint_colours_promise_nothing(tmp_path: Path) -> None:
    place = {"x": 1, "y": 1, "width": 9, "height": 9}
    square = {**place, "type": "shape", "shape_type": "rectangle"}
    for faint in ({"opacity": 0.1}, {"stroke_width": 0.1}):
        body = Body.model_validate({**square, **faint}).root
        assert (inks(body), spots(body)) == ([], [])
    body = Body.model_validate(square).root
    assert [each.color for each in inks(body)] == ["#d92d20"]
    white = {**BOX, **KINDS["rectangle"], "stroke_color": "#ffffff"}
    _base, target, config = written(tmp_path, samples.plain(), [white])
    assert verified(lacking(target, 0), config)
