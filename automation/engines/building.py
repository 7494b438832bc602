"""Makes engines ready for use."""

from automation.engines import catalog
from automation.engines.base import Engine
from automation.engines.catalog import Setup
from automation.engines.elevenlabs.engine import ElevenLabsEngine
from automation.engines.local.engine import LocalEngine


def build(name: str, setup: Setup) -> Engine:
    """The engine of this name. Raises `KeyError` for a name nobody knows."""
    described = catalog.capabilities(setup)[name]
    if name in catalog.KEY_OF:
        return ElevenLabsEngine(setup, described)
    return LocalEngine(setup, described)
