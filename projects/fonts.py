"""The fonts that titles may use: the same files in the browser and the renderer."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static


def fonts_directory() -> Path:
    """Where the front-end build put the font files."""
    return Path(settings.BASE_DIR) / "static" / "dist" / "fonts"


@cache
def _families() -> list[dict[str, Any]]:
    listing = fonts_directory() / "fonts.json"
    families: list[dict[str, Any]] = json.loads(listing.read_text("utf-8"))
    return families


def family_names() -> list[str]:
    return [family["family"] for family in _families()]


def browser_fonts() -> list[dict[str, Any]]:
    """Families with the addresses of their files, for the preview."""
    return [
        {
            "family": family["family"],
            "files": [
                {**file, "url": static(f"dist/fonts/{file['file']}")}
                for file in family["files"]
            ],
        }
        for family in _families()
    ]
