"""A download as a person makes one, in Chromium: choose, watch, pause, go on, play."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import media
from tests.downloads.shelf import serving

PATIENCE_MS = 90_000
NAMES = {"/woods.mp4": "In the woods", "/sea.mp4": "By the sea"}
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""
PIECE_BYTES = 4_000
PAUSE_S = 0.15

MASTER = """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2"
large.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=320x180,CODECS="avc1.64001e,mp4a.40.2"
small.m3u8
"""
LIST = """#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-PLAYLIST-TYPE:VOD
#EXTINF:4,
{name}.ts
#EXT-X-ENDLIST
"""


@contextmanager
def slow_site() -> Iterator[str]:
    """A page with a stream in two sizes; its segments come slowly, with ranges."""
    large = media.video(duration_s=4, width=640, height=360, container="ts")
    small = media.video(duration_s=4, width=320, height=180, container="ts")
    texts = {
        "/master.m3u8": MASTER,
        "/large.m3u8": LIST.format(name="large"),
        "/small.m3u8": LIST.format(name="small"),
    }
    files = {"/large.ts": large.read_bytes(), "/small.ts": small.read_bytes()}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """The test looks at the pages."""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in texts:
                self._whole(texts[path].encode(), "application/vnd.apple.mpegurl")
            elif path in files:
                self._slowly(files[path])
            else:
                self.send_error(404)

        def _whole(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _slowly(self, content: bytes) -> None:
            found = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
            start = int(found[1]) if found else 0
            self.send_response(206 if found else 200)
            self.send_header("Content-Type", "video/mp2t")
            self.send_header("Content-Length", str(len(content) - start))
            if found:
                end = len(content) - 1
                self.send_header("Content-Range", f"bytes {start}-{end}/{len(content)}")
            self.end_headers()
            for at in range(start, len(content), PIECE_BYTES):
                try:
                    self.wfile.write(content[at : at + PIECE_BYTES])
                except OSError:
                    return
                time.sleep(PAUSE_S)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.timeout(300)
def test_from_a_pasted_link_to_the_charts(page: Page) -> None:
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    with slow_site() as site:
        page.goto("/downloads/")
        page.get_by_label("Link to a video").fill(f"{site}/master.m3u8")
        page.get_by_role("button", name="Look up").click()
        card = page.locator("[data-found=video]")
        expect(card.get_by_role("heading", name="master")).to_be_visible()
        card.get_by_text("All formats (2)").click()
        rows = card.locator(".formats-table tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("640 \N{MULTIPLICATION SIGN} 360")
        expect(rows.first).to_contain_text("H.264 + AAC")
        rows.nth(1).get_by_role("radio").check()
        card.get_by_text("Options").click()
        card.get_by_label("Title", exact=True).fill("The slow stream")
        card.get_by_role("button", name="Fetch").click()

        row = page.locator("[data-download]").filter(has_text="The slow stream")
        progress = row.locator("[data-field=progress]")
        expect(progress).to_contain_text("KB")
        row.get_by_role("button", name="Pause").click()
        expect(row.locator("[data-field=state]")).to_have_text("Paused")
        row.get_by_role("button", name="Go on").click()
        expect(row.locator("[data-field=state]")).to_have_text("In the library")
        expect(progress).to_contain_text("180p")

    row.get_by_role("link", name="The slow stream").click()
    expect(page.get_by_role("heading", name="The slow stream")).to_be_visible()
    player = page.locator("video")
    expect(player).not_to_have_js_property("readyState", 0)
    player.evaluate("video => video.play()")
    expect(player).not_to_have_js_property("currentTime", 0)

    page.goto("/downloads/")
    page.get_by_label("Search the history").fill("slow stream")
    expect(page.locator("[data-download]")).to_have_count(1)
    page.goto("/downloads/statistics/")
    expect(page.locator("[data-field=succeeded]")).to_have_text(re.compile(r"^[1-9]"))
    expect(page.locator(".chart-bar").first).to_be_visible()


def test_what_cannot_be_fetched_says_why(page: Page, problems: list[str]) -> None:
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/downloads/")
    box = page.get_by_label("Link to a video")
    for address, words in (
        ("no address", "This is not a link"),
        ("file:///etc/passwd", "Only http and https"),
        ("http://169.254.169.254/latest/", "not on the public internet"),
    ):
        box.fill(address)
        page.get_by_role("button", name="Look up").click()
        expect(page.locator("[data-look-error]")).to_contain_text(words)
    # The browser reports the refusal of the last one itself.
    assert len(problems) == 1
    problems.clear()


def test_a_feed_is_chosen_from_and_subscribed_to(page: Page, tmp_path: Path) -> None:
    """From a link pasted on another page to lines that outlive their files."""
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    film = media.chaptered().read_bytes()
    with serving(dict.fromkeys(NAMES, ("video/mp4", film))) as shelf:
        items = "".join(
            f"<item><title>{name}</title><link>{shelf.url(path)}</link></item>"
            for path, name in NAMES.items()
        )
        feed = (
            f"<rss version='2.0'><channel><title>Walks</title>{items}</channel></rss>"
        )
        shelf.files["/feed.xml"] = ("application/rss+xml", feed.encode())
        page.goto("/projects/")
        page.evaluate(PASTE, shelf.url("/feed.xml"))
        card = page.locator("[data-found=playlist]")
        expect(card.get_by_role("heading", name="Walks")).to_be_visible()
        card.get_by_label("All on this page").check()
        card.get_by_label("Subtitles").select_option("en")
        card.get_by_role("button", name="Fetch 2").click()
        rows = page.locator("[data-download]")
        for name in NAMES.values():
            row = rows.filter(has_text=name)
            expect(row.locator("[data-field=state]")).to_have_text("In the library")
            expect(row).to_contain_text("no readable subtitles in: en")

        rows.filter(has_text="In the woods").get_by_role(
            "link", name="In the woods"
        ).click()
        chapters = page.get_by_role("region", name="Chapters").get_by_role("button")
        expect(chapters).to_have_text(["0:00One = 1", "0:01Two", "0:02Last"])
        chapters.nth(2).click()
        expect(chapters.nth(2)).to_have_attribute("aria-current", "true")
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("link", name="In the woods").first).to_be_visible()

        page.goto("/downloads/subscriptions/")
        page.get_by_label("Link to a channel").fill(shelf.url("/feed.xml"))
        page.get_by_role("button", name="Subscribe").click()
        subscription = page.locator("[data-id]").filter(has_text="Walks")
        subscription.get_by_role("button", name="Check now").click()
        subscription.get_by_role("button", name="Pause").click()
        expect(subscription).to_contain_text("paused")
        subscription.get_by_role("button", name="End the subscription").click()
        page.get_by_role("button", name="End it").click()
        expect(subscription).to_have_count(0)

        page.goto("/downloads/")
        code = page.locator("[data-bookmarklet]").first.get_attribute("href") or ""
        row = rows.filter(has_text="By the sea")
        row.get_by_role("button", name="More actions").click()
        row.get_by_role("menuitem", name="Delete the file").click()
        page.get_by_role("button", name="Delete", exact=False).last.click()
        expect(row.locator("[data-field=state]")).to_have_text("File deleted")
        with page.expect_download() as saved:
            page.locator("[data-export]").click()
        saved.value.save_as(tmp_path / "history.csv")
        text = (tmp_path / "history.csv").read_text()
        assert all(name in text for name in NAMES.values())

        page.goto(shelf.url("/woods.mp4"))
        with page.expect_popup() as opened:
            page.evaluate(code.removeprefix("javascript:"))
        found = opened.value.locator("[data-found=video]")
        expect(found.get_by_role("heading", name="woods")).to_be_visible()
