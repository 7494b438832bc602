"""Takes the password off a file."""

from typing import Any

from pdfeditor.pipeline.children.opening import open_pdf, save


def run(config: dict[str, Any]) -> bool:
    """{source, target, password} → whether it had one."""
    with open_pdf(config["source"], config["password"]) as pdf:
        had_password = pdf.is_encrypted
        save(pdf, config["target"])
    return had_password
