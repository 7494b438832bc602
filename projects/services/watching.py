"""Playlists of a render that is under way: what is finished can be played.

HLS (RFC 8216): each finished piece is one fragmented file with its own header; the
playlist grows in order, and ends when the last piece is there.
"""

from collections.abc import Iterator
from fractions import Fraction

from django.utils.translation import gettext as _

from projects.models import CachedChunk, Render
from projects.pipeline import cache
from projects.timeline.plan import RenderPlan
from streamfetch.errors import NotFound
from streamfetch.storage.backends import media_storage

NAMES = ("master", "picture", "sound")
TARGET_S = 30


def playlist(render: Render, name: str) -> str:
    """One of `NAMES`. Raises `NotFound` while there is nothing to watch."""
    plan = render.plan
    if plan is None or name not in NAMES:
        raise NotFound(_("There is nothing to watch of this render yet."))
    shown = [plan.sound, *(span.piece for span in plan.spans)]
    found = cache.known(render.owner_id, shown)
    if name == "master":
        return _master(plan)
    if name == "sound":
        sound = found.get(plan.sound)
        return _media(_segments(sound), is_complete=sound is not None)
    pieces = [found.get(span.piece) for span in plan.spans]
    ready = []
    for piece in pieces:
        if piece is None:
            break
        ready.append(piece)
    lines = [line for piece in ready for line in _segments(piece)]
    return _media(iter(lines), is_complete=len(ready) == len(pieces))


def _master(plan: RenderPlan) -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:7"]
    sound = ""
    if plan.sound:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,'
            'AUTOSELECT=YES,URI="sound.m3u8"'
        )
        sound = ',AUDIO="sound"'
    lines.append(f"#EXT-X-STREAM-INF:BANDWIDTH=8000000{sound}")
    return "\n".join([*lines, "picture.m3u8", ""])


def _media(lines: Iterator[str], *, is_complete: bool) -> str:
    head = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{TARGET_S}",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        # Else players begin near the end of what grows.
        "#EXT-X-START:TIME-OFFSET=0",
    ]
    tail = ["#EXT-X-ENDLIST"] if is_complete else []
    return "\n".join([*head, *lines, *tail, ""])


def _segments(piece: CachedChunk | None) -> Iterator[str]:
    """A piece's header and its fragments, as ranges of its one file."""
    if piece is None:
        return
    url = media_storage().playback_url(piece.key).url
    yield "#EXT-X-DISCONTINUITY"
    yield f'#EXT-X-MAP:URI="{url}",BYTERANGE="{piece.init_bytes}@0"'
    for offset, size_bytes, ticks in piece.fragments:
        yield f"#EXTINF:{float(Fraction(ticks, piece.timescale)):.6f},"
        yield f"#EXT-X-BYTERANGE:{size_bytes}@{offset}"
        yield url
