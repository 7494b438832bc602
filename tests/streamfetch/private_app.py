"""What `PrivateServer` serves: the product, with two users, told to hurry."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from streamfetch.asgi import application

__all__ = ["application"]

from django.core.management import call_command

from streamfetch.accounts.models import User
from streamfetch.api.throttling import SignInThrottle
from streamfetch.events import views

call_command("migrate", verbosity=0)
for name in ("alice", "charlie"):
    User.objects.create_user(name, password=f"{name}'s long secret")
views.KEEP_ALIVE_S = 1
views.RECONNECT_S = 1
SignInThrottle.rate = "1000/min"
