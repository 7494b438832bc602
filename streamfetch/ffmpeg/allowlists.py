"""The formats, codecs and protocols that may be read. Nothing else decides this.

Names are FFmpeg's demuxer and decoder names, which differ a little between
releases (`mp3` and `mp3float`), so families are listed completely. Playlists
(hls, dash, concat, sdp, imf) and scripts (lavfi, avisynth) must never appear:
they name other files.
"""

VIDEO_CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2",
    "matroska,webm",
    "mpegts",
    "mpeg",
    "avi",
    "flv",
    "gif",
)
AUDIO_CONTAINERS = ("ogg", "wav", "mp3", "flac", "aac", "aiff", "amr")
PICTURE_CONTAINERS = ("jpeg_pipe", "png_pipe", "webp_pipe")

VIDEO_DECODERS = (
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "libdav1d",
    "av1",
    "mpeg1video",
    "mpeg2video",
    "mpeg4",
    "h263",
    "flv",
    "theora",
    "prores",
    "dnxhd",
    "ffv1",
    "mjpeg",
    "png",
    "gif",
    "webp",
)
AUDIO_DECODERS = (
    "aac",
    "mp3",
    "mp3float",
    "mp2",
    "mp2float",
    "opus",
    "vorbis",
    "flac",
    "alac",
    "ac3",
    "eac3",
    "amrnb",
    "amrwb",
    "pcm_alaw",
    "pcm_mulaw",
    "pcm_u8",
    "pcm_s16be",
    "pcm_s16le",
    "pcm_s24be",
    "pcm_s24le",
    "pcm_s32be",
    "pcm_s32le",
    "pcm_f32be",
    "pcm_f32le",
    "pcm_f64le",
)

FORMAT_WHITELIST = ",".join(VIDEO_CONTAINERS + AUDIO_CONTAINERS + PICTURE_CONTAINERS)
CODEC_WHITELIST = ",".join(VIDEO_DECODERS + AUDIO_DECODERS)
PROTOCOL_WHITELIST = "file"

# Containers whose header states how long the content is. The others only let
# FFmpeg guess from the bit rate, so their claim is no reason to refuse a file.
CONTAINERS_WITH_DURATION = ("mov", "matroska", "avi", "flv", "wav", "flac", "aiff")

# 8192 x 8192: four times the area of 8K video would not decode in our memory.
MAX_PIXELS = 8192 * 8192

# Filter sources that take numbers only; `movie` and its kind open files.
SOURCES = frozenset({"color", "anullsrc", "sine", "testsrc2"})
