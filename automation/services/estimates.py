"""Whether a job can be done, what it will cost, and how long it will take."""

import math
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from automation import setup
from automation.documents import DubConfig, VideoInfo
from automation.engines.base import Capabilities
from automation.engines.catalog import capabilities
from automation.engines.languages import name_of
from automation.pipeline.containers import is_copied
from streamfetch.errors import Invalid

MS_PER_MINUTE = 60_000
MS_PER_S = 1000
# Measured on two cores: extracting, analysing, joining and checking, as shares of
# the video's duration.
OVERHEAD_SHARE = 0.08
# One encoding of 1080p at 25 frames a second, H.264 or VP9 alike.
TRANSCODE_SHARE = 1.2


def engines() -> list[Capabilities]:
    return list(capabilities(setup.general()).values())


def check_config(owner_id: UUID, config: DubConfig) -> Capabilities:
    """What the chosen engine can do. Raises `Invalid` naming the wrong field."""
    engine = capabilities(setup.general())[config.engine]
    if not engine.is_available:
        raise Invalid(
            _("%(engine)s cannot be used: %(reason)s. Choose another engine.")
            % {"engine": engine.label, "reason": engine.unavailable_reason},
            code="engine_unavailable",
            field="config.engine",
        )
    if config.source_language == "auto" and not engine.detects_language:
        raise Invalid(
            _("%(engine)s cannot detect the language. Say which one is spoken.")
            % {"engine": engine.label},
            code="language_not_detected",
            field="config.source_language",
        )
    for number, target in enumerate(config.target_languages):
        _check_pair(engine, config.source_language, target, number=number)
    if config.use_watermark and not engine.watermark:
        raise Invalid(
            _("%(engine)s makes no watermarked videos. Turn the watermark off.")
            % {"engine": engine.label},
            code="watermark_unsupported",
            field="config.use_watermark",
        )
    if engine.needs_key and not setup.has_key(owner_id, engine.name):
        raise Invalid(
            _(
                "%(engine)s needs a key of your account there. Add it under engine "
                "keys, then start the job."
            )
            % {"engine": engine.label},
            code="engine_key_missing",
            field="config.engine",
        )
    return engine


def _check_pair(engine: Capabilities, source: str, target: str, *, number: int) -> None:
    known = target in engine.languages
    if known and (source == "auto" or engine.can_dub(source, target)):
        return
    can = sorted(
        name_of(code)
        for code in engine.languages
        if source == "auto" or engine.can_dub(source, code)
    )
    raise Invalid(
        _("%(engine)s cannot dub from %(source)s into %(target)s. It can: %(can)s.")
        % {
            "engine": engine.label,
            "source": name_of(source),
            "target": name_of(target),
            "can": ", ".join(can) or _("nothing from this language"),
        },
        code="language_pair_unsupported",
        field=f"config.target_languages[{number}]",
    )


def copies(config: DubConfig, video: VideoInfo) -> bool:
    """Whether the picture need not be encoded. What is not known is taken to be what
    most videos are."""
    return is_copied(
        config, codec=video.codec or "h264", width=video.width, height=video.height
    )


def estimate(
    config: DubConfig, *, duration_ms: int, video: VideoInfo | None = None
) -> dict[str, Any]:
    """Cost in US dollars (None: unknown) and time in seconds, before starting.

    Engines count begun minutes of each chunk in some plans and seconds in others:
    `cost_usd` is by the second, `max_cost_usd` by the begun minute of every chunk.
    """
    engine = capabilities(setup.general())[config.engine]
    languages = len(config.target_languages)
    chunk_ms = config.chunk_duration * MS_PER_S
    chunks = max(1, math.ceil(duration_ms / chunk_ms)) if duration_ms else 0
    minutes = duration_ms / MS_PER_MINUTE
    begun = chunks * math.ceil(min(chunk_ms, duration_ms) / MS_PER_MINUTE)
    price = engine.usd_per_minute
    cost = None if price is None else round(price * minutes * languages, 2)
    at_most = None if price is None else round(price * begun * languages, 2)
    parallel = min(
        config.max_parallel_jobs, engine.max_parallel, max(1, chunks * languages)
    )
    dubbing_s = duration_ms / MS_PER_S * engine.realtime_factor * languages / parallel
    overhead = OVERHEAD_SHARE * languages
    if not copies(config, video or VideoInfo()):
        # A picture that is sent along is encoded for that too.
        overhead += TRANSCODE_SHARE * languages * (1 + config.use_watermark)
    return {
        "engine": engine.name,
        "duration_ms": duration_ms,
        "chunk_count": chunks,
        "engine_calls": chunks * languages,
        "cost_usd": cost,
        "max_cost_usd": at_most,
        "time_s": round(dubbing_s + duration_ms / MS_PER_S * overhead + 5),
        "is_within_budget": cost is None
        or config.budget_usd is None
        or cost <= config.budget_usd,
    }
