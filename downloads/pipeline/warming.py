"""Looks the most fetched videos up before anybody asks again."""

import logging

from downloads.pipeline import counting, inspecting, means
from streamfetch import caching
from streamfetch.errors import DomainError

# The rounds are ten minutes apart: no popular video expires between two of them.
RENEWED_AFTER_S = caching.VIDEO_METADATA_TTL_S - 900

logger = logging.getLogger(__name__)


def warm() -> int:
    """Returns how many were looked up; those that cannot be are passed over."""
    warmed = 0
    for video in counting.kept_popular():
        try:
            url = means.parse(video["url"])
            if inspecting.age_s(url) > RENEWED_AFTER_S:
                inspecting.renew(url)
                warmed += 1
        except DomainError as error:
            logger.info("%s was not warmed: %s", video["video_id"], error)
    return warmed
