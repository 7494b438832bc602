"""What processing tells the owner of a file: what it found, chose and took time for.

Kept with the job, over all its attempts, and shown on the file's page.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from streamfetch.ffmpeg.probe import MediaInfo
from streamfetch.ffmpeg.runner import Result
from streamfetch.jobs.running import Run
from uploads.models import AssetProcessing
from uploads.pipeline.ladder import Rung

MIB = 1024 * 1024


def note(run: Run[AssetProcessing], message: str) -> None:
    """Add a line, stored and shown at once."""
    run.store(log=run.job.log_with(message))


def begun(run: Run[AssetProcessing]) -> None:
    """The first line of an attempt."""
    if run.job.attempts > 1:
        text = _("Try %(number)d: the one before did not get to its end.")
        note(run, text % {"number": run.job.attempts})


def fetched(run: Run[AssetProcessing], *, size_bytes: int, seconds: float) -> None:
    text = _("Got %(size).1f MB from storage in %(seconds).1f s.")
    note(run, text % {"size": size_bytes / MIB, "seconds": seconds})


def found(run: Run[AssetProcessing], info: MediaInfo) -> None:
    parts = [info.container]
    if video := info.video:
        size = f"{video.display_width}x{video.display_height}"
        parts.append(f"{video.codec} {size}, {float(video.fps):g}/s")
    if audio := info.audio:
        parts.append(f"{audio.codec} {audio.sample_rate} Hz, {audio.channel_layout}")
    note(run, _("Found %(parts)s.") % {"parts": "; ".join(parts)})


def planned(run: Run[AssetProcessing], rungs: Sequence[Rung]) -> None:
    names = ", ".join(f"{rung.name} ({rung.width}x{rung.height})" for rung in rungs)
    note(run, _("Qualities to make: %(names)s.") % {"names": names})


def copied(run: Run[AssetProcessing], rung: Rung) -> None:
    text = _("%(name)s is the source itself: copied, not encoded.")
    note(run, text % {"name": rung.name})


def sound_copied(run: Run[AssetProcessing]) -> None:
    note(run, _("The sound is the source's own: copied, not encoded."))


def not_copied(run: Run[AssetProcessing], reason: str) -> None:
    text = _("No quality can be copied from the source: %(reason)s.")
    note(run, text % {"reason": reason})


def encoded(
    run: Run[AssetProcessing], names: Sequence[str], result: Result, *, media_ms: int
) -> None:
    """How long FFmpeg took, and how many times real time that is."""
    speed = media_ms / 1000 / result.duration_s if result.duration_s else 0
    text = _(
        "Encoded %(names)s in %(seconds).1f s: %(speed).1f times real time, "
        "%(cpu).1f s of processor time."
    )
    values = {
        "names": ", ".join(names),
        "seconds": result.duration_s,
        "speed": speed,
        "cpu": result.cpu_s,
    }
    note(run, text % values)


def stepped_aside(run: Run[AssetProcessing]) -> None:
    note(run, _("It plays now. Better qualities come after files that wait."))


def shared_out(run: Run[AssetProcessing], *, parts: int, names: Sequence[str]) -> None:
    text = _("Cut into %(parts)d parts for whoever is free: %(names)s.")
    note(run, text % {"parts": parts, "names": ", ".join(names)})


def joined(run: Run[AssetProcessing], names: Sequence[str], *, retried: int) -> None:
    text = _("Joined the parts of %(names)s; %(retried)d were tried again.")
    note(run, text % {"names": ", ".join(names), "retried": retried})


def finished(run: Run[AssetProcessing], *, seconds: float) -> None:
    note(run, _("Done after %(seconds).1f s.") % {"seconds": seconds})
