"""The ASGI application: media bytes on their own path, everything else Django."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamfetch.settings")
# The stubs of Django and of Starlette describe one and the same interface twice.
django_application: Any = get_asgi_application()

from django.conf import settings  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.routing import Mount  # noqa: E402

from streamfetch.api.body_limit import BodyLimit  # noqa: E402
from streamfetch.storage.media_app import media_app  # noqa: E402

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
