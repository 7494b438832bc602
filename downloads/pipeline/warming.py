"""Looks the most fetched videos up before anybody asks again."""

import logging

from downloads.pipeline import counting, inspecting, means
from streamfetch.errors import DomainError

logger = logging.getLogger(__name__)


def warm() -> int:
    """Returns how many were looked up; those that cannot be are passed over."""
    warmed = 0
    for video in counting.kept_popular():
        try:
            url = means.parse(video["url"])
            if inspecting.known(url, owner_id=None) is None:
                inspecting.look_up(url, owner_id=None)
                warmed += 1
        except DomainError as error:
            logger.info("%s was not warmed: %s", video["video_id"], error)
    return warmed
