"""Reads the blocks that `-progress pipe:1` writes; see ffmpeg(1), -progress."""

import re
from dataclasses import dataclass

_MAX_PENDING_BYTES = 16_384
_PERCENT_BEFORE_END = 99.9


@dataclass(frozen=True)
class Progress:
    """One report. `percent` (0-100) is None when nothing was expected.

    `percent` never falls and is 100 only with `done`. `speed` is media time
    over wall time; None where FFmpeg does not know it yet.
    """

    frame: int
    out_time_ms: int
    speed: float | None
    total_size: int
    done: bool
    percent: float | None


class ProgressParser:
    """Turns the bytes of one run into reports, in whatever pieces they come."""

    def __init__(
        self,
        *,
        expected_duration_ms: int | None = None,
        expected_frames: int | None = None,
    ) -> None:
        self._expected_duration_ms = expected_duration_ms
        self._expected_frames = expected_frames
        self._pending = b""
        self._block: dict[str, str] = {}
        self._percent = 0.0

    def feed(self, data: bytes) -> list[Progress]:
        """Return the reports that `data` completes."""
        *lines, pending = (self._pending + data).split(b"\n")
        self._pending = pending[-_MAX_PENDING_BYTES:]
        reports = []
        for line in lines:
            key, _, value = line.decode("ascii", "replace").partition("=")
            self._block[key.strip()] = value.strip()
            if key == "progress":
                reports.append(self._report())
                self._block = {}
        return reports

    def _report(self) -> Progress:
        frame = _whole(self._block.get("frame"))
        # out_time_ms is in microseconds too, for historical reasons.
        out_time_ms = _whole(self._block.get("out_time_us")) // 1000
        done = self._block["progress"] == "end"
        return Progress(
            frame=frame,
            out_time_ms=out_time_ms,
            speed=_speed(self._block.get("speed")),
            total_size=_whole(self._block.get("total_size")),
            done=done,
            percent=self._percent_of(frame, out_time_ms, done=done),
        )

    def _percent_of(self, frame: int, out_time_ms: int, *, done: bool) -> float | None:
        if self._expected_frames:
            share = frame / self._expected_frames
        elif self._expected_duration_ms:
            share = out_time_ms / self._expected_duration_ms
        else:
            return None
        now = 100.0 if done else min(share * 100, _PERCENT_BEFORE_END)
        self._percent = max(self._percent, now)
        return self._percent


def _whole(text: str | None) -> int:
    """Read a count; N/A and times before zero (priming samples) count as 0."""
    return int(text) if text and re.fullmatch(r"\d{1,18}", text) else 0


def _speed(text: str | None) -> float | None:
    match = re.fullmatch(r"(\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?)x", text or "")
    return float(match[1]) if match else None
