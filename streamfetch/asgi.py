"""The ASGI application: media bytes on their own path, everything else Django."""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamfetch.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.routing import Mount  # noqa: E402

from streamfetch.api.body_limit import BodyLimit  # noqa: E402
from streamfetch.handler import ThreadedHandler  # noqa: E402
from streamfetch.storage.media_app import media_app  # noqa: E402

# More than the database has connections: some wait for other servers, not for it.
THREADS = 32

# The stubs of Django and of Starlette describe one and the same interface twice.
django_application: Any = ThreadedHandler(threads=THREADS)

application = Starlette(
    routes=[
        Mount("/media", app=media_app),
        Mount(
            "/",
            app=BodyLimit(
                django_application, max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            ),
        ),
    ]
)
