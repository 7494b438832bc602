"""Settings of the tests: the real ones, on services and a folder of their own.

Starts MongoDB and Redis once, before Django reads its settings; the test workers
inherit their addresses. Set MONGODB_URI and REDIS_URL to use others.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from streamfetch.embedded.services import EmbeddedServices


def _start_services() -> None:
    folder = Path(tempfile.mkdtemp(prefix="streamfetch-tests-"))
    os.environ["STREAMFETCH_TEST_DIR"] = str(folder)
    os.environ["STREAMFETCH_DATA_DIR"] = str(folder / "data")
    services = EmbeddedServices(data_dir=folder / "services")
    services.__enter__()
    os.environ["MONGODB_URI"] = services.mongodb_uri
    os.environ["REDIS_URL"] = services.redis_url

    def stop() -> None:
        services.__exit__(None, None, None)
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)


if "STREAMFETCH_TEST_DIR" not in os.environ:
    for name in list(os.environ):
        if name.startswith("STREAMFETCH_") and name != "STREAMFETCH_FFMPEG":
            del os.environ[name]
    _start_services()

# Each worker has its own database (pytest-django), Redis database and folder.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
_number = int(_worker.removeprefix("gw")) if _worker.startswith("gw") else 0
os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{_number + 1}"
os.environ["STREAMFETCH_DATA_DIR"] = str(
    Path(os.environ["STREAMFETCH_TEST_DIR"]) / f"data-{_worker}"
)

from streamfetch.settings import *  # noqa: E402, F403

# The server warns about a folder that is not there, once for each client.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
