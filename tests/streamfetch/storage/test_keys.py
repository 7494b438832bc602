"""Object keys are made of what we chose and nothing else."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamfetch.storage import keys
from streamfetch.storage.errors import UnsafeKey

ID = UUID("0b0d7a1c-5f5e-4e0e-9a53-1f2ed5f3a001")

HOSTILE = [
    "",
    "/",
    "..",
    "assets",
    "assets/",
    "assets/..",
    "assets/../secret",
    "assets/./a.mp4",
    "assets//a.mp4",
    "/etc/passwd",
    "assets/a.mp4/",
    "assets/a\x00.mp4",
    "assets/a\n.mp4",
    "assets/%2e%2e/a.mp4",
    "assets\\a.mp4",
    "assets/.uploads/x",
    ".uploads/abc/data",
    ".incoming/tmp",
    "other/a.mp4",
    "assets/ä.mp4",
    "assets/a b.mp4",
    "assets/" + "a" * 101,
    "assets/1/2/3/4/5/6/7",
]


def test_every_maker_makes_a_key_that_passes_the_check() -> None:
    made = [
        keys.quarantine(ID),
        keys.asset_source(ID, "mp4"),
        keys.asset_rendition(ID, "poster", "poster.jpg"),
        keys.asset_rendition(ID, "cmaf-1", "360p/seg-00001.m4s"),
        keys.render_output(ID, "ab12cd34", "webm"),
        keys.probe(ID),
    ]
    assert [keys.check(key) for key in made] == made
    assert len(set(made)) == len(made)


def test_prefixes_cover_what_a_document_owns() -> None:
    assert keys.asset_source(ID, "mov").startswith(keys.asset(ID))
    rendition = keys.asset_rendition(ID, "cmaf-1", "master.m3u8")
    assert rendition.startswith(keys.asset_renditions(ID, "cmaf-1"))
    assert rendition.startswith(keys.asset(ID))
    assert keys.render_output(ID, "ab12cd34", "mp4").startswith(keys.render(ID))
    # The source is not below what a playback address authorises.
    playback = keys.asset_renditions(ID, "cmaf-1")
    assert not keys.asset_source(ID, "mp4").startswith(playback)


@pytest.mark.parametrize("extension", ["", "exe", "svg", "html", "MP4", "mp4/x", ".."])
def test_extensions_outside_the_list_are_refused(extension: str) -> None:
    with pytest.raises(UnsafeKey):
        keys.asset_source(ID, extension)
    with pytest.raises(UnsafeKey):
        keys.render_output(ID, "ab12cd34", extension)
    with pytest.raises(UnsafeKey):
        keys.asset_rendition(ID, "poster", f"name.{extension}")


@pytest.mark.parametrize(
    "name", ["../a.mp4", "/a.mp4", "a/../../b.mp4", "a//b.mp4", ".a.mp4", "a b.mp4"]
)
def test_names_of_rendition_files_cannot_leave_the_rendition(name: str) -> None:
    with pytest.raises(UnsafeKey):
        keys.asset_rendition(ID, "cmaf-1", name)


@pytest.mark.parametrize("value", ["", "..", "1; drop", "0b0d7a1c/../x"])
def test_ids_are_uuids(value: str) -> None:
    with pytest.raises(UnsafeKey):
        keys.quarantine(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", HOSTILE)
def test_check_refuses(key: str) -> None:
    with pytest.raises(UnsafeKey):
        keys.check(key)


@given(st.text(max_size=60))
def test_no_text_that_passes_has_a_dot_segment(text: str) -> None:
    try:
        key = keys.check("assets/" + text)
    except UnsafeKey:
        return
    assert key.isascii()
    assert not any(part in {"", ".", ".."} for part in key.split("/"))


@pytest.mark.parametrize("prefix", ["", "/", "assets", "assets/1", "other/", "../"])
def test_prefixes_are_whole_folders(prefix: str) -> None:
    with pytest.raises(UnsafeKey):
        keys.check_prefix(prefix)


def test_no_served_type_can_run_scripts() -> None:
    types = {each.content_type for each in keys.FILE_TYPES.values()}
    assert not [each for each in types if "html" in each or "svg" in each]
    assert keys.file_type("quarantine/x").content_type == keys.UNKNOWN_TYPE
