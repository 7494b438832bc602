"""Sample media for tests, made by FFmpeg's test sources when first asked for.

Files are kept by what they are in a cache directory: never change one, copy it.
"""

import hashlib
import os
import struct
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import av

from streamfetch.ffmpeg.binary import ffmpeg_path

# Fixed here: tests put other programs in FFmpeg's place.
_PROGRAM = ffmpeg_path()
TEN_HOURS_S = 36_000


def video(
    path: Path | None = None,
    *,
    duration_s: float = 2,
    width: int = 320,
    height: int = 180,
    fps: str = "25",
    audio: bool = True,
    codec: str = "libx264",
    audio_codec: str = "aac",
    container: str = "mp4",
    rotation: int = 0,
    sar: str = "1",
    vfr: bool = False,
    hdr: bool = False,
    faststart: bool = False,
    source: str = "testsrc2",
    audio_channels: int = 1,
    sample_rate: int = 48_000,
    gop: int = 25,
    start_s: float = 0,
    pix_fmt: str = "",
    audio_s: float | None = None,
) -> Path:
    """Return a video with a moving picture and a 440 Hz tone.

    `rotation` is degrees clockwise that a player must turn it; `source` is a
    lavfi picture source such as `color=red`. `audio_s` is how long the tone lasts,
    when not as long as the picture. With `path` it is copied there.
    """
    name = source.partition("=")[0]
    joint = ":" if "=" in source else "="
    graph = f"{source}{joint}size={width}x{height}:rate={fps}:duration={duration_s}"
    chain = [f"setsar={sar}"]
    if vfr:
        # Every fifth frame is dropped and the times of the others kept.
        chain.append("select='mod(n,5)'")
    if hdr:
        colors = "color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
        chain += ["format=yuv420p10le", f"setparams=range=tv:{colors}"]
    argv = ["-f", "lavfi", "-i", f"{graph},{','.join(chain)}"]
    if audio:
        length_s = duration_s if audio_s is None else audio_s
        tone = f"sine=frequency=440:sample_rate={sample_rate}:duration={length_s}"
        argv += ["-f", "lavfi", "-i", tone, "-c:a", audio_codec]
        argv += ["-ac", str(audio_channels)]
    argv += ["-c:v", codec, "-g", str(gop), "-threads", "1"]
    argv += ["-fps_mode", "vfr" if vfr else "cfr"]
    argv += ["-shortest"] if audio_s is None else []
    if codec == "libx264":
        argv += ["-preset", "veryfast"]
        argv += ["-pix_fmt", pix_fmt or ("yuv420p10le" if hdr else "yuv420p")]
    if start_s:
        argv += ["-output_ts_offset", str(start_s)]
    if faststart:
        argv += ["-movflags", "+faststart"]
    plain = _made(f"{name}.{container}", argv)
    if rotation:
        turned = ["-display_rotation", str(-rotation), "-i", str(plain)]
        plain = _made(f"turned.{container}", [*turned, "-c", "copy"])
    return _copied(plain, path)


def audio(
    path: Path | None = None,
    *,
    duration_s: float = 2,
    codec: str = "libmp3lame",
    container: str = "mp3",
    channels: int = 1,
    sample_rate: int = 44_100,
    cover: bool = False,
) -> Path:
    """Return a 440 Hz tone; `cover` adds a picture as cover art."""
    tone = f"sine=frequency=440:sample_rate={sample_rate}:duration={duration_s}"
    argv = ["-f", "lavfi", "-i", tone]
    if cover:
        argv += ["-i", str(image()), "-map", "0", "-map", "1", "-c:v", "copy"]
        argv += ["-disposition:v", "attached_pic"]
    argv += ["-c:a", codec, "-ac", str(channels)]
    return _copied(_made(f"tone.{container}", argv), path)


def image(
    path: Path | None = None,
    *,
    width: int = 320,
    height: int = 180,
    image_format: str = "jpeg",
    source: str = "testsrc2",
) -> Path:
    """Return a picture: jpeg, png, webp or gif."""
    joint = ":" if "=" in source else "="
    graph = f"{source}{joint}size={width}x{height}:rate=1:duration=1"
    suffix = {"jpeg": "jpg"}.get(image_format, image_format)
    argv = ["-f", "lavfi", "-i", graph, "-frames:v", "1", "-update", "1"]
    return _copied(_made(f"picture.{suffix}", argv), path)


def copied_from(path: Path, *, start_s: float) -> Path:
    """Return the rest of a file, copied: the frames since the key frame before are
    in it, and an edit list hides them."""
    return _made("cut.mp4", ["-ss", str(start_s), "-i", str(path), "-c", "copy"])


def without_packets(path: Path, first: int, last: int) -> Path:
    """Return a copy without some packets of its sound: it is silent for a while."""
    drop = f"noise=drop='between(n\\,{first}\\,{last})'"
    return _made("holed.mp4", ["-i", str(path), "-c", "copy", "-bsf:a", drop])


def with_broken_packets(path: Path, first: int, last: int) -> Path:
    """Return a copy in which no decoder makes sense of some packets of its sound."""
    noise = f"noise=amount='if(between(n\\,{first}\\,{last})\\,3\\,0)'"
    return _made("broken.mp4", ["-i", str(path), "-c", "copy", "-bsf:a", noise])


def chaptered(*, container: str = "mp4") -> Path:
    """Return two seconds with the chapters "One = 1", "Two" and "Last", which claims
    to end long after the file."""
    places = [(0, 500, "One \\= 1"), (500, 1500, "Two"), (1500, 60_000, "Last")]
    lines = [";FFMETADATA1"]
    for start, end, title in places:
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}"]
        lines.append(f"title={title}")
    names = _written("chapters.txt", "\n".join([*lines, ""]).encode())
    argv = ["-i", str(video(duration_s=2)), "-i", str(names), "-map", "0"]
    argv += ["-map_chapters", "1", "-c", "copy"]
    return _made(f"chaptered.{container}", argv)


def zero_bytes() -> Path:
    """Return an empty file named .mp4."""
    return _written("empty.mp4", b"")


def text_named_mp4() -> Path:
    """Return prose named .mp4."""
    return _written("prose.mp4", b"This is not a video, whatever its name says.\n" * 50)


def noise_named_mp4() -> Path:
    """Return bytes that mean nothing, named .mp4."""
    block = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(256))
    return _written("noise.mp4", block)


def truncated_mp4(*, faststart: bool = False) -> Path:
    """Return the first half of an MP4: without its index, or with it in front."""
    whole = video(faststart=faststart, duration_s=6).read_bytes()
    return _written("cut.mp4", whole[: len(whole) // 2])


def hls_playlist_named_mp4(target: Path) -> Path:
    """Return an HLS playlist named .mp4 that lists `target` by absolute path."""
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:2,", str(target)]
    text = "\n".join([*lines, "#EXT-X-ENDLIST", ""])
    return _written("playlist.mp4", text.encode())


def concat_list_named_mp4(target: Path) -> Path:
    """Return a script of FFmpeg's concat demuxer, named .mp4."""
    return _written("joined.mp4", f"ffconcat version 1.0\nfile '{target}'\n".encode())


def dash_manifest_named_mp4(target: Path) -> Path:
    """Return a DASH manifest named .mp4 that lists `target`."""
    text = (
        '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" '
        'type="static" mediaPresentationDuration="PT2S"><Period><AdaptationSet '
        f'mimeType="video/mp4"><BaseURL>file://{target}</BaseURL><Representation '
        'id="1"/></AdaptationSet></Period></MPD>\n'
    )
    return _written("manifest.mp4", text.encode())


def sdp_named_mp4() -> Path:
    """Return a session description named .mp4 that would open sockets."""
    text = "v=0\r\nc=IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n"
    return _written("session.mp4", text.encode())


def forbidden_codec() -> Path:
    """Return a Matroska file whose picture uses a codec that is not accepted."""
    return video(codec="magicyuv", audio=False, container="mkv")


def claims_ten_hours(*, container: str = "mp4") -> Path:
    """Return a few kilobytes whose header claims ten hours.

    `mp4` lies in mvhd, tkhd and mdhd, `webm` in Duration, and `stretched` lets
    the last packet last for ten hours.
    """
    if container == "webm":
        whole = video(duration_s=1, codec="libvpx", audio_codec="libopus",
                      container="webm").read_bytes()  # fmt: skip
        at = whole.index(b"\x44\x89\x88") + 3
        claim = struct.pack(">d", TEN_HOURS_S * 1000.0)
        return _written("claims.webm", whole[:at] + claim + whole[at + 8 :])
    if container == "stretched":
        last = f"setts=duration=if(eq(N\\,24)\\,{TEN_HOURS_S}/TB\\,DURATION)"
        argv = ["-i", str(video(duration_s=1, audio=False)), "-c", "copy"]
        return _made("stretched.mp4", [*argv, "-bsf:v", last])
    lying = bytearray(video(duration_s=1).read_bytes())
    # Version 0 of ISO/IEC 14496-12, 8.2.2, 8.3.2 and 8.4.2: where the
    # duration stands after the box type, and the time scale, if it is there.
    for kind, duration_at, scale_at in ((b"mvhd", 20, 16), (b"mdhd", 20, 16)):
        for at in _found(lying, kind):
            (scale,) = struct.unpack_from(">I", lying, at + scale_at)
            struct.pack_into(">I", lying, at + duration_at, TEN_HOURS_S * scale)
    for at in _found(lying, b"tkhd"):
        struct.pack_into(">I", lying, at + 24, TEN_HOURS_S * 1000)
    for at in _found(lying, b"elst"):
        struct.pack_into(">I", lying, at + 12, TEN_HOURS_S * 1000)
    return _written("claims.mp4", bytes(lying))


def rgb(path: Path, *, at_s: float = 0, width: int, height: int) -> bytes:
    """Return one frame of `path` as `height` rows of `width` RGB pixels."""
    argv = ["-ss", str(at_s), "-i", str(path), "-frames:v", "1"]
    argv += ["-vf", f"scale={width}:{height}", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    return _ffmpeg([*argv, "pipe:1"])


def frame_hashes(path: Path) -> list[str]:
    """Return a hash of each decoded video frame."""
    text = _ffmpeg(["-i", str(path), "-map", "0:v", "-f", "framemd5", "pipe:1"])
    lines = text.decode().splitlines()
    return [line.split(",")[-1].strip() for line in lines if line[:1] != "#"]


def sound_packets(path: Path) -> list[bytes]:
    """The packets of the first sound."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def _found(data: bytes | bytearray, kind: bytes) -> list[int]:
    places, at = [], data.find(kind)
    while at >= 0:
        places.append(at)
        at = data.find(kind, at + 4)
    return places


@cache
def _directory() -> Path:
    directory = Path(tempfile.gettempdir()) / f"streamfetch-test-media-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def _made(name: str, argv: list[str]) -> Path:
    key = "\0".join([_PROGRAM.name, str(_PROGRAM.stat().st_size), name, *argv])
    muxer = ["-f", "matroska"] if name.endswith(".mkv") else []

    def make(path: Path) -> None:
        _ffmpeg([*argv, *muxer, str(path)])

    return _cached(key.encode(), name, make)


def _written(name: str, content: bytes) -> Path:
    return _cached(content, name, lambda path: path.write_bytes(content))


def _cached(key: bytes, name: str, make: Callable[[Path], object]) -> Path:
    path = _directory() / hashlib.sha256(key).hexdigest()[:16] / name
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        # Another test process may make the same file: the last rename wins.
        fresh = path.with_name(f"{os.getpid()}-{name}")
        make(fresh)
        fresh.replace(path)
    return path


def _copied(made: Path, path: Path | None) -> Path:
    if path is None:
        return made
    path.write_bytes(made.read_bytes())
    return path


def _ffmpeg(argv: list[str]) -> bytes:
    before = [str(_PROGRAM), "-v", "error", "-nostdin", "-y"]
    finished = subprocess.run(
        [*before, *argv], capture_output=True, check=False, timeout=100
    )
    if finished.returncode:
        raise RuntimeError(finished.stderr.decode(errors="replace"))
    return finished.stdout
