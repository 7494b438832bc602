from pathlib import Path

import pytest

from streamfetch.ffmpeg import binary
from streamfetch.ffmpeg.errors import FFmpegMissing


def test_the_bundled_program_has_what_the_product_needs() -> None:
    able = binary.capabilities()

    assert able.missing() == ()
    assert binary.version() == able.version
    assert {"libx264", "aac", "libvpx-vp9", "libopus"} <= able.encoders
    assert {"ass", "drawtext", "zscale", "loudnorm", "xfade"} <= able.filters


def test_a_build_without_a_needed_part_is_named() -> None:
    poor = binary.Capabilities(
        version="1", encoders=frozenset({"aac"}), filters=frozenset({"scale"})
    )

    assert "libx264" in poor.missing()
    assert "ass" in poor.missing()
    assert "aac" not in poor.missing()


def test_the_environment_chooses_another_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundled = binary.ffmpeg_path()
    other = tmp_path / "my-ffmpeg"
    other.symlink_to(bundled)
    monkeypatch.setenv("STREAMFETCH_FFMPEG", str(other))

    assert binary.ffmpeg_path() == other
    assert binary.version() == binary.capabilities().version


@pytest.mark.parametrize("content", [None, "not a program", "#!/bin/sh\necho hello\n"])
def test_what_is_no_ffmpeg_is_refused_with_advice(
    content: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "ffmpeg"
    if content is not None:
        wrong.write_text(content)
        wrong.chmod(0o755)
    monkeypatch.setenv("STREAMFETCH_FFMPEG", str(wrong))

    with pytest.raises(FFmpegMissing, match="STREAMFETCH_FFMPEG"):
        binary.capabilities()
