"""Says how many pages a file has."""

from typing import Any

from pdfeditor.pipeline.children.opening import open_pdf


def run(config: dict[str, Any]) -> int:
    """{source} → its number of pages."""
    with open_pdf(config["source"]) as pdf:
        return len(pdf.pages)
