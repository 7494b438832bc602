"""Export, import, export: what is said stays the same."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.document import Page
from pdfeditor.geometry.xfdf import from_xfdf, to_xfdf
from pdfeditor.pipeline.children.importing import find
from pdfeditor.pipeline.children.writing import Writer
from tests.pdfeditor import samples

PAGE = Page(width=300, height=400, crop=(10, 20, 310, 420))
place = st.floats(0, 300, allow_nan=False).map(lambda value: round(value, 2))
color = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")
words = st.text(st.characters(min_codepoint=32, max_codepoint=0x24F), max_size=40)
point = st.tuples(place, place).map(list)
box = {"x": place, "y": place, "width": place, "height": place}
common = {
    **box,
    "opacity": st.floats(0, 1).map(lambda value: round(value, 2)),
    "rotation": st.integers(-360, 360).map(float),
}
bodies = st.one_of(
    st.fixed_dictionaries(
        {
            **common,
            "type": st.just("text"),
            "content": words,
            "color": color,
            "font_family": st.sampled_from(["Inter", "Noto Sans", "Lora"]),
            "font_weight": st.sampled_from(["normal", "bold"]),
            "text_align": st.sampled_from(["left", "center", "right"]),
        }
    ),
    st.fixed_dictionaries(
        {
            **box,
            "type": st.just("highlight"),
            "style": st.sampled_from(
                ["highlight", "underline", "strikeout", "squiggly"]
            ),
            "quads": st.lists(
                st.lists(place, min_size=8, max_size=8), min_size=1, max_size=3
            ),
            "color": color,
        }
    ),
    st.fixed_dictionaries(
        {
            **box,
            "type": st.just("drawing"),
            "strokes": st.lists(
                st.lists(point, min_size=1, max_size=9), min_size=1, max_size=3
            ),
            "stroke_color": color,
        }
    ),
    st.fixed_dictionaries(
        {
            **common,
            "type": st.just("shape"),
            "shape_type": st.sampled_from(
                ["rectangle", "circle", "line", "arrow", "polygon"]
            ),
            "points": st.lists(point, min_size=3, max_size=6),
            "fill_color": color,
        }
    ),
    st.fixed_dictionaries({**box, "type": st.just("note"), "content": words}),
)


def item(number: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "page_index": 0,
        "z": number,
        "author": "alice",
        "created": "D:20261121100000Z",
        "modified": "D:20261121100000Z",
        "body": body,
    }


def through_a_file(wanted: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """The bodies that are found in a file into which these were written."""
    fonts = Path(django_settings.BASE_DIR) / "static" / "dist" / "fonts"
    path = folder / "file.pdf"
    path.write_bytes(samples.boxed(media=list(PAGE.crop)))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        writer = Writer(pdf, fonts, folder)
        page = pdf.pages[0].obj
        page.Annots = pikepdf.Array([])
        for number, body in enumerate(wanted):
            prepared = writer.prepare(
                item(number, body),
                Body.model_validate(body).root,
                PAGE.frame(),
                page_rotation=0,
            )
            page.Annots.extend(writer.add(prepared))
        writer.finish()
        pdf.save(path)
    with pikepdf.open(path) as pdf:
        return [each["body"] for each in find(pdf)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(bodies, min_size=1, max_size=4))
def test_a_file_says_what_was_written_into_it(drawn: list[dict[str, Any]]) -> None:
    wanted = [Body.model_validate(body).fields() for body in drawn]
    with TemporaryDirectory() as folder:
        first = through_a_file(wanted, Path(folder))
        assert first == wanted
        assert through_a_file(first, Path(folder)) == wanted


@settings(max_examples=40, deadline=None)
@given(st.lists(bodies, min_size=1, max_size=4))
def test_xfdf_says_what_was_written_into_it(drawn: list[dict[str, Any]]) -> None:
    wanted = [Body.model_validate(body).fields() for body in drawn]
    entries = [(item(number, body), PAGE) for number, body in enumerate(wanted)]
    found = from_xfdf(to_xfdf(entries), [PAGE])
    assert [each["body"].fields() for each in found] == wanted


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_what_others_read_of_it_is_the_same_place(drawn: dict[str, Any]) -> None:
    """Without what we keep beside it, as another program would write it back."""
    body = Body.model_validate(drawn)
    said = to_xfdf([(item(0, body.fields()), PAGE)])
    start = said.index(b' sf:body="')
    end = said.index(b'"', start + len(b' sf:body="'))
    found = from_xfdf(said[:start] + said[end + 1 :], [PAGE])
    assert len(found) == 1
    again = found[0]["body"].root
    assert again.type == body.root.type
    if body.root.type == "highlight":
        for quad, other in zip(body.root.quads, again.quads, strict=True):
            assert all(abs(a - b) < 0.01 for a, b in zip(quad, other, strict=True))
