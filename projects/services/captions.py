"""Captions of a project as files: SubRip and WebVTT, in and out."""

from projects.models import VideoProject
from projects.services import projects
from projects.timeline.document import CaptionCue
from projects.timeline.texts import MAX_CUES, MAX_TEXT
from streamfetch import subtitles
from streamfetch.errors import Invalid
from streamfetch.subtitles import Cue

WRITERS = {"srt": subtitles.to_srt, "vtt": subtitles.to_vtt}
CONTENT_TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt"}


def exported(project: VideoProject, file_format: str) -> str:
    """The captions as a file of `file_format`, a key of `WRITERS`."""
    cues = sorted(project.timeline.captions.cues, key=lambda cue: cue.start_time)
    return WRITERS[file_format](
        Cue(round(cue.start_time * 1000), round(cue.end_time * 1000), cue.text)
        for cue in cues
    )


def replace(
    project: VideoProject, text: str, *, language: str | None, revision: int
) -> VideoProject:
    """Put the cues of a file in the place of the captions.

    Raises `InvalidSubtitles`, `Invalid`, `RevisionConflict`.
    """
    cues = [
        CaptionCue(
            start_time=cue.start_ms / 1000,
            end_time=cue.end_ms / 1000,
            text=cue.text[:MAX_TEXT],
        )
        for cue in subtitles.parse(text)
        if cue.end_ms > cue.start_ms and cue.end_ms <= 24 * 3600 * 1000
    ]
    if len(cues) > MAX_CUES:
        raise Invalid(
            f"This file has {len(cues)} captions; a project takes {MAX_CUES} at most.",
            code="too_many_captions",
            field="text",
        )
    captions = project.timeline.captions.model_copy(update={"cues": cues})
    if language is not None:
        captions.language = language
    timeline = project.timeline.model_copy(update={"captions": captions})
    return projects.edit(project, revision=revision, timeline=timeline)
