"""Reads the fields of a form, and fills them in."""

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from pdfeditor.geometry.boxes import Frame, normal
from pdfeditor.pipeline.children.importing import find, managed, remove_managed
from pdfeditor.pipeline.children.opening import open_pdf, save, visible
from pdfeditor.pipeline.children.refusing import Refused

MAX_FIELDS = 5_000
_MULTILINE, _PASSWORD = 1 << 12, 1 << 13
_RADIO, _PUSH, _COMBO = 1 << 15, 1 << 16, 1 << 17
_READ_ONLY = 1
_OFF = "Off"


def run(config: dict[str, Any]) -> list[dict[str, Any]]:
    """{base, values?, target?, view?} → the fields, after filling `values` in.

    Each is {name, kind, value, options, page_index, rect, option, read_only}, one for
    every place where it is shown. Raises `Refused` naming a field.
    """
    with open_pdf(config["base"]) as pdf:
        values = config.get("values")
        if values:
            _fill(pdf, values)
            save(pdf, config["target"], compress_streams=True)
        fields = [_described(*each) for each in _widgets(pdf)]
        if values:
            remove_managed(pdf, managed(find(pdf)))
            save(pdf, config["view"], linearize=True, compress_streams=True)
    return fields


def _widgets(pdf: pikepdf.Pdf) -> list[tuple[int, Frame, Dictionary]]:
    found: list[tuple[int, Frame, Dictionary]] = []
    for page_index, page in enumerate(pdf.pages):
        annotations = page.obj.get(Name.Annots)
        if not isinstance(annotations, Array):
            continue
        frame = Frame(visible(page.obj))
        for annotation in annotations:
            if (
                isinstance(annotation, Dictionary)
                and annotation.get(Name.Subtype) == Name.Widget
                and _inherited(annotation, "/FT") is not None
                and len(found) < MAX_FIELDS
            ):
                found.append((page_index, frame, annotation))
    return found


def _inherited(field: Any, key: str) -> Any:
    for _step in range(20):
        if not isinstance(field, Dictionary):
            return None
        if key in field:
            return field[key]
        field = field.get(Name.Parent)
    return None


def _holder(widget: Any) -> Any:
    """The field that a widget belongs to: where its name, and its value, are."""
    for _step in range(20):
        if Name.T in widget or not isinstance(widget.get(Name.Parent), Dictionary):
            return widget
        widget = widget.Parent
    return widget


def _name(widget: Any) -> str:
    parts: list[str] = []
    for _step in range(20):
        if not isinstance(widget, Dictionary):
            break
        if isinstance(widget.get(Name.T), String):
            parts.append(str(widget.T))
        widget = widget.get(Name.Parent)
    return ".".join(reversed(parts))[:500]


def _kind(widget: Any) -> str:
    flags = int(_inherited(widget, "/Ff") or 0)
    match str(_inherited(widget, "/FT")):
        case "/Btn":
            if flags & _PUSH:
                return "button"
            return "radio" if flags & _RADIO else "checkbox"
        case "/Ch":
            return "combo" if flags & _COMBO else "list"
        case "/Sig":
            return "signature"
        case _:
            if flags & _MULTILINE:
                return "multiline"
            return "password" if flags & _PASSWORD else "text"


def _on(widget: Any) -> str | None:
    """The name of the state in which a box is ticked."""
    looks = widget.get(Name.AP)
    normal_looks = looks.get(Name.N) if isinstance(looks, Dictionary) else None
    if not isinstance(normal_looks, Dictionary):
        return None
    states = [str(key).lstrip("/") for key in list(normal_looks.keys())]
    return next((state for state in states if state != _OFF), None)


def _plain(value: Any) -> Any:
    if isinstance(value, Array):
        return [_plain(each) for each in list(value)[:500]]
    if value is None:
        return None
    return str(value).lstrip("/") if isinstance(value, Name) else str(value)[:20_000]


def _described(page_index: int, frame: Frame, widget: Any) -> dict[str, Any]:
    kind = _kind(widget)
    flags = int(_inherited(widget, "/Ff") or 0)
    x0, y0, x1, y1 = normal(tuple(float(side) for side in widget.Rect))  # type: ignore[arg-type]
    left, top = frame.from_file(x0, y1)
    right, bottom = frame.from_file(x1, y0)
    value = None if kind == "password" else _plain(_inherited(widget, "/V"))
    option = _on(widget)
    return {
        "name": _name(widget),
        "kind": kind,
        "value": value == option if kind == "checkbox" else value,
        "options": _plain(_inherited(widget, "/Opt") or Array([])),
        "page_index": page_index,
        "rect": [left, top, right, bottom],
        "option": option if kind == "radio" else None,
        "read_only": bool(flags & _READ_ONLY) or kind in ("signature", "button"),
        "max_length": int(_inherited(widget, "/MaxLen") or 0) or None,
    }


def _fill(pdf: pikepdf.Pdf, values: dict[str, Any]) -> None:
    by_name: dict[str, list[Any]] = {}
    for _page, _frame, widget in _widgets(pdf):
        by_name.setdefault(_name(widget), []).append(widget)
    for name, value in values.items():
        widgets = by_name.get(name)
        if not widgets:
            raise Refused("unknown_field", f"This form has no field “{name[:100]}”.")
        _set(widgets, value, name)
    form = pdf.Root.AcroForm
    # Readers draw what we cannot: letters beyond Latin.
    form.NeedAppearances = True
    pdf.generate_appearance_streams()
    form.NeedAppearances = True


def _set(widgets: list[Any], value: Any, name: str) -> None:
    holder, kind = _holder(widgets[0]), _kind(widgets[0])
    match kind:
        case "checkbox" | "radio":
            _tick(widgets, holder, value, kind)
        case "list" | "combo" | "text" | "multiline" | "password":
            if isinstance(value, list):
                holder.V = Array([String(str(each)) for each in value])
            else:
                holder.V = String("" if value is None else str(value))
            if "/I" in holder:
                del holder["/I"]
        case _:
            raise Refused("unknown_field", f"“{name[:100]}” cannot be filled in.")


def _tick(widgets: list[Any], holder: Any, value: Any, kind: str) -> None:
    chosen = _OFF
    for widget in widgets:
        on = _on(widget)
        is_on = on is not None and (
            bool(value) and value != _OFF if kind == "checkbox" else value == on
        )
        widget.AS = Name(f"/{on if is_on else _OFF}")
        if is_on and on is not None:
            chosen = on
    holder.V = Name(f"/{chosen}")
