"""Small PDFs of every kind that the tests need, made here."""

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas


def plain(*, pages: int = 1, size: tuple[float, float] = (300, 400)) -> bytes:
    """Pages with their number on them."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=True)
    canvas.setTitle("A sample")
    for number in range(1, pages + 1):
        canvas.drawString(40, size[1] - 60, f"This is page {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def saved(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def boxed(
    *,
    media: list[float],
    crop: list[float] | None = None,
    rotate: int = 0,
    user_unit: float = 1,
) -> bytes:
    """One empty page with these boxes."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(10, 10)).obj
    page.MediaBox = Array(media)
    if crop is not None:
        page.CropBox = Array(crop)
    if rotate:
        page.Rotate = rotate
    if user_unit != 1:
        page.UserUnit = user_unit
    page.Resources = Dictionary()
    page.Contents = pdf.make_stream(b" ")
    return saved(pdf, min_version="1.7")


def locked(password: str, *, owner: str = "owner") -> bytes:
    """A file that this password opens; an empty one opens by itself."""
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        encryption = pikepdf.Encryption(owner=owner, user=password, R=6)
        return saved(pdf, encryption=encryption)


def looped() -> bytes:
    """Its page tree leads back to itself."""
    with pikepdf.open(io.BytesIO(plain(pages=2))) as pdf:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        return saved(pdf)


def counting(number: int) -> bytes:
    """It says that it has this many pages, and has one."""
    return plain().replace(b"/Count 1", b"/Count %d" % number)


def nested_forms(depth: int = 30) -> bytes:
    """Drawing it takes 2 ** depth steps: each form draws the next one twice."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 200))
    inner = None
    for _level in range(depth):
        form = pdf.make_stream(b"/F Do /F Do" if inner is not None else b"0 0 9 9 re f")
        form.Type, form.Subtype = Name.XObject, Name.Form
        form.BBox = Array([0, 0, 200, 200])
        resources = Dictionary()
        if inner is not None:
            resources.XObject = Dictionary(F=inner)
        form.Resources = resources
        inner = form
    page.obj.Resources = Dictionary(XObject=Dictionary(F=inner))
    page.obj.Contents = pdf.make_stream(b"/F Do")
    return saved(pdf)


def bomb(size_bytes: int = 512 * 1024 * 1024) -> bytes:
    """Its contents unpack twice, to this much."""
    import zlib

    packer = zlib.compressobj(9)
    block = b" " * 1_048_576
    packed = b"".join(packer.compress(block) for _ in range(size_bytes // len(block)))
    packed += packer.flush()
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 200))
    stream = pikepdf.Stream(pdf, zlib.compress(packed, 9))
    stream.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    page.obj.Contents = pdf.make_indirect(stream)
    return saved(
        pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none
    )


def scripted() -> bytes:
    """It runs a script when it is opened."""
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        names = Array(["a", pdf.make_indirect(script)])
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=names))
        pdf.Root.OpenAction = script
        return saved(pdf)


def form() -> bytes:
    """A line of text, a box to tick and a choice."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 400), invariant=True)
    canvas.acroForm.textfield(name="name", x=40, y=300, width=120, height=20)
    canvas.acroForm.checkbox(name="agreed", x=40, y=260, size=20)
    canvas.acroForm.choice(
        name="size", x=40, y=220, width=80, height=20, options=["S", "M"], value="S"
    )
    canvas.showPage()
    canvas.save()
    return out.getvalue()
