"""Why a site did not give its video: stable codes, and what a person can do.

yt-dlp says most of it in English sentences only, so they are read with patterns
here; the sentences themselves are never shown. Texts are those of yt-dlp's
extractors (2026.08).
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from streamfetch.egress.errors import PASSING_STATUSES
from streamfetch.errors import DomainError

MAX_WAIT_S = 6 * 3600.0


class SourceFailure(DomainError):
    """A site, or yt-dlp, gave no video. `recoverable` says if waiting may help.

    `retry_after_s` is what the site asked to wait, or None.
    """

    code = "source_failed"
    http_status = 422

    def __init__(
        self, code: str, *, detail: str = "", retry_after_s: float | None = None
    ) -> None:
        kind = KINDS[code]
        self.retry_after_s = (
            None if retry_after_s is None else min(max(0.0, retry_after_s), MAX_WAIT_S)
        )
        super().__init__(
            detail or kind.words,
            code=code,
            extra={"retry_after_seconds": self.retry_after_s},
        )
        self.recoverable = kind.is_passing


@dataclass(frozen=True)
class Kind:
    """What is said of a code, and whether it passes by itself."""

    words: str
    is_passing: bool = False


KINDS = {
    "private": Kind(
        "This video is private. Ask its owner for access; if you have it, upload the "
        "cookies of your account in the settings of downloads."
    ),
    "login_required": Kind(
        "The site shows this only to people who are signed in. Upload the cookies of "
        "your account in the settings of downloads, then try again."
    ),
    "age_limited": Kind(
        "The site asks for the age of the viewer. Upload the cookies of an account "
        "that may watch it, then try again."
    ),
    "geo_blocked": Kind(
        "The site does not show this video in the country of this server."
    ),
    "removed": Kind(
        "There is no such video any more: it was removed, or the link is wrong. Check "
        "the link."
    ),
    "live": Kind(
        "This is a live stream that has not ended. Fetch it when it is over and the "
        "site offers the recording."
    ),
    "drm": Kind(
        "This video is protected against copying (DRM), so it cannot be fetched."
    ),
    "bot_check": Kind(
        "The site wants proof that no robot is asking. Upload the cookies of your "
        "browser in the settings of downloads, or try again in some hours."
    ),
    "unsupported": Kind(
        "No video was found at this address. Open the page of one video and paste its "
        "link, or paste the link of the file itself."
    ),
    "format_gone": Kind(
        "The site does not offer the chosen quality any more. Look the link up again "
        "and choose another one."
    ),
    "network": Kind(
        "The connection to the site broke. A download is tried again by itself; look "
        "a link up again in a moment.",
        is_passing=True,
    ),
    "rate_limited": Kind(
        "The site is being asked too often. A download is tried again by itself after "
        "the time the site asked for; look a link up again in a few minutes.",
        is_passing=True,
    ),
    "site_failed": Kind(
        "The site answered with an error of its own. Try again later.",
        is_passing=True,
    ),
    "forbidden": Kind(
        "The site refuses to give this video to the server. If it plays in your "
        "browser, upload your cookies in the settings of downloads and try again."
    ),
    "extractor_broken": Kind(
        "The site has changed and cannot be read at the moment. Ask the operator to "
        "run manage.py updateytdlp, then try again."
    ),
    "too_slow": Kind(
        "The site did not answer in time. Try again later.", is_passing=True
    ),
    "reader_died": Kind(
        "The program that reads this site stopped unexpectedly. Try again.",
        is_passing=True,
    ),
    "is_playlist": Kind(
        "This is a list of videos. Look the link up and choose which ones to fetch."
    ),
    "too_long": Kind("This video is longer than this server accepts."),
    "not_enough_room": Kind(
        "There is not enough room on the server's disk for this video. Delete files, "
        "or choose a smaller quality.",
    ),
}

# The first that matches decides; the order is from the precise to the general.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("drm", r"\bdrm\b"),
    ("bot_check", r"not a bot|captcha|cloudflare|automated (?:requests|queries)"),
    ("rate_limited", r"rate.?limit|too many requests|http error 429"),
    ("age_limited", r"age.{0,20}(?:restrict|confirm|verif|limit)|confirm your age"),
    (
        "live",
        r"live event will begin|premieres in|is (?:not currently|currently) live"
        r"|live stream (?:recording )?is(?: not|n.t)|\boffline\b|upcoming",
    ),
    (
        "geo_blocked",
        r"(?:available|blocked|playable).{0,60}(?:country|countries|region|location)"
        r"|geo.?restrict",
    ),
    ("private", r"\bprivate (?:video|playlist|account)\b|video is private"),
    (
        "login_required",
        r"log ?in|sign in|members.only|join this channel|subscribers|premium"
        r"|only available for registered|requires (?:authentication|payment)|account",
    ),
    (
        "removed",
        r"unavailable|removed|deleted|terminated|no longer (?:exists|available)"
        r"|does(?: not|n.t) exist|not found|http error (?:404|410)",
    ),
    ("format_gone", r"requested format is not available|no such format"),
    ("unsupported", r"unsupported url|no video (?:formats )?(?:found|could be found)"),
    (
        "network",
        r"timed out|connection|network|incomplete ?read|unable to connect|truncated"
        r"|remote end closed|bytes (?:read|missing)|name resolution|http error 5\d\d",
    ),
    ("extractor_broken", r"unable to extract|failed to (?:extract|parse)|report this"),
)
_COMPILED = tuple((code, re.compile(text)) for code, text in _PATTERNS)
_CODE_OF_KIND = {
    "UnsupportedError": "unsupported",
    "GeoRestrictedError": "geo_blocked",
    "UserNotLive": "live",
    "RegexNotFoundError": "extractor_broken",
    "IncompleteRead": "network",
    "TransportError": "network",
    "ContentTooShortError": "network",
}


def code_of_status(status: int) -> str:
    """What an HTTP error status of a site means for its video."""
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return "removed"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limited"
    if status == HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS:
        return "geo_blocked"
    if status == HTTPStatus.UNAUTHORIZED:
        return "login_required"
    return "site_failed" if status in PASSING_STATUSES else "forbidden"


def failure_of(
    *,
    kind: str = "",
    message: str = "",
    status: int | None = None,
    retry_after_s: float | None = None,
) -> SourceFailure:
    """The failure behind what yt-dlp raised.

    `kind` is the name of its exception's class, `message` its text, `status` the
    HTTP status that caused it.
    """
    text = message.lower()
    named = _CODE_OF_KIND.get(kind)
    if named in {"geo_blocked", "live", "unsupported"}:
        return SourceFailure(named)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SourceFailure("rate_limited", retry_after_s=retry_after_s)
    for code, pattern in _COMPILED:
        if pattern.search(text):
            if status is not None and code == "network":
                break
            return SourceFailure(code, retry_after_s=retry_after_s)
    if status is not None:
        return SourceFailure(code_of_status(status), retry_after_s=retry_after_s)
    return SourceFailure(named or "extractor_broken", retry_after_s=retry_after_s)
