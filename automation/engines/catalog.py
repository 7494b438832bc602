"""Every engine there is: what it can do, and how it is made."""

from dataclasses import dataclass

from automation.engines import languages
from automation.engines.base import ANY, Capabilities
from automation.engines.local import tools

LOCAL = "local"
ELEVENLABS = "elevenlabs"
ELEVENLABS_V2 = "elevenlabs-v2"
# Both surfaces of one account share a key.
KEY_OF = {ELEVENLABS: ELEVENLABS, ELEVENLABS_V2: ELEVENLABS}


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What the operator, and the person, configured. `api_key` is secret."""

    elevenlabs_url: str = "https://api.elevenlabs.io"
    elevenlabs_usd_per_minute: float = 0.5
    webhook_ids: tuple[str, ...] = ()
    translation_url: str = ""
    translation_key: str = ""
    translation_model: str = ""
    api_key: str = ""
    poll_s: float = 5.0


def capabilities(setup: Setup) -> dict[str, Capabilities]:
    """What each engine can do on this server, by name."""
    found = (_local(setup), *_elevenlabs(setup))
    return {each.name: each for each in found}


def _local(setup: Setup) -> Capabilities:
    targets = (
        languages.SPOKEN_LOCALLY
        if setup.translation_url
        else tuple(sorted(tools.apertium_targets()))
    )
    missing = [] if tools.program("espeak-ng") else ["espeak-ng"]
    if not targets:
        missing.append("apertium")
    return Capabilities(
        name=LOCAL,
        label="Local",
        description=(
            "Works offline and costs nothing: captions or speech recognition, "
            "machine translation and a synthetic voice over the ducked original. "
            "Demo quality: one robotic voice, English source only."
        ),
        quality="demo",
        is_offline=not setup.translation_url,
        needs_key=False,
        languages=tuple(targets),
        pairs={"en": tuple(targets)},
        usd_per_minute=0.0,
        realtime_factor=1.2,
        keeps_background=True,
        edits_transcript=True,
        max_parallel=2,
        is_available=not missing,
        unavailable_reason=f"{' and '.join(missing)} not installed" if missing else "",
    )


def _elevenlabs(setup: Setup) -> tuple[Capabilities, Capabilities]:
    many = languages.ELEVENLABS
    v1 = Capabilities(
        name=ELEVENLABS,
        label="ElevenLabs",
        description=(
            "The voices of the original speak the other language, with music and "
            "noises kept. Costs money; the sound is sent to ElevenLabs."
        ),
        quality="production",
        is_offline=False,
        needs_key=True,
        languages=many,
        pairs={ANY: (ANY,)},
        usd_per_minute=setup.elevenlabs_usd_per_minute,
        realtime_factor=1.0,
        detects_language=True,
        keeps_background=True,
        clones_voices=True,
        chooses_speakers=True,
        watermark=True,
        returns_video=True,
    )
    v2 = Capabilities(
        name=ELEVENLABS_V2,
        label="ElevenLabs projects",
        description=(
            "The newer dubbing of ElevenLabs: lossless sound, and a call back when "
            "a part is ready. Costs money; the sound is sent to ElevenLabs."
        ),
        quality="production",
        is_offline=False,
        needs_key=True,
        languages=many,
        pairs={ANY: (ANY,)},
        usd_per_minute=setup.elevenlabs_usd_per_minute,
        realtime_factor=1.0,
        detects_language=True,
        keeps_background=True,
        clones_voices=True,
    )
    return v1, v2
