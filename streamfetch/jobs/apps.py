from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "streamfetch.jobs"

    def ready(self) -> None:
        # Every process knows every actor: web pages send what workers run.
        autodiscover_modules("actors")
