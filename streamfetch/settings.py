"""Django settings, all derived from `streamfetch.env`."""

import socket
import sys
from typing import Any

from csp.constants import NONCE, NONE, SELF
from pydantic import ValidationError

from streamfetch import env as environment
from streamfetch.mongo.monitoring import CommandTimer

try:
    ENV = environment.load()
except ValidationError as error:
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        # The rules between variables name several of them, a line each.
        for text in problem["msg"].removeprefix("Value error, ").splitlines():
            sys.stderr.write(f"Configuration: {name + ': ' if name else ''}{text}\n")
    raise SystemExit(2) from None

BASE_DIR = environment.ROOT
DATA_DIR = ENV.data_dir.expanduser().resolve()
MEDIA_ROOT = DATA_DIR / "media"
WORKSPACES_ROOT = DATA_DIR / "workspaces"
# Beginnings of downloads, what yt-dlp remembers, and newer versions of it.
DOWNLOADS_ROOT = DATA_DIR / "downloads"

SECRET_KEY = ENV.secret_key.get_secret_value()
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks
DEBUG = False
ALLOWED_HOSTS = [*ENV.allowed_hosts, *filter(None, [ENV.public_host])]
CSRF_TRUSTED_ORIGINS = [ENV.public_url] if ENV.public_url else []

INSTALLED_APPS = [
    "streamfetch.mongo.apps.AdminConfig",
    "streamfetch.mongo.apps.AuthConfig",
    "streamfetch.mongo.apps.ContentTypesConfig",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_mongodb_backend",
    "django_dramatiq",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "streamfetch.mongo.apps.MongoConfig",
    "streamfetch.storage",
    "streamfetch.accounts",
    "streamfetch.events",
    "streamfetch.activity",
    "streamfetch.preferences",
    "streamfetch.jobs",
    "streamfetch.api",
    "streamfetch.webhooks",
    "uploads",
    "downloads",
    "projects",
    "pdfeditor",
    "automation",
    "streamfetch.demo",
    "dramatiq_crontab",
]

MIDDLEWARE = [
    "streamfetch.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "streamfetch.api.middleware.ServiceUnavailableMiddleware",
    "streamfetch.api.middleware.RequestMetricsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "streamfetch.accounts.middleware.LocalOwnerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "streamfetch.urls"
ASGI_APPLICATION = "streamfetch.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"front_end": "streamfetch.templatetags.front_end"},
        },
    }
]

# MongoDB ----------------------------------------------------------------------

DATABASES = {
    "default": {
        "ENGINE": "streamfetch.mongo.backend",
        "HOST": ENV.mongodb_uri,
        "OPTIONS": {
            "serverSelectionTimeoutMS": 3000,
            "connectTimeoutMS": 3000,
            # Of one operation with everything it waits for; `migrate` takes longer.
            "timeoutMS": 4000,
            "waitQueueTimeoutMS": 3000,
            "minPoolSize": 2,
            "maxPoolSize": 20,
            "w": "majority",
            "retryWrites": True,
            "uuidRepresentation": "standard",
            "event_listeners": [CommandTimer(slow_query_ms=ENV.slow_query_ms)],
        },
    }
}
DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
MIGRATION_MODULES = {
    "admin": "streamfetch.mongo.contrib_migrations.admin",
    "auth": "streamfetch.mongo.contrib_migrations.auth",
    "contenttypes": "streamfetch.mongo.contrib_migrations.contenttypes",
    # Its table of tasks is not used: our jobs are their own record.
    "django_dramatiq": None,
}
DATABASE_ROUTERS = ["django_mongodb_backend.routers.MongoRouter"]
SILENCED_SYSTEM_CHECKS = [
    # The proxy in front may set HSTS for more than this host; see the README.
    "security.W005",
    "security.W021",
]

# Redis ------------------------------------------------------------------------

REDIS_URL = ENV.redis_url
CACHES = {
    "default": {
        "BACKEND": "streamfetch.caching.FallbackRedisCache",
        "LOCATION": ENV.redis_url,
        "KEY_PREFIX": "sf",
        "OPTIONS": {
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
        },
    }
}

DRAMATIQ_BROKER = {
    "BROKER": "streamfetch.jobs.broker.JobBroker",
    "OPTIONS": {
        "url": ENV.redis_url,
        # A killed worker's messages come back after one heartbeat (60 s) instead
        # of after a 1-in-1,000 draw per command: 219 to 1,118 s were measured.
        "maintenance_chance": 1_000_000,
        "heartbeat_timeout": 60_000,
        "dead_message_ttl": 7 * 24 * 3600 * 1000,
        "namespace": "sf",
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "health_check_interval": 15,
    },
    "MIDDLEWARE": [
        "dramatiq.middleware.AgeLimit",
        "dramatiq.middleware.TimeLimit",
        "dramatiq.middleware.ShutdownNotifications",
        "dramatiq.middleware.Callbacks",
        "dramatiq.middleware.Retries",
        "streamfetch.jobs.middleware.WorkerHeartbeat",
        "streamfetch.jobs.middleware.LastActions",
    ],
}
DRAMATIQ_AUTODISCOVER_MODULES = ("actors",)
DRAMATIQ_IGNORED_MODULES = ["django_dramatiq.tasks"]
DRAMATIQ_CRONTAB = {"REDIS_URL": ENV.redis_url}

# Storage ----------------------------------------------------------------------

STORAGE_PROVIDER = ENV.storage_provider
CDN_URL = ENV.cdn_url
SIGNED_URL_TTL_S = ENV.signed_url_ttl_s


def _media_storage() -> dict[str, Any]:
    if ENV.storage_provider == "local":
        return {"BACKEND": "streamfetch.storage.backends.LocalMediaStorage"}
    return {
        "BACKEND": "streamfetch.storage.backends.ObjectMediaStorage",
        "OPTIONS": {
            "bucket_name": ENV.s3_bucket,
            "endpoint_url": ENV.s3_endpoint_url or None,
            "region_name": ENV.s3_region,
            "access_key": ENV.s3_access_key_id,
            "secret_key": ENV.s3_secret_access_key.get_secret_value(),
        },
    }


STORAGES = {
    "default": _media_storage(),
    "staticfiles": {"BACKEND": "streamfetch.static_files.StaticFilesStorage"},
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_MANIFEST_STRICT = False

MAX_VIDEO_BYTES = ENV.max_video_bytes
MAX_PDF_BYTES = ENV.max_pdf_bytes
MAX_RENDER_BYTES = ENV.max_render_bytes
RENDER_CACHE_BYTES = ENV.render_cache_bytes
USER_QUOTA_BYTES = ENV.user_quota_bytes
BIN_DAYS = ENV.bin_days
MAX_SOURCE_MS = int(ENV.max_source_hours * 3_600_000)
ALLOWED_PRIVATE_HOSTS = ENV.allowed_private_hosts
DOWNLOADS_PER_USER = ENV.downloads_per_user
DOWNLOADS_PER_SITE = ENV.downloads_per_site
SPONSORBLOCK_URL = ENV.sponsorblock_url

# Forms and JSON; files go to storage. Equal, so that no body is written to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

# Dubbing ----------------------------------------------------------------------

ELEVENLABS_API_KEY = ENV.elevenlabs_api_key.get_secret_value()
ELEVENLABS_BASE_URL = ENV.elevenlabs_base_url.rstrip("/")
ELEVENLABS_USD_PER_MINUTE = ENV.elevenlabs_usd_per_minute
ELEVENLABS_POLL_S = 5.0
ELEVENLABS_WEBHOOK_IDS = ENV.elevenlabs_webhook_ids
ELEVENLABS_WEBHOOK_SECRET = ENV.elevenlabs_webhook_secret.get_secret_value()
TRANSLATION_URL = ENV.translation_url.rstrip("/")
TRANSLATION_KEY = ENV.translation_key.get_secret_value()
TRANSLATION_MODEL = ENV.translation_model

# Accounts ---------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation."
        "UserAttributeSimilarityValidator"
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "accounts:login"
SIGNS_IN_OWNER = ENV.signs_in_owner
SESSION_ENGINE = "streamfetch.accounts.sessions"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = ENV.production
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = ENV.production

# HTTP -------------------------------------------------------------------------

PUBLIC_URL = ENV.public_url
HOST, PORT = ENV.host, ENV.port
SECURE_SSL_REDIRECT = ENV.production
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if ENV.production else 0
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

_media_origins = ENV.media_origins
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:", *_media_origins],
        "media-src": [SELF, "blob:", *_media_origins],
        "connect-src": [SELF, *_media_origins],
        "font-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["streamfetch.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "streamfetch.api.pagination.NewestFirst",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "streamfetch.api.schema.ProblemAutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "streamfetch.api.throttling.UserThrottle",
        "streamfetch.api.throttling.VisitorThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "user": "6000/min",
        "visitor": "120/min",
        "sign_in": "10/min",
        "work": "120/min",
    },
    "NUM_PROXIES": ENV.trusted_proxies,
    "EXCEPTION_HANDLER": "streamfetch.api.exceptions.problem_response",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
    # `?format=` is the format of a file, never of an answer: that is always JSON.
    "URL_FORMAT_OVERRIDE": None,
}
SIMPLE_JWT = {
    "USER_ID_FIELD": "id",
    "ALGORITHM": "HS256",
    "UPDATE_LAST_LOGIN": False,
    "CHECK_REVOKE_TOKEN": True,
    "LEEWAY": 30,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "StreamFetch API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": (
        "Everything the pages do, for programs. Sign in with a session or with a "
        "bearer token from `auth/token/`. Lists are cursor pages, newest first; "
        "errors are `application/problem+json` with a stable `code`."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "streamfetch.api.schema.add_problems",
        "streamfetch.events.schema.describe_events",
    ],
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "streamfetch.jobs.models.State",
        "AssetKindEnum": "uploads.models.Kind",
        "AssetStatusEnum": "uploads.models.Asset.Status",
        "ProjectStatusEnum": "projects.models.VideoProject.Status",
        "PdfExportFormatEnum": "pdfeditor.models.PdfExport.Format",
        "AnnotationTypeEnum": "pdfeditor.models.Annotation.Type",
        "EffectTypeEnum": "projects.timeline.effects.EFFECT_TYPES",
        "DownloadPresetEnum": "downloads.api.serializers.PRESETS",
        "RenderPresetEnum": "projects.timeline.presets.PRESETS",
        "TransitionTypeEnum": "projects.timeline.clips.TRANSITION_TYPES",
    },
}

# The rest ---------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = ENV.time_zone
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [("en", "English")]

HOST_NAME = socket.gethostname()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "streamfetch": {"level": ENV.log_level},
        "uploads": {"level": ENV.log_level},
        "downloads": {"level": ENV.log_level},
        "projects": {"level": ENV.log_level},
        "pdfeditor": {"level": ENV.log_level},
        "automation": {"level": ENV.log_level},
        "pymongo": {"level": "WARNING"},
        "dramatiq": {"level": "WARNING"},
        "uvicorn": {"level": "INFO"},
        "uvicorn.access": {"level": "WARNING"},
    },
}
