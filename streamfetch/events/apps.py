from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "streamfetch.events"
