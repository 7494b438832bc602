"""App configs of Django's own apps, whose keys MongoDB makes as ObjectIds."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.contrib.auth import apps as auth
from django.contrib.contenttypes import apps as contenttypes

_OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoConfig(AppConfig):
    name = "streamfetch.mongo"
    default = True


class AdminConfig(admin.AdminConfig):
    default = False
    default_auto_field = _OBJECT_ID


class AuthConfig(auth.AuthConfig):
    default = False
    default_auto_field = _OBJECT_ID


class ContentTypesConfig(contenttypes.ContentTypesConfig):
    default = False
    default_auto_field = _OBJECT_ID
