"""Looks videos up again before they expire: those that are fetched most, and those
that somebody has just asked for."""

import logging

from downloads.pipeline import counting, inspecting, means
from streamfetch import caching
from streamfetch.egress.url import PublicUrl
from streamfetch.errors import DomainError

# The rounds are ten minutes apart: no popular video expires between two of them.
RENEWED_AFTER_S = caching.VIDEO_METADATA_TTL_S - 900

logger = logging.getLogger(__name__)


def warm() -> int:
    """Returns how many were looked up; those that cannot be are passed over."""
    warmed = 0
    for video in counting.kept_popular():
        try:
            warmed += renew_old(means.parse(video["url"]))
        except DomainError as error:
            logger.info("%s was not warmed: %s", video["video_id"], error)
    return warmed


def renew_old(url: PublicUrl) -> bool:
    """Look again at what expires soon, unless somebody is at it. Says whether it did.

    Raises what looking up raises; what is known stays as it is then.
    """
    with caching.alone(f"renew:{url}", wait_s=0, hold_s=int(means.LOOK_S)) as is_mine:
        if not is_mine or inspecting.age_s(url) <= RENEWED_AFTER_S:
            return False
        inspecting.renew(url)
        return True
