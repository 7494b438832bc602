from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "streamfetch.webhooks"
