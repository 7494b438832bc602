"""Asks SponsorBlock which parts of a YouTube video are not the video.

Only the first digits of the id's hash are sent, so the service does not learn which
video it was.
"""

import hashlib
import json
import logging
from urllib.parse import quote

from django.conf import settings

from downloads.sources.segments import CATEGORIES, Segment, segments_in
from downloads.sources.video import Video
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import FetchError, HttpError, InvalidUrl, UnsafeUrl
from streamfetch.egress.proxy import EgressProxy

logger = logging.getLogger(__name__)

PREFIX_DIGITS = 4
MAX_ANSWER_BYTES = 4 * 1024 * 1024
MAX_S = 15.0


def segments_of(video: Video, *, proxy: EgressProxy) -> list[Segment]:
    """Empty where the service knows nothing, or does not answer."""
    if video.extractor.lower() != "youtube" or not video.site_id:
        return []
    prefix = hashlib.sha256(video.site_id.encode()).hexdigest()[:PREFIX_DIGITS]
    categories = quote(json.dumps(list(CATEGORIES), separators=(",", ":")))
    url = (
        f"{settings.SPONSORBLOCK_URL}/api/skipSegments/{prefix}?categories={categories}"
    )
    try:
        with open_stream(
            url, proxy=proxy, max_bytes=MAX_ANSWER_BYTES, max_seconds=MAX_S
        ) as stream:
            answer = json.loads(b"".join(stream))
    except HttpError as error:
        if error.status != 404:
            logger.warning("SponsorBlock answered %d", error.status)
        return []
    except (FetchError, InvalidUrl, UnsafeUrl, ValueError) as error:
        logger.warning("SponsorBlock did not answer: %s", error)
        return []
    return segments_in(answer, site_id=video.site_id)
