"""ElevenLabs' dubbing API on loopback, faithful in paths, fields, statuses and errors.

It "dubs" by sending the sound back with a whistle over it. Scripts make it misbehave:
`fail` holds what happens to the next POSTs, one name each, and `dubs` what becomes of
those that are accepted. Nothing is dubbed twice unnoticed: `accepted` counts.
"""

import hashlib
import hmac
import io
import json
import re
import subprocess
import tempfile
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from streamfetch.ffmpeg.binary import ffmpeg_path

KEY = "sk_test_0123456789"
PAGE = 2


@dataclass
class Dub:
    """One accepted piece of work."""

    id: str
    name: str
    language: str
    sound: bytes
    fields: dict[str, str]
    looks: int = 0
    fetches: int = 0
    script: str = ""

    @property
    def is_video(self) -> bool:
        return self.sound[4:8] == b"ftyp"

    @property
    def is_project(self) -> bool:
        return "reference" in self.fields


@dataclass
class FakeElevenLabs:
    """`looks_until_done` is how often a dub says that it is under way."""

    address: str = ""
    looks_until_done: int = 1
    accepted: list[Dub] = field(default_factory=list)
    posts: int = 0
    # What happens to the next POSTs: 429, 429-slots, 500-kept, 500-lost, 401, quota,
    # lost, refused; "" is none of it.
    fail: list[str] = field(default_factory=list)
    # What becomes of a dub, by a part of its name: failed, silent, long, short,
    # garbage, 425, expired.
    dubs: Callable[[Dub], str] = lambda dub: ""
    maximum: int = 5
    in_flight_peak: int = 0
    retry_after: str = "0"
    webhook: Callable[[bytes, str], None] | None = None
    webhook_secret: str = "whsec_test"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def named(self, part: str) -> list[Dub]:
        return [dub for dub in self.accepted if part in dub.name]

    def find(self, dub_id: str) -> Dub | None:
        return next((dub for dub in self.accepted if dub.id == dub_id), None)

    def call_back(self, dub: Dub, *, times: int = 2) -> None:
        """Tell the listener, as the real one does: perhaps more than once."""
        if self.webhook is None:
            return
        body = json.dumps(
            {
                "type": "dubbing_language_completed",
                "data": {"project_id": dub.id, "language_id": f"lang_{dub.id}"},
            }
        ).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(
            self.webhook_secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256
        ).hexdigest()
        for _time in range(times):
            self.webhook(body, f"t={stamp},v0={digest}")


def whistled(
    wav: bytes, *, seconds_more: float = 0.0, is_silent: bool = False
) -> bytes:
    """The sound, half as loud, with a tone of 1 kHz where it was loud: a "dub"."""
    with wave.open(io.BytesIO(wav)) as file:
        channels, rate = file.getnchannels(), file.getframerate()
        data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    sound = data.reshape(-1, channels).astype(np.float32)
    if seconds_more:
        wanted = len(sound) + round(seconds_more * rate)
        places = np.linspace(0, len(sound) - 1, wanted)
        columns = [np.interp(places, np.arange(len(sound)), c) for c in sound.T]
        sound = np.stack(columns, axis=1)
    if is_silent:
        sound = np.zeros_like(sound)
    else:
        tone = np.sin(2 * np.pi * 1000 * np.arange(len(sound)) / rate)
        envelope = np.abs(sound).max(axis=1)
        smooth = np.convolve(envelope, np.ones(960) / 960, "same")
        sound = sound * 0.3 + (tone * smooth * 0.7)[:, None]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.astype("<i2").tobytes())
    return out.getvalue()


def encoded(wav: bytes, *, as_flac: bool) -> bytes:
    codec = ["-c:a", "flac", "-f", "flac"] if as_flac else ["-b:a", "128k", "-f", "mp3"]
    argv = [str(ffmpeg_path()), "-v", "error", "-i", "pipe:0", *codec, "pipe:1"]
    done = subprocess.run(argv, input=wav, capture_output=True, check=True, timeout=60)
    return done.stdout


def marked(video: bytes, *, sound_of: Callable[[bytes], bytes]) -> bytes:
    """A video at another rate and size, a white box in its corner, its sound dubbed."""
    with tempfile.TemporaryDirectory() as folder:
        source, wav, out = (Path(folder) / name for name in ("a.mp4", "a.wav", "b.mp4"))
        source.write_bytes(video)
        program = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-y", "-i"]
        subprocess.run([*program, str(source), str(wav)], check=True, timeout=60)
        wav.write_bytes(sound_of(wav.read_bytes()))
        box = "drawbox=x=0:y=0:w=iw/4:h=ih/4:color=white:t=fill"
        argv = [*program, str(source), "-i", str(wav), "-map", "0:v", "-map", "1:a"]
        argv += ["-vf", f"fps=30,scale=iw*2:ih*2,{box}", "-preset", "ultrafast"]
        subprocess.run([*argv, str(out)], check=True, timeout=60)
        return out.read_bytes()


def _form(headers: Message, body: bytes) -> tuple[dict[str, str], bytes | None]:
    """Fields and the file of a multipart/form-data body."""
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser().parsebytes(head + body)
    fields: dict[str, str] = {}
    file = None
    for part in message.get_payload() if message.is_multipart() else []:
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if name == "file":
            file = payload
        else:
            fields[str(name)] = payload.decode()
    return fields, file


def _handler(fake: FakeElevenLabs) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Nothing: tests look at `accepted`."""

        def _answer(self, status: int, body: Any, **headers: str) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("current-concurrent-requests", "1")
            self.send_header("maximum-concurrent-requests", str(fake.maximum))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(content)

        def _error(self, status: int, code: str, text: str, **headers: str) -> None:
            detail = {
                "type": "error",
                "code": code,
                "message": text,
                "status": code,
                "request_id": "r1",
                "param": None,
            }
            self._answer(status, {"detail": detail}, **headers)

        def _is_allowed(self) -> bool:
            if self.headers.get("xi-api-key") == KEY:
                return True
            # The older shape.
            detail = {"status": "invalid_api_key", "message": "Invalid API key"}
            self._answer(401, {"detail": detail})
            return False

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not self._is_allowed():
                return
            path = urlsplit(self.path).path
            if path not in {"/v1/dubbing", "/v1/dubbing/project"}:
                self._error(404, "not_found", "No such path")
                return
            with fake.lock:
                fake.posts += 1
                script = fake.fail.pop(0) if fake.fail else ""
            if script in {"429", "429-slots", "quota", "refused", "500-lost"}:
                self._refuse(script)
                return
            self._accept(path, body, script)

        def _refuse(self, script: str) -> None:
            if script == "429":
                self._error(
                    429,
                    "rate_limit_exceeded",
                    "Slow down",
                    Retry_After=fake.retry_after,
                )
            elif script == "429-slots":
                self._error(
                    429,
                    "too_many_concurrent_requests",
                    "Too many",
                    Retry_After=fake.retry_after,
                )
            elif script == "quota":
                self._error(401, "quota_exceeded", "Quota exceeded")
            elif script == "refused":
                self._error(400, "invalid_audio", "This cannot be dubbed")
            else:
                self._answer(500, b"Internal Server Error")

        def _accept(self, path: str, body: bytes, script: str) -> None:
            fields, file = _form(self.headers, body)
            wanted = "target_lang" if path == "/v1/dubbing" else "target_language"
            if wanted not in fields or file is None:
                missing = wanted if wanted not in fields else "file"
                error = {"loc": ["body", missing], "msg": "Field required",
                         "type": "missing"}  # fmt: skip
                self._answer(422, {"detail": [error]})
                return
            name = fields.get("name") or fields.get("reference") or ""
            with fake.lock:
                dub = Dub(
                    id=f"dub{len(fake.accepted) + 1}",
                    name=name,
                    language=fields[wanted],
                    sound=file,
                    fields=fields,
                )
                dub.script = fake.dubs(dub)
                fake.accepted.append(dub)
            if script == "500-kept":
                self._answer(500, {"detail": {"status": "error", "message": "Oops"}})
            elif script == "lost":
                self.close_connection = True
                self.connection.close()
            elif dub.is_project:
                self._answer(201, self._project(dub))
            else:
                self._answer(200, {"dubbing_id": dub.id, "expected_duration_sec": 1.0})

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            path, query = parts.path, parse_qs(parts.query)
            if found := re.fullmatch(r"/signed/(\w+)/(audio|words)/(\d+)", path):
                self._signed(found[1], found[2], int(found[3]))
                return
            if not self._is_allowed():
                return
            if path in {"/v1/dubbing", "/v1/dubbing/project"}:
                self._list(path, query)
            elif found := re.fullmatch(r"/v1/dubbing/project/(\w+)", path):
                self._one(found[1], self._project)
            elif found := re.fullmatch(
                r"/v1/dubbing/project/(\w+)/language/lang_(\w+)", path
            ):
                self._one(found[2], self._language)
            elif found := re.fullmatch(r"/v1/dubbing/(\w+)", path):
                self._one(found[1], self._metadata)
            elif found := re.fullmatch(r"/v1/dubbing/(\w+)/audio/([\w-]+)", path):
                self._audio(found[1], found[2])
            elif found := re.fullmatch(r"/v1/dubbing/(\w+)/transcript/([\w-]+)", path):
                self._one(found[1], lambda dub: _srt(dub).encode())
            else:
                self._error(404, "not_found", "No such path")

        def _list(self, path: str, query: dict[str, list[str]]) -> None:
            is_project = path.endswith("project")
            dubs = [each for each in fake.accepted if each.is_project == is_project]
            start = int(query.get("cursor", ["0"])[0])
            page = dubs[::-1][start : start + PAGE]
            more = start + PAGE < len(dubs)
            cursor = str(start + PAGE) if more else None
            if is_project:
                found = [{**self._project(each), "language_ids": []} for each in page]
                self._answer(200, {"projects": found, "next_cursor": cursor})
                return
            metadata = [self._metadata(each, looks=False) for each in page]
            self._answer(
                200, {"dubs": metadata, "next_cursor": cursor, "has_more": more}
            )

        def _one(self, dub_id: str, describe: Callable[[Dub], Any]) -> None:
            dub = fake.find(dub_id)
            if dub is None:
                self._error(404, "dubbing_not_found", "No such dub")
            else:
                self._answer(200, describe(dub))

        def _metadata(self, dub: Dub, *, looks: bool = True) -> dict[str, Any]:
            dub.looks += looks
            done = dub.looks > fake.looks_until_done
            status = "dubbed" if done else "dubbing"
            if done and dub.script == "failed":
                status = "failed"
            return {
                "dubbing_id": dub.id,
                "name": dub.name,
                "status": status,
                "source_language": "en",
                "target_languages": [dub.language],
                "editable": False,
                "created_at": "2026-11-21T00:00:00Z",
                "media_metadata": {"content_type": "audio/wav", "duration": 1.0},
                "error": "The speech could not be found"
                if status == "failed"
                else None,
            }

        def _project(self, dub: Dub) -> dict[str, Any]:
            return {
                "project_id": dub.id,
                "status": "ready" if dub.looks else "queued",
                "reference": dub.name,
                "source_language": "en",
                "model_id": "dubbing_v2",
                "media": None,
                "language_ids": [f"lang_{dub.id}"],
                "webhook_ids": [],
                "revision": 1,
                "error": None,
                "warnings": [],
                "created_at": "2026-11-21T00:00:00Z",
                "updated_at": "2026-11-21T00:00:00Z",
            }

        def _language(self, dub: Dub) -> dict[str, Any]:
            dub.looks += 1
            done = dub.looks > fake.looks_until_done
            error = outputs = None
            status = "completed" if done else "processing"
            if done and dub.script == "failed":
                status = "failed"
                error = {
                    "code": "no_speech",
                    "message": "No speech",
                    "retryable": False,
                }
            elif done:
                base = f"{fake.address}/signed/{dub.id}"
                outputs = {
                    "lossless_audio": f"{base}/audio/{dub.looks}",
                    "subtitles": f"{base}/words/{dub.looks}",
                }
            return {
                "language_id": f"lang_{dub.id}",
                "project_id": dub.id,
                "target_language": dub.language,
                "status": status,
                "outputs": outputs,
                "revision": 1,
                "output_revision": 1 if done else None,
                "error": error,
                "created_at": "2026-11-21T00:00:00Z",
                "updated_at": "2026-11-21T00:00:00Z",
            }

        def _signed(self, dub_id: str, what: str, issued: int) -> None:
            dub = fake.find(dub_id)
            if dub is None:
                self._answer(404, b"")
                return
            if what == "words":
                self._answer(200, _vtt(dub).encode())
                return
            dub.fetches += 1
            if dub.script == "expired" and dub.fetches == 1:
                self._answer(403, b"<Error><Code>ExpiredToken</Code></Error>")
                return
            self._answer(200, _result(dub, as_flac=True))

        def _audio(self, dub_id: str, language: str) -> None:
            dub = fake.find(dub_id)
            if dub is None or dub.language != language:
                self._error(404, "dubbing_not_found", "No such dub")
                return
            dub.fetches += 1
            if dub.script == "425" and dub.fetches == 1:
                body = {"error": "dubbing_not_dubbed", "message": "Not ready"}
                self._answer(425, body)
                return
            kind = "video/mp4" if dub.is_video else "audio/mpeg"
            self._answer(200, _result(dub, as_flac=False), Content_Type=kind)

    return Handler


def _result(dub: Dub, *, as_flac: bool) -> bytes:
    if dub.script == "garbage":
        return b"this is not a sound at all " * 40
    more = {"long": 0.3, "short": -0.3, "overrun": 8.0}.get(dub.script, 0.0)

    def sound_of(wav: bytes) -> bytes:
        return whistled(wav, seconds_more=more, is_silent=dub.script == "silent")

    if dub.is_video:
        return marked(dub.sound, sound_of=sound_of)
    return encoded(sound_of(dub.sound), as_flac=as_flac)


def _srt(dub: Dub) -> str:
    return "1\n00:00:00,500 --> 00:00:02,000\nHola a todos\n\n"


def _vtt(dub: Dub) -> str:
    return "WEBVTT\n\n00:00.500 --> 00:02.000\nHola a todos\n"


@contextmanager
def serving() -> Iterator[FakeElevenLabs]:
    fake = FakeElevenLabs()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    fake.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
