"""The library on object storage, in Chromium, through a link that breaks."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect

from tests import media
from tests.cut_link import CutLink
from tests.running_server import ROOT, running_server

# A server starts here, and 300 MB travel twice.
pytestmark = pytest.mark.timeout(600)

MIB = 1024 * 1024
BUCKET = "library"
FILE_BYTES = 300 * MIB
PART_BYTES = 10 * MIB
LANES = 4
READY_MS = 120_000
# Chromium tells of every connection that breaks.
EXPECTED = re.compile(r"net::ERR_|Failed to load resource")


@dataclass
class Bucket:
    """A bucket behind a link, and the server that keeps its files there."""

    link: CutLink
    url: str
    server: str = ""
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def hear(self, response: Response) -> None:
        """Count what the server itself answers for media and uploads."""
        if not response.url.startswith(self.server):
            return
        path = urlsplit(response.url).path
        if path.startswith("/media/"):
            kind = path.rpartition(".")[2]
            self.answers[kind, response.status] += 1
        if response.request.method == "PUT":
            self.answers["put", response.status] += 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    port = free_port()
    moto = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/"):
                return True
        except OSError:
            return False

    try:
        wait_for(answers)
        with CutLink(("127.0.0.1", port)) as link:
            url = f"http://127.0.0.1:{link.port}"
            client = boto3.client(
                "s3",
                endpoint_url=url,
                region_name="us-east-1",
                aws_access_key_id="key",
                aws_secret_access_key="secret",
            )
            client.create_bucket(Bucket=BUCKET)
            yield Bucket(link, url)
    finally:
        moto.terminate()
        moto.wait(20)


@pytest.fixture(scope="module")
def server(
    bucket: Bucket, tmp_path_factory: pytest.TempPathFactory, server_seed: Path
) -> Iterator[str]:
    """A server whose files are in the bucket, by the link."""
    settings = {
        "STORAGE_PROVIDER": "s3",
        "S3_ENDPOINT_URL": bucket.url,
        "S3_BUCKET": BUCKET,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
    }
    folder = tmp_path_factory.mktemp("bucket-server")
    with running_server(folder, environment=settings, seed=server_seed) as running:
        bucket.server = running.url
        yield running.url


def two_rungs(*, duration_s: float) -> Path:
    """A film that becomes 360p and, a while later, 432p.

    A still picture: both rungs need so little of the link that a player takes the
    better one on a busy machine too.
    """
    return media.video(
        duration_s=duration_s,
        width=768,
        height=432,
        gop=250,
        source="smptebars",
        faststart=True,
    )


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 MB of which a player needs two: the rest is a box that it skips."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    # Key frames 10 s apart: no rung can be a copy.
    video = two_rungs(duration_s=16).read_bytes()
    padding = FILE_BYTES - len(video)
    noise = os.urandom(MIB)
    with path.open("wb") as file:
        file.write(video)
        file.write(padding.to_bytes(4, "big") + b"free")
        for start in range(8, padding, MIB):
            file.write(noise[: min(MIB, padding - start)])
    assert path.stat().st_size == FILE_BYTES
    return path


def upload_row(page: Page) -> Locator:
    return page.locator(".uploads .upload-row").filter(has_text="film.mp4")


def stay_out_of_it(context: BrowserContext) -> None:
    """A second tab shows the upload of the first, and leaves it alone."""
    other = context.new_page()
    other.goto("/")
    expect(upload_row(other)).to_contain_text("Uploading in another tab")
    expect(upload_row(other).get_by_role("button")).to_have_count(0)
    other.close()


def send_through_a_bad_link(page: Page, bucket: Bucket, film: Path) -> None:
    """Two cuts, and a reload in the middle; then the same file is chosen again."""
    link = bucket.link
    page.goto("/")
    before = link.sent_bytes
    page.get_by_label("Choose files").first.set_input_files(film)
    stay_out_of_it(page.context)
    for share in (0.15, 0.4):
        wait_for(lambda share=share: link.sent_bytes - before > share * FILE_BYTES)
        link.cut()
    wait_for(lambda: link.sent_bytes - before > 0.55 * FILE_BYTES)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    choose = upload_row(page).get_by_role("button", name="Choose the file")
    expect(choose).to_be_visible()
    with page.expect_file_chooser() as chooser:
        choose.click()
    chooser.value.set_files(film)
    expect(upload_row(page)).to_have_count(0, timeout=READY_MS)
    again = link.sent_bytes - before - FILE_BYTES
    # At each of the three interruptions, at most what the lanes had in flight.
    assert again <= 3 * LANES * PART_BYTES + 5 * MIB


def watch_qualities(page: Page) -> None:
    page.evaluate(
        """() => {
          const player = document.querySelector(".player");
          globalThis.seen = [];
          const note = () => {
            const { quality } = player.dataset;
            if (quality && seen.at(-1) !== quality) seen.push(quality);
          };
          new MutationObserver(note).observe(player, { attributes: true });
          note();
        }"""
    )


def test_a_large_file_comes_in_plays_and_is_cut(
    page: Page, bucket: Bucket, film: Path, problems: list[str]
) -> None:
    page.on("response", bucket.hear)
    send_through_a_bad_link(page, bucket, film)
    assert bucket.link.cuts == 2
    assert all(EXPECTED.search(problem) for problem in problems), problems
    problems.clear()

    page.get_by_role("link", name="film", exact=True).click()
    player = page.locator(".player")
    expect(player).to_be_visible(timeout=READY_MS)
    watch_qualities(page)
    page.get_by_role("button", name="Play", exact=True).last.click()
    page.wait_for_function("() => seen.includes('360p')", timeout=READY_MS)
    # The other rungs land while it plays, or after its end on a slow machine.
    expect(page.get_by_role("button", name="Make a clip")).to_be_enabled(
        timeout=READY_MS
    )
    page.evaluate("() => document.querySelector('video').play()")
    page.wait_for_function("() => seen.at(-1) === '432p'", timeout=READY_MS)
    assert page.evaluate("() => seen")[:2] == ["360p", "432p"]
    assert page.evaluate("() => document.querySelector('video').currentTime") > 0

    seek = page.locator(".player-seek input")
    box = seek.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    thumbnail = page.locator(".player-thumb")
    expect(thumbnail).to_be_visible()
    expect(thumbnail).to_have_css("background-image", re.compile(r"sheet-001\.jpg"))

    page.get_by_role("button", name="Make a clip").click()
    page.get_by_label("Start of the clip").last.fill("0:04")
    page.get_by_label("End of the clip").last.fill("0:08")
    page.get_by_label("Title of the clip").fill("A piece")
    page.get_by_role("button", name="Make the clip").click()
    page.goto("/")
    card = page.locator("[data-asset]").filter(has_text="A piece").first
    expect(card).to_have_attribute("data-status", "ready", timeout=READY_MS)
    expect(card).to_contain_text("0:04")

    served = {kind for kind, status in bucket.answers if status == 200}
    assert served <= {"m3u8", "vtt", "json"}
    assert bucket.answers["m4s", 302] > 0
    assert not [kind for kind, _status in bucket.answers if kind == "put"]


def test_dash_plays_too(browser: Browser, server: str, tmp_path: Path) -> None:
    """Another player than ours, and the other manifest, from the same origin."""
    context = browser.new_context(base_url=server, bypass_csp=True)
    page = context.new_page()
    short = tmp_path / "short.mp4"
    shutil.copyfile(two_rungs(duration_s=6), short)
    page.goto("/")
    page.get_by_label("Choose files").first.set_input_files(short)
    card = page.locator("[data-asset]").filter(has_text="short").first
    expect(card).to_have_attribute("data-status", "ready", timeout=READY_MS)
    assets = page.request.get("/api/v1/assets/?search=short").json()["results"]
    playback = page.request.get(f"/api/v1/assets/{assets[0]['id']}/playback/").json()
    script = ROOT / "node_modules/dashjs/dist/modern/umd/dash.all.min.js"
    # A page that Chromium knows to come from this machine: only such a one may be
    # redirected to another port of it.
    page.goto("/livez")
    page.set_content("<video muted></video>")
    page.add_script_tag(content=script.read_text())
    page.evaluate(
        """(url) => {
          globalThis.failed = [];
          const player = dashjs.MediaPlayer().create();
          player.on("error", ({ error }) => failed.push(error.message));
          player.initialize(document.querySelector("video"), url, true);
        }""",
        playback["dash"],
    )
    page.wait_for_function(
        "() => document.querySelector('video').currentTime > 1", timeout=30_000
    )
    shown = page.evaluate(
        """() => {
          const { duration, videoHeight } = document.querySelector("video");
          return { duration, videoHeight, failed };
        }"""
    )
    assert shown["failed"] == []
    assert shown["duration"] == pytest.approx(6, abs=0.1)
    assert shown["videoHeight"] in {360, 432}
    context.close()
