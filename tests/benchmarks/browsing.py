"""How often a look-up is answered from the cache while people browse.

python -m tests.benchmarks.browsing

5,000 look-ups of 500 videos whose popularity follows Zipf's law, in the real code
with a real Redis that lets entries expire; only the sites and the queue are played.
Time is shortened: an hour of the cache is eight seconds.
"""

import bisect
import itertools
import os
import random
import time
from types import SimpleNamespace
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from downloads import actors
from downloads.pipeline import inspecting, means, warming
from downloads.services import inspections
from downloads.sources.video import Video
from streamfetch import caching
from tests.benchmarks.figures import header

VIDEOS = 500
REQUESTS = 5000
NOBODY = SimpleNamespace(pk=None)
HOUR_S = 8
HOURS = (1, 2, 3, 4)
_SHARES = list(itertools.accumulate(1 / rank for rank in range(1, VIDEOS + 1)))


def _look(url: Any, *, cache_id: str, cookies: str) -> Video:
    return Video(id=cache_id, url=str(url), extractor="site", title="A video")


def hit_rate(hours: int, *, seed: int) -> float:
    """The share of hits when the look-ups are spread evenly over so many hours."""
    chance = random.Random(seed)
    started = time.monotonic()
    hits = 0
    for number in range(REQUESTS):
        wait_s = started + number * hours * HOUR_S / REQUESTS - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        rank = bisect.bisect_left(_SHARES, chance.random() * _SHARES[-1])
        url = means.parse(f"https://videos.example.org/{hours}/{rank}")
        hits += inspections.look_up(NOBODY, url).was_hit
    return hits / REQUESTS


def main() -> None:
    inspecting._look = _look
    caching.VIDEO_METADATA_TTL_S = HOUR_S
    warming.RENEWED_AFTER_S = HOUR_S * 3 // 4
    actors.renew_look.send = actors.renew_look.fn
    print(header(f"{REQUESTS} look-ups of {VIDEOS} videos, kept for an hour"))
    for hours in HOURS:
        rate = hit_rate(hours, seed=hours)
        print(f"over {hours} hours, from an empty cache: {rate:.1%} hits (limit 80 %)")


if __name__ == "__main__":
    main()
