"""Reads a picture that somebody sent and writes it anew."""

import warnings
from typing import Any

from PIL import Image, ImageOps

from pdfeditor.pipeline.children.refusing import Refused

MAX_PIXELS = 50_000_000
_QUALITY = 92


def run(config: dict[str, Any]) -> dict[str, Any]:
    """{source, target} → {image_type, width, height}, upright, in pixels."""
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(config["source"], formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused("image_too_large")
            kind = picture.format
            upright = ImageOps.exif_transpose(picture)
            upright.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused("image_too_large") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Refused("invalid_image") from error
    if kind == "PNG":
        mode = (
            "RGBA"
            if "A" in upright.getbands() or "transparency" in upright.info
            else "RGB"
        )
        upright.convert(mode).save(config["target"], "PNG")
    else:
        upright.convert("RGB").save(config["target"], "JPEG", quality=_QUALITY)
    return {
        "image_type": "png" if kind == "PNG" else "jpg",
        "width": upright.width,
        "height": upright.height,
    }
