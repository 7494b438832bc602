"""Sessions in MongoDB, read through the cache: a Redis outage signs nobody out."""

from django.contrib.sessions.backends.cached_db import SessionStore as CachedDbStore

from streamfetch.accounts.models import Session


class SessionStore(CachedDbStore):
    cache_key_prefix = "session:"

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session
