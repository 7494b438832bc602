"""Hands fetched subtitles to the library."""

import logging
from collections.abc import Sequence

from downloads.sources.base import FetchedTrack
from streamfetch import subtitles
from streamfetch.errors import Invalid
from uploads.models import Asset
from uploads.services import captions

logger = logging.getLogger(__name__)

MAX_TRACK_BYTES = 4 * 1024 * 1024


def add(asset: Asset, tracks: Sequence[FetchedTrack]) -> None:
    """Each track that can be read becomes captions of the asset.

    What cannot is told in the log only: the video is worth having without.
    """
    for track in tracks:
        try:
            text = track.path.read_bytes()[:MAX_TRACK_BYTES].decode(errors="replace")
            captions.add(
                asset,
                language=track.language,
                label=track.name,
                cues=subtitles.parse(text),
                automatic=track.automatic,
            )
        except (OSError, Invalid) as error:
            logger.warning("Subtitles in %s were left out: %s", track.language, error)
