"""Measures a finished file against its plan: frames, length, joins, loudness."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from automation.documents import BoundaryCheck, Report
from automation.models import AutomationJob
from automation.pipeline import pcm
from automation.pipeline.commands import to_wav
from automation.pipeline.loudness import loudness_of
from automation.pipeline.merge import Merged
from automation.pipeline.pcm import Reader
from automation.pipeline.pictures import Grid
from automation.pipeline.sound import SAMPLES_PER_MS, Line
from streamfetch.ffmpeg.probe import probe
from streamfetch.jobs.running import Run

# Around each boundary this much is compared, shifted by up to that much.
COMPARED = 96_000
MAX_SHIFT = 4_800
FAINT = 10 ** (-60 / 20)
# Less alike than this, and encoding has left nothing that could be recognised.
ALIKE = 0.5
PROBE_S = 120
TENTH = 4_800


def verify(run: Run[AutomationJob], line: Line, merged: Merged) -> Report:
    """Decode the stored file again and compare it with what was planned."""
    info = probe(merged.path, timeout_s=PROBE_S)
    before = line.info.video
    after = info.video
    if before is None or after is None:
        raise ValueError("a picture is missing")
    decoded = run.workspace / "check.wav"
    to_wav(
        merged.path,
        decoded,
        demuxer=info.container,
        channels=line.channels,
        workspace=run.workspace.path,
    )
    try:
        report = _heard(decoded, line, merged, edges=run.job.plan.edges)
    finally:
        decoded.unlink(missing_ok=True)
    video_ms = float(after.start_ms - info.start_ms + after.duration_ms)
    frame_ms = 1000 / float(before.fps) if before.fps else 40.0
    report = report.model_copy(
        update={
            "frames_in": _planned_frames(run.job, line),
            "frames_out": after.frame_count,
            "video_ms": video_ms,
            "av_difference_ms": round(abs(report.audio_ms - video_ms), 3),
            "frame_ms": round(frame_ms, 3),
        }
    )
    passed = (
        report.frames_in == report.frames_out
        and report.av_difference_ms <= report.frame_ms
        and report.max_boundary_error_samples == 0
    )
    return report.model_copy(update={"passed": passed})


def _planned_frames(job: AutomationJob, line: Line) -> int:
    """Those of the source; of pictures that came back, those of its even grid."""
    if job.config.use_watermark:
        return Grid.of(line).count
    return line.info.video.frame_count if line.info.video else 0


def _heard(decoded: Path, line: Line, merged: Merged, *, edges: list[int]) -> Report:
    """What the sound alone tells."""
    with Reader(decoded) as found, Reader(merged.sound) as made:
        sample_count = found.sample_count
        steps = _steps(found, line.sound, edges)
        checks = [
            BoundaryCheck(
                sample=sample,
                error_samples=_error(found, made, sample, merged.starts[at + 1]),
                step_lu=steps[at],
            )
            for at, sample in enumerate(edges[1:-1])
        ]
        peak = max(
            (float(np.abs(block).max(initial=0.0)) for block in found.blocks()),
            default=0.0,
        )
    errors = [abs(each.error_samples) for each in checks if each.error_samples]
    loud = [each.step_lu for each in checks if each.step_lu is not None]
    return Report(
        audio_ms=round(sample_count / SAMPLES_PER_MS, 3),
        sample_count=sample_count,
        planned_samples=line.sample_count,
        boundaries=checks,
        max_boundary_error_samples=max(errors, default=0),
        max_loudness_step_lu=round(max(loud, default=0.0), 2),
        peak_dbfs=round(20 * float(np.log10(max(peak, 1e-6))), 2),
        video_copied=merged.is_copied,
        kept_original=merged.kept_original,
        flagged=merged.flagged,
    )


def _error(found: Reader, made: Reader, planned: int, start: int) -> int | None:
    """By how many samples a join lies elsewhere than planned; None where it is
    silent. The file's own sound is found again by cross-correlation."""
    half = min(COMPARED // 2, start, made.sample_count - start)
    ours = made.read(start - half, start + half).mean(axis=1)
    first = max(0, planned - half - MAX_SHIFT)
    theirs = found.read(first, planned + half + MAX_SHIFT).mean(axis=1)
    if not half or len(theirs) < len(ours):
        return None
    if float(np.sqrt(np.square(ours).mean())) < FAINT:
        return None
    size = 1 << (len(ours) + len(theirs)).bit_length()
    product = np.fft.rfft(theirs, size) * np.conj(np.fft.rfft(ours, size))
    likeness = np.fft.irfft(product, size)[: len(theirs) - len(ours) + 1]
    shift = int(likeness.argmax())
    same = theirs[shift : shift + len(ours)]
    energy = float(np.sqrt(np.square(ours).sum() * np.square(same).sum()))
    if likeness[shift] < ALIKE * energy:
        return None
    return first + shift - (planned - half)


def _steps(found: Reader, original: Path, edges: list[int]) -> list[float | None]:
    """At each inner edge, how much the loudness changes beyond the original."""
    differences: list[float | None] = []
    with Reader(original) as source:
        for start, end in pairwise(edges):
            now, then = _loudness(found, start, end), _loudness(source, start, end)
            both = now is not None and then is not None
            differences.append(now - then if both else None)  # type: ignore[operator]
    return [
        None if a is None or b is None else round(abs(b - a), 2)
        for a, b in pairwise(differences)
    ]


def _loudness(reader: Reader, start: int, end: int) -> float | None:
    size = reader.rate * pcm.BLOCK_S // TENTH * TENTH
    return loudness_of(
        reader.read(at, min(end, at + size)) for at in range(start, end, size)
    )
