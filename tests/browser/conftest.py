"""The whole product, started as `script/server` starts it, and a real browser."""

import functools
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests import media
from tests.fakes.elevenlabs import FakeElevenLabs, serving
from tests.running_server import running_server

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def elevenlabs() -> Iterator[FakeElevenLabs]:
    """The paid engine of the running server."""
    with serving() as fake:
        yield fake


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    elevenlabs: FakeElevenLabs,
    server_seed: Path,
) -> Iterator[str]:
    """The address of a running server with an empty data directory."""
    environment = {"ELEVENLABS_BASE_URL": elevenlabs.address}
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, environment=environment, seed=server_seed) as running:
        yield running.url


# Playwright runs an event loop in the main thread for as long as it is open, and
# Django's tests refuse to run beside one: it must be closed after these modules.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "the browser tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """What the browser complained about; a test that expects some empties it."""
    return []


@pytest.fixture
def page(browser: Browser, server: str, problems: list[str]) -> Iterator[Page]:
    """A page of a fresh visitor; the test fails on any error in the console."""
    context = browser.new_context(
        base_url=server, viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    page = context.new_page()

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            problems.append(f"console {message.type}: {message.text}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def file_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site on loopback that serves one video."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copyfile(media.video(duration_s=2), folder / "fetched.mp4")
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without a log."""

    def log_message(self, format: str, *args: object) -> None:
        pass
