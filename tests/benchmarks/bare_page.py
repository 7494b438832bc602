"""A page of Chromium that is only driven: what it does is not recorded.

Playwright has the browser keep the bodies of all requests and answers, which are
counted as the page's own memory. Here nothing is switched on that keeps anything.
Protocol: Chrome DevTools Protocol, domains Target, Page, Runtime, Input, SystemInfo.
"""

import itertools
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 30.0
MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
NAMES = {"Space": " "}


def until(look: Callable[[], Any]) -> Any:
    """What `look` finds; TimeoutError when that is nothing for half a minute."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise TimeoutError("the page does not get as far as that")


class BarePage:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._session = ""
        made = self.send("Target.createTarget", {"url": "about:blank"}, of_page=False)
        target = {"targetId": made["targetId"], "flatten": True}
        attached = self.send("Target.attachToTarget", target, of_page=False)
        self._session = attached["sessionId"]

    def send(
        self, method: str, given: dict[str, Any] | None = None, *, of_page: bool = True
    ) -> Any:
        """The answer to one command; RuntimeError when it is refused."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": given or {}}
        if of_page:
            message["sessionId"] = self._session
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv(timeout=PATIENCE_S))
            if answer.get("id") == number:
                break
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def evaluate(self, expression: str) -> Any:
        given = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.send("Runtime.evaluate", given)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def open(self, url: str, selector: str) -> None:
        """Goes to an address and waits for an element."""
        self.send("Page.navigate", {"url": url})
        until(
            lambda: self.evaluate(f"!!document.querySelector({json.dumps(selector)})")
        )

    def press(self, keys: str) -> None:
        """Presses keys that are written like "Control+z"."""
        *held, name = keys.split("+") if keys != "+" else ["+"]
        key = NAMES.get(name, name)
        modifiers = sum(MODIFIERS[each] for each in held)
        given: dict[str, Any] = {"key": key, "modifiers": modifiers}
        if key.isalpha():
            given["code"] = f"Key{key.upper()}"
            given["windowsVirtualKeyCode"] = ord(key.upper())
        if not {"Control", "Alt", "Meta"} & set(held):
            given["text"] = key
        self.send("Input.dispatchKeyEvent", {"type": "keyDown", **given})
        given.pop("text", None)
        self.send("Input.dispatchKeyEvent", {"type": "keyUp", **given})


@contextmanager
def bare_page(
    executable: str, folder: Path, arguments: list[str], size: tuple[int, int]
) -> Iterator[BarePage]:
    """Starts Chromium without a window, with its profile in `folder`."""
    width, height = size
    command = [
        executable,
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        f"--window-size={width},{height}",
        *arguments,
    ]
    port_file = folder / "DevToolsActivePort"
    browser = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        lines = until(lambda: port_file.is_file() and port_file.read_text().split())
        address = f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        with connect(address, max_size=None, open_timeout=PATIENCE_S) as connection:
            yield BarePage(connection)
    finally:
        browser.terminate()
        browser.wait(PATIENCE_S)
