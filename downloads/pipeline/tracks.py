"""Hands fetched subtitles to the library."""

import logging
from collections.abc import Sequence

from downloads.sources.base import FetchedTrack
from streamfetch import subtitles
from uploads.models import Asset

logger = logging.getLogger(__name__)

MAX_TRACK_BYTES = 4 * 1024 * 1024


def add(asset: Asset, tracks: Sequence[FetchedTrack]) -> None:
    """Each track that can be read becomes captions of the asset; the rest is told
    in the log only, the video is worth having without."""
    for track in tracks:
        try:
            text = track.path.read_bytes()[:MAX_TRACK_BYTES].decode(errors="replace")
            cues = subtitles.parse(text)
        except (OSError, subtitles.InvalidSubtitles) as error:
            logger.warning("Subtitles in %s were left out: %s", track.language, error)
            continue
        logger.info("%d cues in %s for %s", len(cues), track.language, asset.pk)
