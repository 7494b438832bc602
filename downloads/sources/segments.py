"""Parts of a video: chapters, and what SponsorBlock says is not the video. Pure.

Times in whole milliseconds from the start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from downloads.sources.formats import number_of
from downloads.sources.video import Chapter

# https://wiki.sponsor.ajay.app/w/Types
CATEGORIES = {
    "sponsor": "Sponsor",
    "selfpromo": "Self-promotion",
    "interaction": "Reminder to subscribe",
}
MAX_SEGMENTS = 50
MIN_PIECE_MS = 100


@dataclass(frozen=True, order=True)
class Segment:
    start_ms: int
    end_ms: int
    title: str = ""


def segments_in(answer: Any, *, site_id: str) -> list[Segment]:
    """The segments of one video in SponsorBlock's answer to a hash prefix.

    That answer holds other videos with the same prefix too. What does not have the
    documented shape is left out.
    """
    found = []
    for video in answer if isinstance(answer, list) else []:
        if not isinstance(video, dict) or video.get("videoID") != site_id:
            continue
        for raw in video.get("segments") or []:
            times = raw.get("segment") if isinstance(raw, dict) else None
            if not isinstance(times, list) or len(times) != 2:
                continue
            start, end = number_of(times[0]), number_of(times[1])
            title = CATEGORIES.get(str(raw.get("category")))
            if title and start is not None and end is not None and end > start:
                found.append(Segment(round(start * 1000), round(end * 1000), title))
    return merged(found)[:MAX_SEGMENTS]


def merged(segments: Sequence[Segment]) -> list[Segment]:
    """In order, with those that touch or overlap made one."""
    result: list[Segment] = []
    for segment in sorted(segments):
        if result and segment.start_ms <= result[-1].end_ms:
            last = result[-1]
            end_ms = max(last.end_ms, segment.end_ms)
            result[-1] = Segment(last.start_ms, end_ms, last.title)
        else:
            result.append(segment)
    return result


def kept_ranges(duration_ms: int, removed: Sequence[Segment]) -> list[tuple[int, int]]:
    """What is left of a video, as (start, end); pieces too short to see are dropped."""
    ranges = []
    at_ms = 0
    for segment in merged(removed):
        if segment.start_ms - at_ms >= MIN_PIECE_MS:
            ranges.append((at_ms, min(segment.start_ms, duration_ms)))
        at_ms = max(at_ms, segment.end_ms)
    if duration_ms - at_ms >= MIN_PIECE_MS:
        ranges.append((at_ms, duration_ms))
    return [(start, end) for start, end in ranges if end > start]


def shifted(chapters: Sequence[Chapter], removed: Sequence[Segment]) -> list[Chapter]:
    """Chapters as they stand after the cut; those that were cut whole are gone."""

    def after(moment_ms: int) -> int:
        gone = 0
        for segment in merged(removed):
            if segment.start_ms >= moment_ms:
                break
            gone += min(segment.end_ms, moment_ms) - segment.start_ms
        return moment_ms - gone

    moved = [
        Chapter(start_ms=after(c.start_ms), end_ms=after(c.end_ms), title=c.title)
        for c in chapters
    ]
    return [chapter for chapter in moved if chapter.end_ms > chapter.start_ms]


def marked(
    chapters: Sequence[Chapter], segments: Sequence[Segment], *, duration_ms: int
) -> list[Chapter]:
    """Chapters with the segments standing between them as chapters of their own."""
    base = list(chapters) or [Chapter(start_ms=0, end_ms=duration_ms)]
    removed = merged(segments)
    result = [
        Chapter(start_ms=s.start_ms, end_ms=min(s.end_ms, duration_ms), title=s.title)
        for s in removed
    ]
    for chapter in base:
        at_ms = chapter.start_ms
        for segment in removed:
            if segment.end_ms <= at_ms or segment.start_ms >= chapter.end_ms:
                continue
            if segment.start_ms > at_ms:
                end_ms = segment.start_ms
                piece = Chapter(start_ms=at_ms, end_ms=end_ms, title=chapter.title)
                result.append(piece)
            at_ms = segment.end_ms
        if at_ms < chapter.end_ms:
            end_ms = chapter.end_ms
            piece = Chapter(start_ms=at_ms, end_ms=end_ms, title=chapter.title)
            result.append(piece)
    kept = [chapter for chapter in result if chapter.end_ms > chapter.start_ms]
    return sorted(kept, key=lambda chapter: chapter.start_ms)


def metadata_text(chapters: Sequence[Chapter]) -> str:
    """Chapters in FFmpeg's metadata format (ffmpeg-formats, "Metadata")."""
    lines = [";FFMETADATA1"]
    for chapter in chapters:
        title = "".join(f"\\{c}" if c in "=;#\\" else c for c in chapter.title)
        lines += [
            "[CHAPTER]",
            "TIMEBASE=1/1000",
            f"START={chapter.start_ms}",
            f"END={chapter.end_ms}",
            f"title={title.replace(chr(10), ' ')}",
        ]
    return "\n".join(lines) + "\n"
