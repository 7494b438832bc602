"""Everything that touches FFmpeg: probe, command lines, the one runner, text.

Knows nothing of Django, jobs or storage: paths and numbers come in, files and
frozen dataclasses go out, failures are `streamfetch.ffmpeg.errors`.
"""
