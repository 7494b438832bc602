"""What the environment may set: one typed class, read once at start-up.

Every variable stands in `.env.example` with the same words; a test compares
the two. Nothing else in the project reads `os.environ` for configuration,
except the Django-free packages, which say so.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

DEVELOPMENT_SECRET_KEY = "development-only-" + "x" * 40
# What `manage.py check --deploy` asks for.
SECRET_KEY_LENGTH = 50
SECRET_KEY_VARIETY = 5

CommaList = Annotated[list[str], NoDecode]


class Environment(BaseSettings):
    """The settings an operator may change, with their defaults.

    Raises `pydantic.ValidationError` naming the variable when a value does not
    fit, and when a production server would start on development defaults.
    """

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env",
        # `NAME=` in a file means that nobody chose a value.
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    production: bool = Field(
        False,
        alias="STREAMFETCH_PRODUCTION",
        description="1 on a server that others reach: turns on HTTPS-only cookies "
        "and refuses development defaults.",
    )
    embedded: bool = Field(
        False,
        alias="STREAMFETCH_EMBEDDED",
        description="Set by script/server when it started MongoDB and Redis itself.",
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET_KEY),
        alias="SECRET_KEY",
        description="Signs sessions, tokens and media addresses. At least 50 random "
        "characters in production.",
    )
    secret_key_fallbacks: CommaList = Field(
        [],
        alias="SECRET_KEY_FALLBACKS",
        description="Earlier secret keys that are still accepted, separated by commas.",
    )
    host: str = Field(
        "127.0.0.1", alias="HOST", description="Address the web server listens on."
    )
    port: int = Field(
        8000, ge=1, le=65535, alias="PORT", description="Port of the web server."
    )
    allowed_hosts: CommaList = Field(
        ["localhost", "127.0.0.1", "[::1]"],
        alias="ALLOWED_HOSTS",
        description="Host names the server answers to, separated by commas.",
    )
    public_url: str = Field(
        "",
        alias="STREAMFETCH_PUBLIC_URL",
        description="Address people use, such as https://media.example.org. Needed "
        "behind a proxy.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        alias="STREAMFETCH_TRUSTED_PROXIES",
        description="How many reverse proxies stand in front, each adding "
        "X-Forwarded-For and X-Forwarded-Proto.",
    )
    data_dir: Path = Field(
        ROOT / "data",
        alias="STREAMFETCH_DATA_DIR",
        description="Everything the server writes is below this folder.",
    )
    time_zone: str = Field(
        "UTC", alias="TIME_ZONE", description="Time zone of pages and logs."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO",
        alias="LOG_LEVEL",
        description="DEBUG also logs every database operation with its duration.",
    )

    mongodb_uri: str = Field(
        "mongodb://127.0.0.1:27017/streamfetch",
        alias="MONGODB_URI",
        description="MongoDB address with the database name, a replica set. "
        "script/server starts its own when this is not set.",
    )
    slow_query_ms: int = Field(
        100,
        ge=1,
        alias="STREAMFETCH_SLOW_QUERY_MS",
        description="Database operations slower than this are logged as warnings.",
    )
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0",
        alias="REDIS_URL",
        description="Redis address (rediss:// for TLS). script/server starts its own "
        "when this is not set.",
    )

    storage_provider: Literal["local", "s3", "r2"] = Field(
        "local",
        alias="STORAGE_PROVIDER",
        description="Where files are kept: local, s3 (or any compatible endpoint) or "
        "r2.",
    )
    s3_bucket: str = Field("", alias="S3_BUCKET", description="Bucket for s3 and r2.")
    s3_endpoint_url: str = Field(
        "",
        alias="S3_ENDPOINT_URL",
        description="Endpoint of R2 or another S3-compatible service.",
    )
    s3_region: str = Field(
        "auto", alias="S3_REGION", description="Region of the bucket; auto for R2."
    )
    s3_access_key_id: str = Field(
        "", alias="S3_ACCESS_KEY_ID", description="Access key of the bucket."
    )
    s3_secret_access_key: SecretStr = Field(
        SecretStr(""),
        alias="S3_SECRET_ACCESS_KEY",
        description="Secret of the access key.",
    )
    cdn_url: str = Field(
        "",
        alias="CDN_URL",
        description="Address of a CDN in front of the bucket; players get it when set.",
    )
    signed_url_ttl_s: int = Field(
        3600,
        ge=60,
        le=3600,
        alias="STREAMFETCH_SIGNED_URL_TTL_S",
        description="Seconds a media address stays valid, one hour at most.",
    )

    max_video_bytes: int = Field(
        500 * 1024 * 1024,
        ge=1,
        alias="STREAMFETCH_MAX_VIDEO_BYTES",
        description="Largest video, audio or image file accepted.",
    )
    max_pdf_bytes: int = Field(
        50 * 1024 * 1024,
        ge=1,
        alias="STREAMFETCH_MAX_PDF_BYTES",
        description="Largest PDF accepted.",
    )
    max_render_bytes: int = Field(
        1024 * 1024 * 1024,
        ge=1,
        alias="STREAMFETCH_MAX_RENDER_BYTES",
        description="Largest rendered file.",
    )
    render_cache_bytes: int = Field(
        4 * 1024 * 1024 * 1024,
        ge=0,
        alias="STREAMFETCH_RENDER_CACHE_BYTES",
        description="Room for each person's rendered pieces that are used again.",
    )
    user_quota_bytes: int = Field(
        0,
        ge=0,
        alias="STREAMFETCH_USER_QUOTA_BYTES",
        description="Room that each person's library may take; 0 sets no limit.",
    )
    max_source_hours: float = Field(
        8.0,
        gt=0,
        alias="STREAMFETCH_MAX_SOURCE_HOURS",
        description="Longest video or audio accepted.",
    )
    bin_days: int = Field(
        30,
        ge=0,
        alias="STREAMFETCH_BIN_DAYS",
        description="Days that deleted files stay in the bin; 0 keeps them until "
        "somebody empties it.",
    )
    allowed_private_hosts: CommaList = Field(
        [],
        alias="STREAMFETCH_ALLOWED_PRIVATE_HOSTS",
        description="Private hosts that people may fetch from (host, host:port or "
        "network, separated by commas). Everything private is refused otherwise.",
    )
    downloads_per_user: int = Field(
        3,
        ge=1,
        alias="STREAMFETCH_DOWNLOADS_PER_USER",
        description="Downloads of one person that run at the same time.",
    )
    downloads_per_site: int = Field(
        2,
        ge=1,
        alias="STREAMFETCH_DOWNLOADS_PER_SITE",
        description="Downloads from one site that run at the same time.",
    )
    sponsorblock_url: str = Field(
        "https://sponsor.ajay.app",
        alias="STREAMFETCH_SPONSORBLOCK_URL",
        description="Where sponsored parts of videos are looked up, for those who ask "
        "for it.",
    )
    ffmpeg: str = Field(
        "",
        alias="STREAMFETCH_FFMPEG",
        description="Another FFmpeg binary than the pinned one.",
    )
    elevenlabs_api_key: SecretStr = Field(
        SecretStr(""),
        alias="ELEVENLABS_API_KEY",
        description="Key with which everybody here dubs who has none of their own.",
    )
    elevenlabs_base_url: str = Field(
        "https://api.elevenlabs.io",
        alias="ELEVENLABS_BASE_URL",
        description="Address of the ElevenLabs API; other regions have others.",
    )
    elevenlabs_usd_per_minute: float = Field(
        0.5,
        ge=0,
        alias="ELEVENLABS_USD_PER_MINUTE",
        description="What a dubbed minute costs by your plan; estimates and budgets "
        "go by it.",
    )
    elevenlabs_webhook_ids: CommaList = Field(
        [],
        alias="ELEVENLABS_WEBHOOK_IDS",
        description="Webhooks of your workspace that call "
        "/api/v1/automation/webhooks/elevenlabs/, separated by commas.",
    )
    elevenlabs_webhook_secret: SecretStr = Field(
        SecretStr(""),
        alias="ELEVENLABS_WEBHOOK_SECRET",
        description="Secret that signs those calls.",
    )
    translation_url: str = Field(
        "",
        alias="STREAMFETCH_TRANSLATION_URL",
        description="OpenAI-compatible endpoint with which the local engine "
        "translates, such as http://127.0.0.1:8080/v1. Apertium does it otherwise.",
    )
    translation_key: SecretStr = Field(
        SecretStr(""),
        alias="STREAMFETCH_TRANSLATION_KEY",
        description="Bearer key of that endpoint, if it wants one.",
    )
    translation_model: str = Field(
        "",
        alias="STREAMFETCH_TRANSLATION_MODEL",
        description="Model that endpoint is asked for.",
    )
    auto_sign_in: bool | None = Field(
        None,
        alias="STREAMFETCH_AUTO_SIGN_IN",
        description="Sign visitors in as the local owner. On only with embedded "
        "services on a loopback address; 0 turns it off there too.",
    )

    @field_validator(
        "secret_key_fallbacks",
        "allowed_hosts",
        "allowed_private_hosts",
        "elevenlabs_webhook_ids",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value.rstrip("/"))
        if value and (
            parts.scheme not in {"http", "https"}
            or not parts.hostname
            or f"{parts.scheme}://{parts.netloc}" != parts.geturl()
        ):
            raise ValueError(
                "give scheme and host only, such as https://media.example.org"
            )
        return parts.geturl()

    @property
    def public_host(self) -> str:
        """The name in `public_url`, without a port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def media_origins(self) -> list[str]:
        """Where pages get media from and send it to, besides this server: the
        origins of presigned addresses, as `storage.object_storage` makes them."""
        origins = [self.cdn_url] if self.cdn_url else []
        if self.storage_provider == "local":
            return origins
        if self.s3_endpoint_url:
            parts = urlsplit(self.s3_endpoint_url)
            return [*origins, f"{parts.scheme}://{parts.netloc}"]
        # Only R2, which has an endpoint, knows "auto".
        region = "us-east-1" if self.s3_region in {"", "auto"} else self.s3_region
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        # TLS certificates cover one label: a bucket with dots is in the path.
        bucket = "" if "." in self.s3_bucket else f"{self.s3_bucket}."
        return [*origins, f"https://{bucket}s3.{region}.{domain}"]

    @property
    def is_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @property
    def signs_in_owner(self) -> bool:
        """Whether a visitor is signed in as the local owner (design: first run)."""
        may = self.embedded and self.is_loopback and not self.production
        return may and self.auto_sign_in is not False

    @model_validator(mode="after")
    def _storage_is_complete(self) -> Self:
        if self.storage_provider == "local":
            return self
        needed = {
            "S3_BUCKET": self.s3_bucket,
            "S3_ACCESS_KEY_ID": self.s3_access_key_id,
            "S3_SECRET_ACCESS_KEY": self.s3_secret_access_key.get_secret_value(),
        }
        if self.storage_provider == "r2":
            needed["S3_ENDPOINT_URL"] = self.s3_endpoint_url
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise ValueError(
                f"STORAGE_PROVIDER={self.storage_provider} needs {', '.join(missing)}."
            )
        return self

    @model_validator(mode="after")
    def _refuse_development_defaults(self) -> Self:
        if not self.production:
            return self
        key = self.secret_key.get_secret_value()
        refused = {
            "SECRET_KEY: production needs a key of at least 50 random characters.": (
                key == DEVELOPMENT_SECRET_KEY
                or len(key) < SECRET_KEY_LENGTH
                or len(set(key)) < SECRET_KEY_VARIETY
            ),
            "STREAMFETCH_AUTO_SIGN_IN: production never signs visitors in by itself; "
            "remove the variable.": self.auto_sign_in is True,
            "ALLOWED_HOSTS: name the hosts; * would let anybody forge the address in "
            "links.": "*" in self.allowed_hosts,
            "STREAMFETCH_PUBLIC_URL: production needs the https:// address people "
            "use.": not self.public_url.startswith("https://"),
        }
        lines = [line for line, is_so in refused.items() if is_so]
        if lines:
            raise ValueError("\n".join(lines))
        return self


def load() -> Environment:
    """Read the environment, or stop with one line per wrong variable."""
    return Environment()
