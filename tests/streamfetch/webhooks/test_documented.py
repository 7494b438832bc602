"""The samples of docs/webhooks.md work as they stand."""

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from streamfetch.webhooks.events import EVENT_TYPES
from streamfetch.webhooks.signing import signature

PAGE = Path(__file__).parents[3] / "docs" / "webhooks.md"
BODY = '{"title":"Über"}'.encode()
SECRET = "whsec_of-the-receiver"


def in_javascript(header: str, body: bytes, secret: str) -> bool:
    found = re.search(r"```javascript\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    arguments = ",".join(map(json.dumps, (header, body.decode(), secret)))
    program = f"{found[1]}\nconsole.log(verify({arguments}))"
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", program],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.strip() == "true"


def test_the_javascript_sample_verifies() -> None:
    now_s = int(time.time())
    header = signature(BODY, timestamp_s=now_s, secrets=["other", SECRET])
    assert in_javascript(header, BODY, SECRET)
    assert not in_javascript(header, BODY + b" ", SECRET)
    assert not in_javascript(header, BODY, "wrong")
    old = signature(BODY, timestamp_s=now_s - 400, secrets=[SECRET])
    assert not in_javascript(old, BODY, SECRET)
    assert not in_javascript("nonsense", BODY, SECRET)


@pytest.mark.parametrize("name", list(EVENT_TYPES))
def test_every_event_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text()
