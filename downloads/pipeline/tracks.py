"""Hands fetched subtitles to the library."""

import logging
from collections.abc import Sequence

from django.utils.translation import gettext as _

from downloads.models import Track
from downloads.sources.base import FetchedTrack
from streamfetch import subtitles
from streamfetch.errors import Invalid
from uploads.models import Asset
from uploads.services import captions

logger = logging.getLogger(__name__)

MAX_TRACK_BYTES = 4 * 1024 * 1024


def add(asset: Asset, tracks: Sequence[FetchedTrack]) -> list[FetchedTrack]:
    """Each track that can be read becomes captions of the asset. Returns those.

    What cannot is no failure: the video is worth having without.
    """
    added = []
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
            added.append(track)
        except (OSError, Invalid) as error:
            logger.warning("Subtitles in %s were left out: %s", track.language, error)
    return added


def note_of_missing(wanted: Sequence[Track], added: Sequence[FetchedTrack]) -> str:
    """What a person is told of the languages that did not come, or nothing."""
    came = {track.language for track in added}
    missing = {track.language for track in wanted} - came
    if not missing:
        return ""
    return _("The site has no readable subtitles in: {languages}.").format(
        languages=", ".join(sorted(missing))
    )
