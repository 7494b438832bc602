"""The ASGI application: media bytes on their own path, everything else Django."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streamfetch.settings")
django_application = get_asgi_application()

from starlette.applications import Starlette  # noqa: E402
from starlette.routing import Mount  # noqa: E402

from streamfetch.storage.media_app import media_app  # noqa: E402

application = Starlette(
    routes=[
        Mount("/media", app=media_app),
        Mount("/", app=django_application),
    ]
)
