"""Files of a project: named by their content, so that writing twice is harmless."""

import hashlib
from pathlib import Path
from uuid import UUID

from pdfeditor.models import PdfProject
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage

_BLOCK_BYTES = 1024 * 1024


def digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()[:32]


def store(project_id: UUID, path: Path, *, role: str) -> str:
    """Keep `path` as the project's `role` (base, view, unlocked); returns its key."""
    key = keys.pdf_file(project_id, f"{role}/{digest_of(path)}{path.suffix}")
    media_storage().save_file(path, key, consume=True)
    return key


def source_key(project: PdfProject) -> str:
    """The file as it came, without its password."""
    return project.unlocked_key or project.asset.source_key


def thumbnail_key(project_id: UUID, name: str) -> str:
    return keys.pdf_file(project_id, f"thumbnails/{name}.jpg")


def image_key(project_id: UUID, image: str, image_type: str) -> str:
    return keys.pdf_file(project_id, f"images/{image}.{image_type}")


def fetch(key: str, path: Path) -> Path:
    """Bring an object to `path`, for reading only."""
    media_storage().fetch_to(key, path)
    return path
