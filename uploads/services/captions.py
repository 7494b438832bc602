"""Captions of assets: timed words, one WebVTT object for each language and label."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from streamfetch.errors import Invalid, NotFound
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.storage.workspace import Workspace
from streamfetch.subtitles import MAX_CHARACTERS, MAX_CUES, Cue, parse, to_vtt
from uploads.describing import captions_of
from uploads.models import Asset, Caption

MAX_LABEL = 60
MAX_PER_ASSET = 100
# BCP 47 as far as it is used: https://www.rfc-editor.org/rfc/rfc5646
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}", re.IGNORECASE)


@dataclass(frozen=True)
class CaptionTrack:
    """One track of captions; `cues()` reads its words from storage."""

    id: UUID
    language: str
    label: str
    automatic: bool
    key: str
    size_bytes: int

    def cues(self) -> list[Cue]:
        """Raises `ObjectMissing` when the track was removed meanwhile."""
        content = media_storage().read_range(self.key, 0, self.size_bytes)
        return parse(content.decode())


def of(asset: Asset) -> list[CaptionTrack]:
    """The asset's captions: those people made first, then by language."""
    return [_track(caption) for caption in captions_of([asset.pk]).get(asset.pk, [])]


def add(
    asset: Asset,
    *,
    language: str,
    label: str = "",
    cues: Iterable[Cue],
    automatic: bool = False,
) -> CaptionTrack:
    """Store captions, in place of those of the same language and label.

    `language` is a BCP 47 tag; without `label` the language's own name is taken.
    Safe to repeat. Raises `Invalid` naming the field.
    """
    language = _language(language)
    label = _label(label, language)
    found = list(cues)
    text = to_vtt(found)
    if not found or len(found) > MAX_CUES or len(text) > MAX_CHARACTERS:
        raise Invalid(
            _("Captions have 1 to %(most)d lines with times.") % {"most": MAX_CUES},
            code="caption_count",
            field="cues",
        )
    same = Caption.objects.filter(asset_id=asset.pk, language=language, label=label)
    known = same.first()
    if known is None and _count(asset) >= MAX_PER_ASSET:
        raise Invalid(
            _("A file has %(most)d captions at most. Remove some first.")
            % {"most": MAX_PER_ASSET},
            code="too_many_captions",
        )
    key, size_bytes = _store(asset.pk, text, language=language, label=label)
    values = {"key": key, "size_bytes": size_bytes, "automatic": automatic}
    if not same.update_idempotently(**values, updated_at=timezone.now()):
        try:
            Caption.objects.create(
                asset_id=asset.pk, language=language, label=label, **values
            )
        except IntegrityError:
            # Added at the same time elsewhere: the later one stays.
            same.update_idempotently(**values, updated_at=timezone.now())
    if known is not None and known.key != key:
        media_storage().remove(known.key)
    return _track(same.get())


def add_file(asset: Asset, *, language: str, label: str, text: str) -> CaptionTrack:
    """`add` for the text of an SRT or WebVTT file."""
    return add(asset, language=language, label=label, cues=parse(text))


def find(asset: Asset, caption_id: UUID) -> Caption:
    """One of the asset's captions. Raises `NotFound`."""
    caption = Caption.objects.filter(pk=caption_id, asset_id=asset.pk).first()
    if caption is None:
        raise NotFound(_("This file has no such captions (any more)."))
    return caption


def remove(asset: Asset, caption_id: UUID) -> None:
    """Remove captions with their object. Raises `NotFound`."""
    caption = find(asset, caption_id)
    # The object goes first: a crash in between leaves a name that can be removed
    # again, not an object that nobody knows.
    media_storage().remove(caption.key)
    caption.delete()


def _language(text: str) -> str:
    text = text.strip().replace("_", "-")
    if not LANGUAGE.fullmatch(text):
        raise Invalid(
            _("A language is a tag such as “en” or “pt-BR”."), field="language"
        )
    first, *rest = text.split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part
                                      for part in rest)])  # fmt: skip


def _label(text: str, language: str) -> str:
    text = " ".join("".join(c for c in text if c.isprintable()).split())
    if not text:
        try:
            text = str(get_language_info(language.lower())["name_local"]).capitalize()
        except KeyError:
            text = language
    if len(text) > MAX_LABEL:
        raise Invalid(
            _("A label has %(most)d characters at most.") % {"most": MAX_LABEL},
            field="label",
        )
    return text


def _count(asset: Asset) -> int:
    return Caption.objects.filter(asset_id=asset.pk).count()


def _store(asset_id: UUID, text: str, *, language: str, label: str) -> tuple[str, int]:
    """Key and size of the stored text: the same for the same track and words."""
    content = text.encode()
    named = f"{language}\0{label}\0".encode()
    digest = hashlib.sha256(named + content).hexdigest()[:16]
    key = keys.asset_rendition(asset_id, f"captions-{digest}", "captions.vtt")
    with Workspace(label="captions") as workspace:
        path = workspace / "captions.vtt"
        path.write_bytes(content)
        media_storage().save_file(path, key, consume=True)
    return key, len(content)


def _track(caption: Any) -> CaptionTrack:
    return CaptionTrack(
        id=caption.pk,
        language=caption.language,
        label=caption.label,
        automatic=caption.automatic,
        key=caption.key,
        size_bytes=caption.size_bytes,
    )
