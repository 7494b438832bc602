"""One name for each video, however its address is written. Pure."""

import hashlib
import re
from urllib.parse import parse_qs, urlencode, urlsplit

from streamfetch.egress.url import PublicUrl

# https://developers.google.com/youtube/player_parameters describes the embed form.
_YOUTUBE_HOSTS = {
    "youtube.com",
    "www.youtube.com",
    "m.youtube.com",
    "music.youtube.com",
    "www.youtube-nocookie.com",
    "youtube-nocookie.com",
}
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}\Z")
_IN_PATH = re.compile(r"/(?:shorts|embed|live|v)/([A-Za-z0-9_-]{11})(?:[/?]|\Z)")
# Where a link was shared says nothing about where it leads.
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|si|feature|pp|igshid|ref_src\Z")


def youtube_id(url: PublicUrl) -> str:
    """The id of a YouTube video in any of its forms, or empty."""
    path, _mark, query = url.target.partition("?")
    if url.host == "youtu.be":
        candidate = path.strip("/").partition("/")[0]
        return candidate if _YOUTUBE_ID.match(candidate) else ""
    if url.host not in _YOUTUBE_HOSTS:
        return ""
    if path.rstrip("/") == "/watch":
        candidate = parse_qs(query).get("v", [""])[0]
        return candidate if _YOUTUBE_ID.match(candidate) else ""
    found = _IN_PATH.match(path)
    return found[1] if found else ""


def canonical(url: PublicUrl) -> str:
    """The address without what does not matter, for comparing."""
    if video := youtube_id(url):
        return f"https://www.youtube.com/watch?v={video}"
    parts = urlsplit(str(url))
    kept = [
        (name, value)
        for name, values in parse_qs(parts.query, keep_blank_values=True).items()
        if not _TRACKING.fullmatch(name)
        for value in values
    ]
    # Only rewritten when something goes: some servers mind the spelling.
    if len(kept) == len(re.findall(r"[^&]+", parts.query)):
        return str(url)
    return parts._replace(query=urlencode(kept)).geturl()


def video_id_of(url: PublicUrl) -> str:
    """A stable name of what an address leads to, at most 64 characters."""
    if video := youtube_id(url):
        return f"youtube-{video}"
    return hashlib.sha256(canonical(url).encode()).hexdigest()[:32]


def site_of(url: PublicUrl) -> str:
    """The site of an address, by which its downloads are limited."""
    if youtube_id(url) or url.host in _YOUTUBE_HOSTS:
        return "youtube.com"
    return url.host.removeprefix("www.")
