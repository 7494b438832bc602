"""From a site's pieces to one file in the library: joined, marked, cut, with words."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rest_framework.test import APIClient

from downloads.models import Download
from downloads.pipeline import inspecting
from downloads.pipeline.fetch import fetch, means
from downloads.sources.base import Fetched
from downloads.sources.formats import formats_of, presets_of
from downloads.sources.video import Chapter, Video
from streamfetch.ffmpeg.binary import ffmpeg_path
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.jobs.running import run_job
from tests import media
from tests.downloads.shelf import Shelf, serving
from uploads.models import Asset, Rendition
from uploads.services import captions

pytestmark = pytest.mark.django_db
URL = "/api/v1/downloads/"
YOUTUBE_ID = "dQw4w9WgXcQ"
WORDS = b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello there\n"
TEXT_SET = (
    '<AdaptationSet id="9" contentType="text" mimeType="text/vtt" lang="en">'
    '<Representation id="words" bandwidth="99"><BaseURL>en.vtt</BaseURL>'
    "</Representation></AdaptationSet></Period>"
)


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.WORKSPACES_ROOT = tmp_path / "workspaces"
    settings.DOWNLOADS_ROOT = tmp_path / "downloads"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"},
    }


@pytest.fixture(scope="module")
def dash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A manifest of two pictures, one sound and subtitles, and a page about it."""
    folder = tmp_path_factory.mktemp("dash")
    source = media.video(duration_s=4, width=640, height=360)
    argv = [
        *(ffmpeg_path(), "-v", "error", "-i", str(source), "-filter_complex"),
        "[0:v]split=2[a][b];[a]scale=-2:360[large];[b]scale=-2:180[small]",
        *("-map", "[large]", "-map", "[small]", "-map", "0:a"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-g", "50"),
        *("-metadata:s:a:0", "language=en", "-f", "dash", "-seg_duration", "2"),
        *("-adaptation_sets", "id=0,streams=v id=1,streams=a"),
        str(folder / "film.mpd"),
    ]
    subprocess.run(argv, check=True)
    files = {
        f"/{path.name}": ("video/mp4", path.read_bytes()) for path in folder.iterdir()
    }
    manifest = (folder / "film.mpd").read_text().replace("</Period>", TEXT_SET)
    files["/film.mpd"] = ("application/dash+xml", manifest.encode())
    red = media.image(source="color=red", image_format="png")
    files["/red.png"] = ("image/png", red.read_bytes())
    files["/en.vtt"] = ("text/vtt", WORDS)
    with serving(files) as shelf:
        page = (
            "<!doctype html><title>x</title>"
            '<meta property="og:title" content="The film">'
            f'<meta property="og:video" content="{shelf.url("/film.mpd")}">'
            f'<meta property="og:image" content="{shelf.url("/red.png")}">'
        )
        shelf.files["/film"] = ("text/html", page.encode())
        yield shelf


def source_of(asset: Asset, settings: Any) -> tuple[Path, MediaInfo]:
    path = Path(settings.MEDIA_ROOT) / asset.source_key
    return path, probe(path)


def test_a_manifest_on_a_page_becomes_one_file_with_words(
    api: APIClient, dash: Shelf, settings: Any
) -> None:
    found = api.post(f"{URL}inspect/", {"url": dash.url("/film")}).json()["video"]
    assert (found["title"], found["duration_ms"]) == ("The film", 4000)
    kinds = [(one["kind"], one["height"]) for one in found["formats"]]
    assert kinds == [("video", 360), ("video", 180), ("audio", None)]
    assert found["formats"][2]["audio_language"] == "en"
    assert all(one["size_bytes"] for one in found["formats"])
    assert [track["language"] for track in found["subtitles"]] == ["en"]
    smallest = found["presets"][-1]
    assert smallest["name"] == "smallest"
    body = {
        "url": dash.url("/film"),
        "format_id": smallest["format_id"],
        "subtitles": [{"language": "en"}, {"language": "xx"}],
        "then": "project",
    }
    asked = api.post(URL, body).json()
    assert asked["title"] == "The film"
    run_job(Download, asked["id"], fetch)
    done = api.get(f"{URL}{asked['id']}/").json()
    assert (done["state"], done["error"]) == ("succeeded", None)
    assert done["format"]["quality"] == "180p"
    asset = Asset.objects.get()
    _path, info = source_of(asset, settings)
    assert info.video is not None
    assert info.audio is not None
    assert info.video.height == 180
    assert info.duration_ms == pytest.approx(4000, abs=100)
    assert done["note"] == "The site has no readable subtitles in: xx."
    poster = Rendition.objects.get(asset_id=asset.pk, spec=Rendition.Spec.POSTER)
    with Image.open(Path(settings.MEDIA_ROOT) / poster.key) as picture:
        red, green, _blue = picture.convert("RGB").getpixel((9, 9))
    assert (red > 200, green < 60) == (True, True), "the site's picture"
    [track] = captions.of(asset)
    assert [cue.text for cue in track.cues()] == ["Hello there"]
    page = api.get(done["then_url"])
    assert page.status_code == 200
    assert str(asset.pk) in page.content.decode()


def test_a_file_that_is_deleted_leaves_its_line(api: APIClient, dash: Shelf) -> None:
    dash.files["/plain.mp4"] = ("video/mp4", media.video(duration_s=1).read_bytes())
    asked = api.post(URL, {"url": dash.url("/plain.mp4")}).json()
    run_job(Download, asked["id"], fetch)
    one = f"{URL}{asked['id']}/"
    assert not api.get(one).json()["file_deleted"]
    answer = api.post(f"{one}delete-file/").json()
    for row in (answer, api.get(one).json(), api.get(URL).json()["results"][0]):
        assert (row["state"], row["asset"], row["file_deleted"]) == (
            "succeeded",
            None,
            True,
        )
    assert api.post(f"{one}delete-file/").status_code == 404
    again = api.post(f"{one}again/").json()
    assert (again["title"], again["state"]) == ("plain", "queued")


class FromYouTube:
    """Stands for the site: hands over a file with three chapters of two seconds."""

    def __init__(self) -> None:
        raw = {"format_id": "18", "ext": "mp4", "vcodec": "avc1", "acodec": "mp4a"}
        formats = formats_of({"formats": [{**raw, "height": 180, "width": 320}]})
        self.video = Video(
            id=f"youtube-{YOUTUBE_ID}",
            url=f"https://www.youtube.com/watch?v={YOUTUBE_ID}",
            extractor="Youtube",
            site_id=YOUTUBE_ID,
            title="A talk",
            formats=formats,
            presets=presets_of(formats),
            default_format_id="18",
            chapters=[
                Chapter(start_ms=2000 * n, end_ms=2000 * n + 2000, title=title)
                for n, title in enumerate(("One", "Two = 2", "Three"))
            ],
        )

    def fetch(self, _wanted: Any, *, means: Any, **_calls: Any) -> Fetched:
        path = means.directory / "part-0.media"
        shutil.copyfile(media.video(duration_s=6), path)
        return Fetched(
            paths=(path,),
            file_name=self.video.title,
            size_bytes=path.stat().st_size,
            format_id="18",
            found=self.video,
        )


def chapters_in(path: Path) -> list[tuple[str, str, str]]:
    argv = [ffmpeg_path(), "-v", "error", "-i", str(path), "-f", "ffmetadata", "-"]
    text = subprocess.run(argv, capture_output=True, check=True, text=True).stdout
    found = []
    for block in text.split("[CHAPTER]\n")[1:]:
        values = dict(line.split("=", 1) for line in block.strip().splitlines())
        base_ms = 1000 * Fraction(values["TIMEBASE"])
        start, end = (str(int(values[key]) * base_ms) for key in ("START", "END"))
        found.append((start, end, values["title"]))
    return found


@pytest.mark.parametrize(
    ("wish", "length_ms", "chapters"),
    [
        (
            "off",
            6000,
            [
                ("0", "2000", "One"),
                ("2000", "4000", "Two \\= 2"),
                ("4000", "6000", "Three"),
            ],
        ),
        (
            "mark",
            6000,
            [
                ("0", "1000", "One"),
                ("1000", "3000", "Sponsor"),
                ("3000", "4000", "Two \\= 2"),
                ("4000", "6000", "Three"),
            ],
        ),
        (
            "remove",
            4000,
            [
                ("0", "1000", "One"),
                ("1000", "2000", "Two \\= 2"),
                ("2000", "4000", "Three"),
            ],
        ),
    ],
)
def test_chapters_and_what_a_sponsor_paid_for(
    api: APIClient,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    *,
    wish: str,
    length_ms: int,
    chapters: list[tuple[str, str, str]],
) -> None:
    site = FromYouTube()
    looked = inspecting.Looked(site.video, False, site.video.id)
    monkeypatch.setattr(inspecting, "look_up", lambda _url, *, owner_id: looked)
    monkeypatch.setattr(means, "ytdlp", lambda: site)
    prefix = hashlib.sha256(YOUTUBE_ID.encode()).hexdigest()[:4]
    answer = (
        '[{"videoID":"another","segments":[{"category":"sponsor","segment":[0,6]}]},'
        f'{{"videoID":"{YOUTUBE_ID}",'
        '"segments":[{"category":"sponsor","segment":[1,3]}]}]'
    ).encode()
    path = f"/api/skipSegments/{prefix}"
    with serving({path: ("application/json", answer)}) as sponsors:
        settings.SPONSORBLOCK_URL = sponsors.address
        body = {"url": site.video.url, "preset": "best", "sponsorblock": wish}
        asked = api.post(URL, body).json()
        run_job(Download, asked["id"], fetch)
        assert len(sponsors.asked) == (wish != "off")
    done = api.get(f"{URL}{asked['id']}/").json()
    assert (done["state"], done["error"]) == ("succeeded", None)
    file, info = source_of(Asset.objects.get(), settings)
    assert info.duration_ms == pytest.approx(length_ms, abs=120)
    assert chapters_in(file) == chapters
    titles = [title.replace("\\", "") for _start, _end, title in chapters]
    assert [chapter.title for chapter in info.chapters] == titles
