"""What can go wrong with media, each with a stable code and a plain sentence."""

from typing import ClassVar

from streamfetch.errors import DomainError


class FFmpegError(DomainError):
    """Root of every error of this package.

    `stderr_tail` is for logs and operators, never for the person: it may
    contain paths of the server.
    """

    code = "ffmpeg_error"
    http_status = 422
    message: ClassVar[str] = "The media tools failed; try again."

    def __init__(self, detail: str | None = None, *, stderr_tail: str = "") -> None:
        super().__init__(detail or self.message)
        self.stderr_tail = stderr_tail


class FFmpegMissing(FFmpegError):
    """There is no FFmpeg program to start."""

    code = "ffmpeg_missing"
    http_status = 503
    message = (
        "FFmpeg was not found: install the project's requirements, or set "
        "STREAMFETCH_FFMPEG to the path of an ffmpeg program."
    )


class EmptyFile(FFmpegError):
    """Zero bytes."""

    code = "empty_file"
    message = "This file is empty: choose another file, or save it again first."


class NotMedia(FFmpegError):
    """The content is no container or picture that we know."""

    code = "not_media"
    message = (
        "This file is not a video, a sound or a picture: choose a media file "
        "such as MP4, WebM, MOV, MP3 or JPEG."
    )


class UnsupportedMedia(FFmpegError):
    """Real media, but of a kind that is not accepted (playlists included)."""

    code = "unsupported_media"
    message = (
        "This kind of media is not supported: convert it to MP4 (H.264 and AAC) "
        "and bring it in again."
    )


class TruncatedMedia(FFmpegError):
    """Part of the content is missing."""

    code = "truncated_media"
    message = (
        "This file is incomplete, as if a copy or download had stopped early: "
        "get a complete copy and bring it in again."
    )


class UnreadableMedia(FFmpegError):
    """The content breaks the decoder, or needs more memory than is allowed."""

    code = "unreadable_media"
    message = (
        "This file is damaged or too demanding to be opened: export it again "
        "from the program that made it."
    )


class Stopped(FFmpegError):
    """The caller's `should_stop` said so."""

    code = "stopped"
    http_status = 409
    message = "The work was stopped on request; start it again when you want it."


class DeadlineExceeded(FFmpegError):
    """More wall or processor time than allowed."""

    code = "deadline_exceeded"
    recoverable = True
    message = (
        "This took longer than allowed and was ended: try again when the server "
        "is less busy, or use a shorter or smaller file."
    )


class Stalled(FFmpegError):
    """No sign of progress for `stall_s` seconds."""

    code = "stalled"
    recoverable = True
    message = (
        "The work stopped making progress and was ended: try again, and if it "
        "happens again convert the source file to MP4 first."
    )


class DiskFull(FFmpegError):
    """The file system of the workspace has no room (ENOSPC, EDQUOT)."""

    code = "disk_full"
    http_status = 507
    recoverable = True
    message = (
        "The server ran out of disk space: free some space or ask its operator, "
        "then try again."
    )


class OutputTooLarge(FFmpegError):
    """The result passed the size limit of one file."""

    code = "output_too_large"
    message = (
        "The result would be larger than allowed: choose a lower resolution, a "
        "lower quality or a shorter part."
    )


class FFmpegFailed(FFmpegError):
    """FFmpeg ended with an error that is none of the above."""

    code = "ffmpeg_failed"
    message = "FFmpeg could not do this; check the source files and try again."
