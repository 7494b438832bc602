"""Runs yt-dlp on one address, in a process of its own. Imports nothing of ours.

    python -I ytdlp_child.py REQUEST.json

Answers with one JSON object a line on its standard output; `ytdlp.py` reads them.
Before yt-dlp is imported an audit hook is set that cannot be taken off again: this
process connects to the filtering proxy only, and starts no program but Node.
"""

import json
import os
import sys
import time
from typing import Any

Info = dict[str, Any]

TELL_EVERY_S = 0.5
_CLEAN_URL = ("http://", "https://")
# What the answer leaves out: large, and of no use to the caller.
_DROPPED = frozenset(
    {"fragments", "heatmap", "comments", "requested_formats", "requested_subtitles"}
)
_REFUSED_EVENTS = frozenset(
    {"os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "pty.spawn"}
)


def say(event: str, **values: Any) -> None:
    """One line to the caller. What was broken off leaves half a line, never two."""
    line = json.dumps({"event": event, **values}, default=str) + "\n"
    sys.stdout.write(line)
    sys.stdout.flush()


def confine(*, port: int, node: str) -> None:
    """Refuse every connection except to the proxy, and every program except Node."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            address = arguments[1]
            if not isinstance(address, tuple) or address[:2] != ("127.0.0.1", port):
                raise PermissionError("only the proxy may be connected to")
        elif event == "socket.getaddrinfo":
            if arguments[0] not in ("127.0.0.1", b"127.0.0.1"):
                raise PermissionError("names are looked up by the proxy")
        elif event == "subprocess.Popen":
            program = arguments[1][0] if arguments[1] else arguments[0]
            if not node or os.fspath(program) != node:
                raise PermissionError("no programs are started here")
        elif event in _REFUSED_EVENTS:
            raise PermissionError("no programs are started here")

    sys.addaudithook(watch)


class Logger:
    """yt-dlp's words; the last complaints are kept for the error."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def debug(self, message: str) -> None:
        """Of no interest."""

    info = debug

    def warning(self, message: str) -> None:
        self.warnings = [*self.warnings[-4:], str(message)[:500]]

    error = warning


def options(request: Info, logger: Logger) -> Info:
    """Everything that would read a configuration, run a program or leave the
    workspace is off; see YoutubeDL's docstring for the names."""
    return {
        "quiet": True,
        "noprogress": True,
        "logger": logger,
        "proxy": os.environ["http_proxy"],
        "socket_timeout": 20,
        "cachedir": request["cache_dir"],
        "cookiefile": request.get("cookie_file"),
        "js_runtimes": {"node": {"path": request["node"]}} if request["node"] else {},
        "ffmpeg_location": "/nonexistent",
        "hls_prefer_native": True,
        "external_downloader": {"default": "native"},
        "enable_file_urls": False,
        "noplaylist": True,
        "extract_flat": "in_playlist",
        "playlistend": request["max_entries"],
        "check_formats": False,
        "ignoreerrors": False,
        "allow_unplayable_formats": False,
        "extractor_retries": 1,
        "retries": 5,
        "fragment_retries": 5,
        "file_access_retries": 1,
        "retry_sleep_functions": {
            "http": lambda n: min(0.3 * 2**n, 4),
            "fragment": lambda n: min(0.3 * 2**n, 4),
        },
        "skip_unavailable_fragments": False,
        "continuedl": True,
        "overwrites": None,
        "nopart": False,
        "updatetime": False,
        "max_filesize": request["max_bytes"],
        "paths": {"home": request["directory"]},
        "color": "never",
    }


def length_of_fragments(info: Info) -> float | None:
    """Seconds: what a DASH manifest says piece by piece and yt-dlp never adds up."""
    lengths = []
    for one in info.get("formats") or []:
        pieces = [piece.get("duration") for piece in one.get("fragments") or []]
        # The first one is the head of the file, which has no length.
        seconds = [each for each in pieces if isinstance(each, int | float)]
        if seconds and len(seconds) >= len(pieces) - 1:
            lengths.append(sum(seconds))
    return max(lengths, default=None)


def slim(info: Info) -> Info:
    """The info dictionary without what is large and unused."""
    kept = {key: value for key, value in info.items() if key not in _DROPPED}
    if not kept.get("duration"):
        kept["duration"] = length_of_fragments(info)
    if isinstance(kept.get("formats"), list):
        kept["formats"] = [
            {key: value for key, value in one.items() if key != "fragments"}
            | {"is_fragmented": bool(one.get("fragments"))}
            for one in kept["formats"]
            if isinstance(one, dict)
        ]
    for field in ("subtitles", "automatic_captions"):
        tracks = kept.get(field)
        if isinstance(tracks, dict):
            kept[field] = {
                language: [{"name": (files[0] or {}).get("name")}]
                for language, files in tracks.items()
                if files
            }
    return kept


def extract(ydl: Any, request: Info) -> Info:
    info: Info | None = ydl.extract_info(request["url"], download=False)
    if info is None:
        raise ValueError("no video could be found")
    if info.get("_type") in ("playlist", "multi_video"):
        info["entries"] = [one for one in info.get("entries") or [] if one]
        # A page with one video on it is that video.
        if len(info["entries"]) == 1 and info["entries"][0].get("formats"):
            info = info["entries"][0]
    return info


class Teller:
    """Turns yt-dlp's progress into lines, a few each second."""

    def __init__(self) -> None:
        self.part = 0
        self.told_at = 0.0

    def __call__(self, state: Info) -> None:
        now = time.monotonic()
        ended = state.get("status") == "finished"
        if not ended and now - self.told_at < TELL_EVERY_S:
            return
        self.told_at = now
        total = state.get("total_bytes") or state.get("total_bytes_estimate")
        say(
            "progress",
            part=self.part,
            bytes=state.get("downloaded_bytes") or 0,
            total=total,
            speed=state.get("speed"),
        )


def fetch(ydl: Any, info: Info, request: Info) -> list[Info]:
    """Each wanted format into a file of its own; merging is not done here."""
    wanted = request["formats"]
    offered = {one.get("format_id"): one for one in info.get("formats") or [info]}
    if not all(name in offered for name in wanted):
        raise ValueError("requested format is not available")
    teller = Teller()
    ydl.add_progress_hook(teller)
    parts = []
    for number, name in enumerate(wanted):
        teller.part = number
        one = {**info, **offered[name]}
        for field in ("requested_formats", "requested_downloads", "formats"):
            one.pop(field, None)
        path = os.path.join(request["directory"], f"part-{number}.media")
        success, _real = ydl.dl(path, one)
        if not success:
            raise ValueError("network: the download did not succeed")
        parts.append({"path": path, "format_id": name, "ext": str(one.get("ext", ""))})
    return parts


def fetch_subtitles(ydl: Any, info: Info, request: Info) -> list[Info]:
    """The wanted tracks as WebVTT or SRT files. One that fails is left out."""
    found = []
    for number, wanted in enumerate(request["subtitles"]):
        field = "automatic_captions" if wanted["automatic"] else "subtitles"
        files = (info.get(field) or {}).get(wanted["language"]) or []
        readable = [one for one in files if one.get("ext") in ("vtt", "srt")]
        if not readable:
            continue
        path = os.path.join(request["directory"], f"track-{number}.text")
        one = dict(readable[0])
        try:
            if one.get("data") is not None:
                with open(path, "w", encoding="utf-8") as file:
                    file.write(str(one["data"]))
            else:
                one.setdefault("http_headers", info.get("http_headers"))
                # By itself: how the video comes must not decide how the words do.
                ydl.dl(path, one, subtitle=True)
        except Exception as error:
            say("warning", message=f"{wanted['language']}: {error}"[:300])
            continue
        if os.path.exists(path):
            found.append({"path": path, "name": one.get("name") or "", **wanted})
    return found


def complain(error: Exception, logger: Logger) -> None:
    """The exception as data: `ytdlp.py` knows what to say about it."""
    cause: Any = error
    status, retry_after = None, None
    kind = type(error).__name__
    for _step in range(6):
        if hasattr(cause, "status") and hasattr(cause, "response"):
            status = cause.status
            retry_after = cause.response.headers.get("Retry-After")
        if kind in ("DownloadError", "ExtractorError"):
            kind = type(cause).__name__
        inner = getattr(cause, "exc_info", None)
        following = inner[1] if inner and inner[1] is not None else None
        following = following or getattr(cause, "cause", None) or cause.__cause__
        if following is None or following is cause:
            break
        cause = following
    message = f"{error} {cause if cause is not error else ''}"[:2000]
    say(
        "error",
        kind=kind,
        message=message,
        status=status,
        retry_after=retry_after,
        warnings=logger.warnings,
    )


def run(request: Info) -> int:
    logger = Logger()
    if request["library"]:
        sys.path.insert(0, request["library"])
    import yt_dlp
    from yt_dlp import globals as ytdlp_globals

    ytdlp_globals.plugin_dirs.value = []
    confine(port=request["port"], node=request["node"])
    if request["do"] == "version":
        say("version", version=yt_dlp.version.__version__)
        return 0
    try:
        with yt_dlp.YoutubeDL(options(request, logger), auto_init=True) as ydl:
            info = request.get("ready") or extract(ydl, request)
            say("info", info=slim(ydl.sanitize_info(info)))
            if request["do"] == "inspect" or info.get("_type") == "playlist":
                return 0
            try:
                parts = fetch(ydl, info, request)
            except Exception:
                if not request.get("ready"):
                    raise
                # Addresses of files expire earlier than they say.
                info = extract(ydl, request)
                parts = fetch(ydl, info, request)
            tracks = fetch_subtitles(ydl, info, request)
            say("parts", parts=parts, tracks=tracks)
    except Exception as error:
        complain(error, logger)
        return 1
    return 0


def main() -> int:
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    # It names the cookie file; nothing needs it a second time.
    os.unlink(sys.argv[1])
    if not request["url"].startswith(_CLEAN_URL) and request["do"] != "version":
        say("error", kind="ValueError", message="not an address", status=None)
        return 1
    return run(request)


if __name__ == "__main__":
    sys.exit(main())
