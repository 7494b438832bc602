"""What a project's document holds beside its annotations."""

from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field, RootModel

from pdfeditor.geometry.annotations import Color, Finite
from pdfeditor.geometry.boxes import Box, Frame

MAX_PAGES = 5_000
_Word = Annotated[str, Field(max_length=2000)]


class Page(BaseModel):
    """One page. `id` stays with it wherever it moves; boxes are before rotation."""

    id: UUID = Field(default_factory=uuid4)
    width: float
    height: float
    rotation: Literal[0, 90, 180, 270] = 0
    crop: Box
    user_unit: float = 1.0

    def frame(self) -> Frame:
        return Frame(self.crop)

    def thumbnail_name(self) -> str:
        """The name under which the picture of this page, turned so, is stored."""
        return f"{self.id}-{self.rotation}"


class Pages(RootModel[list[Page]]):
    """A project's pages in their order."""


class Metadata(BaseModel):
    """The file's own words about itself, and its measures."""

    model_config = ConfigDict(extra="forbid")

    title: _Word = ""
    author: _Word = ""
    subject: _Word = ""
    keywords: _Word = ""
    creator: _Word = ""
    producer: _Word = ""
    creation_date: str = ""
    modification_date: str = ""
    page_count: int = 0
    file_size: int = 0
    version: str = ""


class EditorSettings(BaseModel):
    """What new annotations look like, and how often they are saved."""

    model_config = ConfigDict(extra="forbid")

    default_font_family: Annotated[str, Field(max_length=100)] = "Noto Sans"
    default_font_size: Annotated[Finite, Field(ge=1, le=1000)] = 14.0
    default_color: Color = "#1f2937"
    default_stroke_width: Annotated[Finite, Field(ge=0, le=200)] = 2.0
    auto_save: bool = True
    auto_save_interval: Annotated[int, Field(ge=200, le=600_000)] = 1000


class Notices(RootModel[list[str]]):
    """Codes of what was found in the file: `repaired`, `has_scripts` and others."""


class Removal(BaseModel):
    """What an export leaves out of the file."""

    model_config = ConfigDict(extra="forbid")

    scripts: bool = False
    attachments: bool = False
    metadata: bool = False


class ExportOptions(BaseModel):
    """How an export was asked for; `pages` None means all of them."""

    model_config = ConfigDict(extra="forbid")

    flatten: bool = False
    pages: list[UUID] | None = None
    remove: Removal = Field(default_factory=Removal)
    dpi: Annotated[int, Field(ge=36, le=600)] = 150


class Verification(BaseModel):
    """How the finished file compares with what was meant to be drawn.

    `worst_difference` is the share of a page's pixels, 0 to 1, that differ where
    no annotation is.
    """

    ok: bool
    worst_difference: float
    pages_checked: int
