"""The poster of a PDF."""

from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from uploads.pipeline import first_page

RED = (220, 20, 20)


def pdf(path: Path, size: tuple[float, float]) -> Path:
    """One page with a red band of a tenth of its height at the top."""
    canvas = Canvas(str(path), pagesize=size)
    width, height = size
    canvas.setFillColorRGB(*(value / 255 for value in RED))
    canvas.rect(0, height * 0.9, width, height * 0.1, stroke=0, fill=1)
    canvas.save()
    return path


@pytest.mark.parametrize(
    "size", [(595, 842), (842, 595), (14_400, 14_400), (100, 14_400)]
)
def test_shows_the_top_of_the_first_page(
    tmp_path: Path, size: tuple[float, float]
) -> None:
    drawn = first_page.draw(pdf(tmp_path / "source.pdf", size), tmp_path)

    assert drawn is not None
    path, pixels = drawn
    picture = Image.open(path).convert("RGB")
    assert picture.size == pixels == (960, 540)
    top: tuple[int, int, int] = picture.getpixel((480, 0))  # type: ignore[assignment]
    assert all(abs(a - b) < 12 for a, b in zip(top, RED, strict=True))


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 and nothing else", b"\xff\xd8 a picture"]
)
def test_what_cannot_be_drawn_has_none(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "source.pdf"
    source.write_bytes(content)

    assert first_page.draw(source, tmp_path) is None
