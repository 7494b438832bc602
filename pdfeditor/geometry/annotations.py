"""What an annotation says, by its type. Checks, describes and stores it.

Lengths are points. `x`, `y`, `width`, `height` are the box before `rotation`
(degrees clockwise about its centre); quads and points are absolute, see `boxes`.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from pdfeditor.geometry import boxes

FURTHEST = 100_000.0
MAX_POINTS = 20_000
MAX_STROKES = 500
MAX_QUADS = 2_000
MAX_TEXT = 20_000
MAX_REPLIES = 200
# Of a drawing or shape: beyond, nobody sees a difference and files grow.
MAX_LINE_WIDTH = 200.0

Finite = Annotated[float, Field(allow_inf_nan=False)]
Coordinate = Annotated[Finite, Field(ge=-FURTHEST, le=FURTHEST)]
Length = Annotated[Finite, Field(ge=0, le=FURTHEST)]
LineWidth = Annotated[Finite, Field(ge=0, le=MAX_LINE_WIDTH)]
Share = Annotated[Finite, Field(ge=0, le=1)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Quad = Annotated[list[Coordinate], Field(min_length=8, max_length=8)]
# x, y and for pens that feel it the pressure from 0 to 1.
PointList = Annotated[list[Coordinate], Field(min_length=2, max_length=3)]
Stroke = Annotated[list[PointList], Field(min_length=1, max_length=MAX_POINTS)]


class _Annotation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: Coordinate
    y: Coordinate
    width: Length
    height: Length
    rotation: Annotated[Finite, Field(ge=-360, le=360)] = 0.0
    opacity: Share = 1.0


class TextBox(_Annotation):
    """Words in a box, broken at its width."""

    type: Literal["text"]
    content: Text = ""
    font_family: Annotated[str, Field(max_length=100)] = "Noto Sans"
    font_size: Annotated[Finite, Field(ge=1, le=1000)] = 14.0
    font_weight: Literal["normal", "bold"] = "normal"
    font_style: Literal["normal", "italic"] = "normal"
    text_align: Literal["left", "center", "right"] = "left"
    underline: bool = False
    color: Color = "#000000"
    background_color: Color | None = None


class Highlight(_Annotation):
    """Marks text. Quads are TL, TR, BL, BR as the text is read."""

    type: Literal["highlight"]
    style: Literal["highlight", "underline", "strikeout", "squiggly"] = "highlight"
    quads: Annotated[list[Quad], Field(min_length=1, max_length=MAX_QUADS)]
    color: Color = "#ffd54a"


class Drawing(_Annotation):
    """Strokes of a pen; `multiply` lets what is below shine through."""

    type: Literal["drawing"]
    points: Annotated[list[PointList], Field(max_length=MAX_POINTS)] | None = None
    strokes: Annotated[list[Stroke], Field(max_length=MAX_STROKES)] | None = None
    stroke_color: Color = "#1f2937"
    stroke_width: LineWidth = 2.0
    fill_color: Color | None = None
    blend: Literal["normal", "multiply"] = "normal"
    signature: bool = False

    @model_validator(mode="after")
    def _has_points(self) -> "Drawing":
        count = sum(len(stroke) for stroke in self.lines())
        if not 1 <= count <= MAX_POINTS:
            raise ValueError(f"A drawing has 1 to {MAX_POINTS} points.")
        return self

    def lines(self) -> list[list[list[float]]]:
        """Its strokes, by whichever name they came."""
        return self.strokes or ([self.points] if self.points else [])


class Shape(_Annotation):
    """A box, an ellipse in a box, or a line, arrow or polygon through points."""

    type: Literal["shape"]
    shape_type: Literal["rectangle", "circle", "line", "arrow", "polygon"]
    points: Annotated[list[PointList], Field(max_length=MAX_POINTS)] | None = None
    stroke_color: Color = "#d92d20"
    stroke_width: LineWidth = 2.0
    fill_color: Color | None = None
    dash: (
        Annotated[list[Annotated[Finite, Field(ge=0, le=1000)]], Field(max_length=8)]
        | None
    ) = None

    @model_validator(mode="after")
    def _has_its_points(self) -> "Shape":
        least = {"line": 2, "arrow": 2, "polygon": 3}.get(self.shape_type, 0)
        if len(self.points or []) < least:
            raise ValueError(f"A {self.shape_type} has {least} points at least.")
        return self


class Image(_Annotation):
    """A picture that was stored for the project; `image` is its id."""

    type: Literal["image"]
    image: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    image_type: Literal["png", "jpg"]
    stamp: Annotated[str, Field(max_length=100)] | bool | None = None


class Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    author: Annotated[str, Field(max_length=200)] = ""
    content: Text
    created_at: datetime


class Note(_Annotation):
    """A sticky note and what was answered to it."""

    type: Literal["note"]
    content: Text = ""
    color: Color = "#ffd54a"
    replies: Annotated[list[Reply], Field(max_length=MAX_REPLIES)] = []
    resolved: bool = False


Kind = TextBox | Highlight | Drawing | Shape | Image | Note


class Body(RootModel[Annotated[Kind, Field(discriminator="type")]]):
    """Any annotation, told apart by `type`."""

    def fields(self) -> dict[str, Any]:
        """Plain values, ready for JSON, without what was left out."""
        return self.root.model_dump(mode="json", exclude_none=True)


def extent(body: Kind) -> tuple[float, float, float, float]:
    """The upright box around everything that is drawn, without line width."""
    points: list[tuple[float, float]] = []
    if isinstance(body, Highlight):
        points = [
            (quad[index], quad[index + 1])
            for quad in body.quads
            for index in (0, 2, 4, 6)
        ]
    elif isinstance(body, Drawing):
        points = [(point[0], point[1]) for line in body.lines() for point in line]
    elif (
        isinstance(body, Shape)
        and body.points
        and body.shape_type
        not in (
            "rectangle",
            "circle",
        )
    ):
        points = [(point[0], point[1]) for point in body.points]
    if not points:
        points = boxes.corners(body.x, body.y, body.width, body.height, body.rotation)
    return boxes.bounds(points)
